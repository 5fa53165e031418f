/** Keeps a draft as it is typed: saved shortly after the last key, flushed when left. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { DraftContent, DraftDto, WireError } from '../../../app/contract/index.ts';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';

/** After the last key. */
const saveDelayMs = 400;

export type SaveState = 'clean' | 'typing' | 'saving' | 'saved';

export interface DraftEditing {
  readonly content: DraftContent;
  readonly saveState: SaveState;
  readonly error: WireError | undefined;
  change(change: Partial<DraftContent>): void;
  /** Resolves when everything typed so far is kept. @throws CallError when it cannot be kept */
  flush(): Promise<void>;
}

export function contentOf(draft: DraftDto): DraftContent {
  const { draftId: _id, attachments: _files, savedAt: _at, ...content } = draft;
  return content;
}

export function useDraft(draft: DraftDto): DraftEditing {
  const { client } = useBackend();
  const [content, setContent] = useState(() => contentOf(draft));
  const [saveState, setSaveState] = useState<SaveState>('clean');
  const [error, setError] = useState<WireError>();
  const latest = useRef(content);
  const unsaved = useRef(false);
  const timer = useRef<number | undefined>(undefined);
  /** Saves run one after the other: an older text never overtakes a newer one. */
  const queue = useRef<Promise<void>>(Promise.resolve());

  const flush = useCallback((): Promise<void> => {
    window.clearTimeout(timer.current);
    const run = queue.current.then(async () => {
      if (!unsaved.current) return;
      unsaved.current = false;
      setSaveState('saving');
      try {
        await client.call('draft.save', { draftId: draft.draftId, content: latest.current });
        setError(undefined);
        setSaveState(unsaved.current ? 'typing' : 'saved');
      } catch (reason) {
        unsaved.current = true;
        setError(wireErrorOf(reason));
        setSaveState('typing');
        throw reason;
      }
    });
    queue.current = run.catch(() => undefined);
    return run;
  }, [client, draft.draftId]);

  const change = useCallback(
    (part: Partial<DraftContent>) => {
      latest.current = { ...latest.current, ...part };
      unsaved.current = true;
      setContent(latest.current);
      setSaveState('typing');
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => {
        // A failure shows in `error`; the text stays here.
        flush().catch(() => undefined);
      }, saveDelayMs);
    },
    [flush],
  );

  useEffect(() => {
    const leave = () => {
      flush().catch(() => undefined);
    };
    window.addEventListener('blur', leave);
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('blur', leave);
      window.removeEventListener('pagehide', leave);
      // Its copy on the server follows at once; of a draft that was sent or discarded, nothing does.
      flush()
        .then(() => client.call('draft.close', { draftId: draft.draftId }))
        .catch(() => undefined);
    };
  }, [flush, client, draft.draftId]);

  return { content, saveState, error, change, flush };
}
