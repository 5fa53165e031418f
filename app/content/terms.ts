/** Terms of a question as the index reads them, and as they are found and marked in a text. */
import { isSingleCharacter, toIndexed, wordsOf } from './fold.ts';
import type { TextTerm } from './query.ts';

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

function toPhrase({ text, column, prefix }: TextTerm): string {
  // Quotes make everything inside plain text; the tokenizer makes words of it.
  const phrase = `"${toIndexed(text).replaceAll('"', ' ').replaceAll('\0', ' ')}"`;
  const star = prefix && !isSingleCharacter(lastWord(text)) ? '*' : '';
  return `${column === undefined ? '' : `${column} : `}${phrase}${star}`;
}

function lastWord(text: string): string {
  let last = '';
  for (const { folded } of wordsOf(text)) last = folded;
  return last;
}

/**
 * A single word of few letters that is still being typed: so many words begin with it that the
 * index would have to gather half of itself.
 */
export function isShortPrefix({ text, prefix }: TextTerm): boolean {
  if (!prefix) return false;
  const words = [...wordsOf(toIndexed(text))];
  const only = words[0]?.folded ?? '';
  return words.length === 1 && [...only].length <= 3 && !isSingleCharacter(only);
}

const letter = '[\\p{L}\\p{N}\\u0300-\\u036f]';
const marks = '[\\u0300-\\u036f]*';
const between = '[^\\p{L}\\p{N}]';

/** Finds the terms in a text in decomposed form (NFD), whatever its case and diacritics. */
export function toPattern(terms: readonly TextTerm[]): RegExp | undefined {
  const sources = terms.map(patternSource).filter((source) => source !== '');
  return sources.length === 0 ? undefined : new RegExp(sources.join('|'), 'giu');
}

function patternSource({ text, prefix }: TextTerm): string {
  let source = '';
  let single = true;
  for (const { folded } of wordsOf(toIndexed(text))) {
    const isSingle = isSingleCharacter(folded);
    if (source !== '') source += `${between}{${isSingle || single ? 0 : 1},10}`;
    else if (!isSingle) source += `(?<!${letter})`;
    single = isSingle;
    for (const character of folded.normalize('NFD')) source += `${literal(character)}${marks}`;
  }
  return prefix || single || source === '' ? source : `${source}(?!${letter})`;
}

function literal(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character;
}

export interface SnippetPiece {
  readonly text: string;
  readonly hit: boolean;
}

const lookAtLength = 60_000;
const beforeHit = 50;
const snippetLength = 180;

/** A line of the text around its first hit, hits apart; undefined when there is none. */
export function markedSnippet(text: string, pattern: RegExp): SnippetPiece[] | undefined {
  const plain = text.slice(0, lookAtLength).normalize('NFD');
  pattern.lastIndex = 0;
  const first = pattern.exec(plain);
  if (first === null) return undefined;
  const from = startOfWord(plain, Math.max(0, first.index - beforeHit));
  const end = Math.min(plain.length, from + snippetLength);
  const pieces: SnippetPiece[] = from > 0 ? [{ text: '… ', hit: false }] : [];
  let at = from;
  for (let hit: RegExpExecArray | null = first; hit !== null; hit = pattern.exec(plain)) {
    if (hit.index >= end) break;
    const stop = hit.index + hit[0].length;
    addPiece(pieces, plain.slice(at, hit.index), false);
    addPiece(pieces, plain.slice(hit.index, stop), true);
    at = stop;
    if (hit[0] === '') break;
  }
  if (at < end) addPiece(pieces, plain.slice(at, end), false);
  return pieces;
}

function addPiece(pieces: SnippetPiece[], text: string, hit: boolean): void {
  const line = text
    .normalize('NFC')
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ');
  if (line !== '') pieces.push({ text: line, hit });
}

/** Not in the middle of a word, unless that word is long. */
function startOfWord(text: string, at: number): number {
  if (at === 0) return 0;
  const space = text.slice(at, at + 25).search(/\s/);
  return space === -1 ? at : at + space + 1;
}
