/** Letters that were open when the window was closed, or lost, come back with it. */
import { useEffect, useEffectEvent, useRef } from 'react';
import type { DraftDto } from '../../../app/contract/index.ts';
import { useBackend } from '../../host/hooks.tsx';
import { isBlank } from './blank.ts';
import { markReopened } from './fresh-drafts.ts';

export function useOpenDrafts(
  drafts: readonly DraftDto[],
  onReopen: (draft: DraftDto) => void,
): void {
  const { client } = useBackend();
  const isRestored = useRef(false);
  /** A list compares by its text. */
  const current = drafts.map(({ draftId }) => draftId).join(' ');
  const keep = useEffectEvent((draftIds: string) => {
    if (!isRestored.current) return;
    const openDrafts = draftIds.split(' ').filter(Boolean).slice(0, 50);
    // What cannot be kept costs a click on a draft, no letter.
    client.call('settings.set', { openDrafts }).catch(() => undefined);
  });
  const restore = useEffectEvent(async () => {
    const [settings, kept] = await Promise.all([
      client.call('settings.get', {}),
      client.call('draft.list', {}),
    ]);
    for (const draftId of settings.openDrafts) {
      const draft = kept.find((one) => one.draftId === draftId);
      if (draft === undefined) continue;
      if (draft.attachments.length > 0 || !isBlank(draft)) onReopen(markReopened(draft));
      // Nothing was written: it goes as if it had been closed.
      else await client.call('draft.discard', { draftId });
    }
  });
  const done = useEffectEvent(() => {
    isRestored.current = true;
    keep(current);
  });
  useEffect(() => {
    const end = () => done();
    restore().then(end, end);
  }, []);
  useEffect(() => keep(current), [current]);
}
