/** Whom a beginning may mean: from the address book and from the mail itself, asked at every key. */
import { useEffect, useState } from 'react';
import { limits, type SuggestionDto } from '../../../app/contract/index.ts';
import { useBackend } from '../../host/hooks.tsx';
import type { Recipient } from './recipients.ts';

const shown = 6;

export interface Suggestions {
  readonly people: readonly SuggestionDto[];
  readonly index: number;
  /** The one that Enter takes. */
  readonly marked: SuggestionDto | undefined;
  /** True once the person moved the mark: then it goes before what is typed. */
  readonly isChosen: boolean;
  /** What was looked for. */
  readonly text: string;
  move(step: 1 | -1): void;
  mark(index: number): void;
  hide(): void;
}

interface Answer {
  readonly text: string;
  readonly people: readonly SuggestionDto[];
}

const nothing: Answer = { text: '', people: [] };

export function useSuggestions(
  typed: string,
  accountId: string,
  there: readonly Recipient[],
): Suggestions {
  const { client } = useBackend();
  const [answer, setAnswer] = useState(nothing);
  const [mark, setMark] = useState({ index: 0, isChosen: false });
  const text = typed.trim();
  useEffect(() => {
    setMark({ index: 0, isChosen: false });
    if (text === '') {
      setAnswer(nothing);
      return;
    }
    let isOld = false;
    // More than are shown: some may be in the field already.
    client
      .call('contact.suggest', { text: text.slice(0, limits.addressLength), limit: 12, accountId })
      .then(
        (people) => {
          if (!isOld) setAnswer({ text, people });
        },
        // No suggestions are no reason to stop anybody from typing.
        () => undefined,
      );
    return () => {
      isOld = true;
    };
  }, [client, text, accountId]);
  const known = new Set(there.map(({ address }) => address.toLowerCase()));
  const isFresh = text !== '' && text.toLowerCase().startsWith(answer.text.toLowerCase());
  const people = (isFresh ? answer.people : [])
    .filter(({ address }) => !known.has(address.toLowerCase()))
    .slice(0, shown);
  const index = Math.min(mark.index, Math.max(0, people.length - 1));
  return {
    people,
    index,
    marked: people[index],
    isChosen: mark.isChosen,
    text,
    move(step) {
      const next = (index + step + people.length) % Math.max(1, people.length);
      setMark({ index: next, isChosen: true });
    },
    mark: (next) => setMark({ index: next, isChosen: true }),
    hide: () => setAnswer({ text, people: [] }),
  };
}
