/** The person's settings, changed in the same frame and kept by the engine. */
import type { Settings } from '../../app/contract/index.ts';
import { useBackend } from '../host/hooks.tsx';

export function useSetSettings(): (change: Partial<Settings>) => void {
  const { client, cache } = useBackend();
  return (change) => {
    cache.patch('settings.get', (now) => ({ ...now, ...change }));
    client.call('settings.set', change).then(
      () => {
        if (change.language === undefined) return;
        // Words stand in another order by the rules of another language.
        cache.invalidate('view.list');
        cache.invalidate('conversation.list');
      },
      () => cache.invalidate('settings.get'),
    );
  };
}
