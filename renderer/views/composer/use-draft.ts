/** Keeps a draft as it is typed: saved shortly after the last key, flushed when left. */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { DraftContent, DraftDto, WireError } from '../../../app/contract/index.ts';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';

/** After the last key. */
const saveDelayMs = 400;

export type SaveState = 'clean' | 'typing' | 'saving' | 'saved';

/** The letter itself, written out only when it is kept: at every key would be too often. */
export type ReadBody = () => Pick<DraftContent, 'text' | 'html'>;

export interface DraftEditing {
  readonly content: DraftContent;
  readonly saveState: SaveState;
  readonly error: WireError | undefined;
  /** Set by whatever holds the text. */
  readonly body: RefObject<ReadBody>;
  /** False as long as the person changed nothing. */
  readonly touched: RefObject<boolean>;
  change(change: Partial<DraftContent>): void;
  /** The text has changed: `body` will say how. */
  touch(): void;
  /** Resolves when everything typed so far is kept. @throws CallError when it cannot be kept */
  flush(): Promise<void>;
  /** All of it as it is now. */
  read(): DraftContent;
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
  const body = useRef<ReadBody>(() => ({ text: draft.text, html: draft.html }));
  const unsaved = useRef(false);
  const touched = useRef(false);
  const timer = useRef<number | undefined>(undefined);
  /** Saves run one after the other: an older text never overtakes a newer one. */
  const queue = useRef<Promise<void>>(Promise.resolve());

  const read = useCallback(() => {
    latest.current = { ...latest.current, ...body.current() };
    return latest.current;
  }, []);

  const flush = useCallback((): Promise<void> => {
    window.clearTimeout(timer.current);
    const run = queue.current.then(async () => {
      if (!unsaved.current) return;
      unsaved.current = false;
      setSaveState('saving');
      try {
        await client.call('draft.save', { draftId: draft.draftId, content: read() });
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
  }, [client, draft.draftId, read]);

  const touch = useCallback(() => {
    unsaved.current = true;
    touched.current = true;
    setSaveState('typing');
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      // A failure shows in `error`; the text stays here.
      flush().catch(() => undefined);
    }, saveDelayMs);
  }, [flush]);

  const change = useCallback(
    (part: Partial<DraftContent>) => {
      latest.current = { ...latest.current, ...part };
      setContent(latest.current);
      touch();
    },
    [touch],
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

  return { content, saveState, error, body, touched, change, touch, flush, read };
}
