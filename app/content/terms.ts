/** Terms of a question as the index reads them, and as they are found and marked in a text. */
import { isSingleCharacter, toIndexed, wordsOf } from './fold.ts';
import { endPlace, type FoldedText, foldText, startPlace } from './folded-text.ts';
import type { TextTerm } from './query.ts';
import type { TextMatcher } from './text-matcher.ts';

/** A MATCH expression (SQLite FTS5 §3); undefined when no term is asked for. */
export function toMatch(
  all: readonly (readonly TextTerm[])[],
  none: readonly TextTerm[],
): string | undefined {
  if (all.length === 0) return undefined;
  const wanted = all.map((either) => `(${either.map(toPhrase).join(' OR ')})`).join(' AND ');
  return none.length === 0 ? wanted : `(${wanted}) NOT (${toAny(none)})`;
}

export function toAny(terms: readonly TextTerm[]): string {
  return terms.map(toPhrase).join(' OR ');
}

function toPhrase({ text, column, prefix, words }: TextTerm): string {
  const where = column === undefined ? '' : `${column} : `;
  if (words !== undefined) return `${where}(${words.map(quoted).join(' OR ')})`;
  const star = prefix && !isSingleCharacter(lastWord(text)) ? '*' : '';
  return `${where}${quoted(toIndexed(text))}${star}`;
}

/** Quotes make everything inside plain text; the tokenizer makes words of it. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', ' ').replaceAll('\0', ' ')}"`;
}

/** Letters that the index keeps with one of their two marks, or takes for two words. */
const foldedOtherwise = /[\u013f\u0140\u01e0\u01e1]/;

/** Of a term of one word that is still being typed: as the index folds it. */
export function typedWord({ text, prefix }: TextTerm): string | undefined {
  if (!prefix || foldedOtherwise.test(text)) return undefined;
  const indexed = toIndexed(text);
  const [word, ...rest] = [...wordsOf(indexed)];
  if (word === undefined || rest.length > 0 || isSingleCharacter(word.folded)) return undefined;
  return foldText(indexed.slice(word.start, word.end)).folded;
}

function lastWord(text: string): string {
  let last = '';
  for (const { folded } of wordsOf(text)) last = folded;
  return last;
}

/**
 * Letters of the word that is still being typed, when they are few: so many words begin with them
 * that the index would have to gather half of itself. 0 for any other term, and for a phrase of text.
 */
export function shortPrefixLength(term: TextTerm): number {
  const { text, prefix, column } = term;
  if (!prefix || term.words !== undefined || term.isGatheredSoon) return 0;
  const words = [...wordsOf(toIndexed(text))];
  const typed = words.at(-1)?.folded ?? '';
  const { length } = [...typed];
  if (length > 3 || isSingleCharacter(typed)) return 0;
  return words.length === 1 || column !== undefined ? length : 0;
}

/** A phrase of text of whose last word only the first letter is typed. */
export function endsInOneLetter({ text, prefix, column }: TextTerm): boolean {
  if (!prefix || column !== undefined) return false;
  const words = [...wordsOf(toIndexed(text))];
  const typed = words.at(-1)?.folded ?? '';
  const { length } = [...typed];
  return words.length > 1 && length === 1 && !isSingleCharacter(typed);
}

/**
 * Several words of a header, the last still being typed: an address. The index would gather every
 * message with the beginning of that one, as `example`, for the few that have the others.
 */
export function isBegunInHead({ text, prefix, column }: TextTerm): boolean {
  return prefix && column !== undefined && [...wordsOf(toIndexed(text))].length > 1;
}

/** Each term without the word that is still being typed; empty when nothing would be left of one. */
export function withoutLastWords(terms: readonly TextTerm[]): readonly TextTerm[] {
  const begun = terms.flatMap((term) => (term.prefix ? (withoutLastWord(term) ?? []) : term));
  return begun.length === terms.length ? begun : [];
}

function withoutLastWord(term: TextTerm): TextTerm | undefined {
  const indexed = toIndexed(term.text);
  const words = [...wordsOf(indexed)];
  const last = words.at(-1);
  if (last === undefined || words.length === 1) return undefined;
  return { ...term, text: indexed.slice(0, last.start), prefix: false };
}

export interface SnippetPiece {
  readonly text: string;
  readonly hit: boolean;
}

const beforeHit = 50;
const snippetLength = 180;

/** After the line so much of a cut text must follow, so that no word of the line may go on. */
const afterLine = 200;

/**
 * A line of the text around its first hit, hits apart; undefined when there is none, or when a text
 * that is cut may go on in it.
 */
export function markedSnippet(
  folded: FoldedText,
  matcher: TextMatcher,
): SnippetPiece[] | undefined {
  const { text } = folded;
  let found = matcher.find(folded.folded, 0);
  if (found === undefined) return undefined;
  const from = startOfWord(text, Math.max(0, startPlace(folded, found.start) - beforeHit));
  const end = Math.min(text.length, from + snippetLength);
  if (folded.isCut && from + snippetLength + afterLine > text.length) return undefined;
  const pieces: SnippetPiece[] = from > 0 ? [{ text: '… ', hit: false }] : [];
  let at = from;
  while (found !== undefined) {
    const start = Math.max(at, startPlace(folded, found.start));
    if (start >= end) break;
    const stop = Math.max(start, endPlace(folded, found.end));
    addPiece(pieces, text.slice(at, start), false);
    addPiece(pieces, text.slice(start, stop), true);
    at = stop;
    found = matcher.find(folded.folded, found.end);
  }
  if (at < end) addPiece(pieces, text.slice(at, end), false);
  return pieces;
}

/** Control characters and white space. */
const blank = /[\0-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+/g;

function addPiece(pieces: SnippetPiece[], text: string, hit: boolean): void {
  const line = text.toWellFormed().replace(blank, ' ');
  if (line !== '') pieces.push({ text: line, hit });
}

/** Not in the middle of a word, unless that word is long. */
function startOfWord(text: string, at: number): number {
  if (at === 0) return 0;
  const space = text.slice(at, at + 25).search(/\s/);
  return space === -1 ? at : at + space + 1;
}
