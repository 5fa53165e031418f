/** Finds terms of a question in folded texts, as the index of words finds them. */
import { isSingleCharacter, toIndexed, wordsOf } from './fold.ts';
import { foldText, isBetweenWords, isWordAt } from './folded-text.ts';
import type { TextTerm } from './query.ts';

/** Places in the folded text. */
export interface Found {
  readonly start: number;
  readonly end: number;
}

interface Word {
  readonly folded: string;
  /** Of a script without spaces: may stand right beside others. */
  readonly single: boolean;
}

interface Phrase {
  readonly first: Word;
  readonly rest: readonly Word[];
  /** Its last word may go on. */
  readonly open: boolean;
}

/** Between two words of a phrase in a text may lie so many signs: a line of dashes, an empty page. */
const mostBetween = 500;

export class TextMatcher {
  readonly #phrases: readonly Phrase[];

  /** Columns of the terms do not count. */
  constructor(terms: readonly TextTerm[]) {
    this.#phrases = terms.flatMap((term) => {
      const [first, ...rest] = [...wordsOf(toIndexed(term.text))].map(({ start, end }) =>
        toWord(toIndexed(term.text).slice(start, end)),
      );
      const last = rest.at(-1) ?? first;
      if (first === undefined || last === undefined) return [];
      return [{ first, rest, open: term.prefix || last.single }];
    });
  }

  /** Some term has several words. */
  get hasPhrase(): boolean {
    return this.#phrases.some(({ rest }) => rest.length > 0);
  }

  /** Nothing is looked for. */
  get isEmpty(): boolean {
    return this.#phrases.length === 0;
  }

  /** The first of any term from a place on; the longest there. */
  find(folded: string, from: number): Found | undefined {
    let best: Found | undefined;
    for (const phrase of this.#phrases) {
      const found = findPhrase(phrase, folded, from);
      if (found === undefined) continue;
      const isBetter =
        best === undefined ||
        found.start < best.start ||
        (found.start === best.start && found.end > best.end);
      if (isBetter) best = found;
    }
    return best;
  }
}

function toWord(word: string): Word {
  return { folded: foldText(word).folded, single: isSingleCharacter(word) };
}

function findPhrase({ first, rest, open }: Phrase, folded: string, from: number) {
  for (let at = from; ; at += 1) {
    at = folded.indexOf(first.folded, at);
    if (at === -1 || first.folded === '') return undefined;
    if (!first.single && isWordAt(folded, at - 1)) continue;
    const end = endOfPhrase(first, rest, folded, at);
    if (end !== undefined && (open || !isWordAt(folded, end))) return { start: at, end };
  }
}

function endOfPhrase(first: Word, rest: readonly Word[], folded: string, start: number) {
  let end = start + first.folded.length;
  let before = first;
  for (const word of rest) {
    const from = end;
    while (end < from + mostBetween && end < folded.length && isBetweenWords(folded, end)) end += 1;
    if (end === from && !word.single && !before.single) return undefined;
    if (!folded.startsWith(word.folded, end)) return undefined;
    end += word.folded.length;
    before = word;
  }
  return end;
}
