/**
 * How text becomes words, alike for what is indexed, what is asked and what is marked in a result.
 * The index itself folds case and diacritics (SQLite's unicode61 with remove_diacritics 2).
 * Scripts that put no spaces between words are indexed by the character and asked for as phrases.
 */

/** Beyond Latin with its usual letters: compatibility forms and scripts without spaces occur. */
const needsWork =
  /[\xaa\xb2\xb3\xb9\xba\xbc-\xbe\u0132\u0133\u013f\u0140\u0149\u01c4-\u01cc\u01f1-\u01f3\u02b0-\u02b8\u02e0-\u02e4]|[^\0-\u02ff]/;

/** Inside a character class. */
export const scriptsWithoutSpaces =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Bopomofo}' +
  '\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}\\u30fc\\u3005';
const singleCharacter = new RegExp(`[${scriptsWithoutSpaces}]`, 'gu');
const isSingle = new RegExp(`^[${scriptsWithoutSpaces}]$`, 'u');
/** A word of the index: letters and numbers, with the marks that stand on them; other marks part words. */
const wordPattern = new RegExp(
  `(?=[\\p{L}\\p{N}])[${scriptsWithoutSpaces}]|(?:(?![${scriptsWithoutSpaces}])[\\p{L}\\p{N}\\p{Co}][\\u0300-\\u036f]*)+`,
  'gu',
);

/** Text as it goes into the index or into a question to it. */
export function toIndexed(text: string): string {
  if (!needsWork.test(text)) return text;
  return text.normalize('NFKC').replace(singleCharacter, ' $& ');
}

export interface TextWord {
  readonly start: number;
  readonly end: number;
  /** Without case and diacritics. */
  readonly folded: string;
}

/** The words of a text in order, with their places in UTF-16 units. */
export function* wordsOf(text: string): Generator<TextWord> {
  for (const match of text.matchAll(wordPattern)) {
    const word = match[0];
    yield { start: match.index, end: match.index + word.length, folded: foldWord(word) };
  }
}

/** A word without case, diacritics and compatibility forms. */
export function foldWord(word: string): string {
  if (!/[^\0-\x7f]/.test(word)) return word.toLowerCase();
  return word
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC');
}

/** Stands by itself in the index: needs no prefix search. */
export function isSingleCharacter(word: string): boolean {
  return isSingle.test(word);
}
