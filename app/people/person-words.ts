/**
 * The beginnings by which a person is found while an address is typed: words of the name, the
 * address, its pieces and its domain, without case and diacritics.
 */
import { foldWord, wordsOf } from '../content/fold.ts';

/** Names and addresses are a stranger's: what is beyond these is not searched for. */
const most = { words: 24, length: 320 } as const;

export function personWords(names: readonly string[], addresses: readonly string[]): string[] {
  const words = new Set<string>();
  for (const address of addresses) {
    const whole = foldWord(address);
    const at = whole.lastIndexOf('@');
    words.add(whole);
    words.add(whole.slice(at + 1));
    for (const piece of whole.slice(0, Math.max(at, 0)).split(/[._+-]+/)) words.add(piece);
  }
  for (const name of names) {
    for (const word of name.split(/\s+/)) words.add(foldWord(word.replace(/^\P{L}+/u, '')));
    for (const { folded } of wordsOf(name)) if (folded.length > 1) words.add(folded);
  }
  return [...words]
    .filter((word) => word !== '' && word.length <= most.length)
    .slice(0, most.words);
}

/** What was typed, as beginnings that must all be found; separators of a recipient list do not count. */
export function typedWords(text: string): string[] {
  const words = text.split(/[\s<>"(),;]+/).map(foldWord);
  return [...new Set(words.filter((word) => word !== ''))].slice(0, 8);
}

/** One above every word that begins with it. */
export function beyond(word: string): string {
  return `${word}\u{10ffff}`;
}

/** For `LIKE … ESCAPE '\'` on words between spaces: one of them begins with `word`. */
export function likeBeginning(word: string): string {
  return `% ${word.replace(/[\\%_]/g, '\\$&')}%`;
}
