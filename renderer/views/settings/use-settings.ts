/** The settings and the one way to change them: shown at once, taken back when the engine refuses. */
import { useState } from 'react';
import type { Settings, WireError } from '../../../app/contract/index.ts';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend, useQuery } from '../../host/hooks.tsx';

export interface SettingsHandle {
  readonly settings: Settings;
  readonly set: (change: Partial<Settings>) => void;
}

export interface SettingsState {
  /** Undefined until they are here. */
  readonly handle: SettingsHandle | undefined;
  readonly error: WireError | undefined;
  readonly setError: (error: WireError | undefined) => void;
}

export function useSettings(): SettingsState {
  const { client, cache } = useBackend();
  const settings = useQuery('settings.get', {}).data;
  const [error, setError] = useState<WireError>();

  function set(change: Partial<Settings>): void {
    setError(undefined);
    cache.patch('settings.get', (now) => ({ ...now, ...change }));
    client.call('settings.set', change).catch((reason: unknown) => {
      setError(wireErrorOf(reason));
      cache.invalidate('settings.get');
    });
  }
  return { handle: settings === undefined ? undefined : { settings, set }, error, setError };
}
