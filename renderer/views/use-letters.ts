/** Letters that are opened: made by the engine, then shown; until they have the keys, the desk has none. */
import { type Dispatch, useState } from 'react';
import type { DraftDto, MessageRow } from '../../app/contract/index.ts';
import { useBackend } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { quoteWords } from '../mail/quote-words.ts';
import { markFresh } from './composer/fresh-drafts.ts';
import type { DeskAction } from './desk-state.ts';

export interface LetterFields {
  readonly to: string;
  readonly cc: string;
  readonly subject: string;
  readonly text: string;
}

export type ReplyKind = 'reply' | 'reply-all' | 'forward';

export interface Letters {
  /** One was asked for and is not there yet: what is typed now is meant for it. */
  readonly opening: boolean;
  /** The last one shown has the keys. */
  ready(): void;
  show(draft: DraftDto): void;
  /** Shows it when it is there. */
  open(pending: Promise<DraftDto>): void;
  reply(row: Pick<MessageRow, 'ref'>, kind: ReplyKind): void;
  /** A new one, unless there is no account to write from. */
  compose(fields?: Partial<LetterFields>): void;
}

interface LettersOptions {
  readonly accountId: string | undefined;
  readonly dispatch: Dispatch<DeskAction>;
  readonly onOpen: () => void;
  readonly onFailure: (reason: unknown) => void;
}

const blank: LetterFields = { to: '', cc: '', subject: '', text: '' };

export function useLetters({ accountId, dispatch, onOpen, onFailure }: LettersOptions): Letters {
  const { client } = useBackend();
  const { t, locale } = useWords();
  const [opening, setOpening] = useState(false);

  function show(draft: DraftDto): void {
    setOpening(true);
    onOpen();
    dispatch({ type: 'compose', draft });
  }
  function open(pending: Promise<DraftDto>): void {
    setOpening(true);
    pending.then(show, (reason: unknown) => {
      setOpening(false);
      onFailure(reason);
    });
  }
  return {
    opening,
    ready: () => setOpening(false),
    show,
    open,
    reply({ ref }, kind) {
      const words = quoteWords(t, locale);
      open(client.call('draft.reply', { ref, kind, words }).then(markFresh));
    },
    compose(fields) {
      if (accountId === undefined) return;
      const content = { ...blank, ...fields, bcc: '', accountId };
      open(client.call('draft.create', content).then(markFresh));
    },
  };
}
