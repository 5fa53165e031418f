/** Letters that were open when the window was closed, or lost, come back with it. */
import { useEffect, useEffectEvent, useRef } from 'react';
import type { DraftDto } from '../../../app/contract/index.ts';
import { useBackend } from '../../host/hooks.tsx';
import { isBlank } from './blank.ts';

export function useOpenDrafts(
  drafts: readonly DraftDto[],
  onReopen: (draft: DraftDto) => void,
): void {
  const { client } = useBackend();
  const isRestored = useRef(false);
  const current = drafts.map(({ draftId }) => draftId);
  const keep = useEffectEvent(() => {
    if (!isRestored.current) return;
    // What cannot be kept costs a click on a draft, no letter.
    client.call('settings.set', { openDrafts: current.slice(0, 50) }).catch(() => undefined);
  });
  const restore = useEffectEvent(async () => {
    const [settings, kept] = await Promise.all([
      client.call('settings.get', {}),
      client.call('draft.list', {}),
    ]);
    for (const draftId of settings.openDrafts) {
      const draft = kept.find((one) => one.draftId === draftId);
      if (draft === undefined) continue;
      if (draft.attachments.length > 0 || !isBlank(draft)) onReopen(draft);
      // Nothing was written: it goes as if it had been closed.
      else await client.call('draft.discard', { draftId });
    }
  });
  useEffect(() => {
    const done = () => {
      isRestored.current = true;
      keep();
    };
    restore().then(done, done);
  }, []);
  const key = current.join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the list
  useEffect(() => keep(), [key]);
}
