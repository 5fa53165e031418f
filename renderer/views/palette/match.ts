/**
 * What a few typed letters may mean among titles: beginnings before middles, initials, and letters in
 * order. Accents, case and width do not count. Pure.
 */

/** A title folded for comparing; each of its letters knows where it stands in the original. */
export interface Folded {
  readonly text: string;
  /** Index in the original (UTF-16) of each letter, and its length at the end. */
  readonly at: readonly number[];
}

const others: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
};

export function fold(original: string): Folded {
  let text = '';
  const at: number[] = [];
  let index = 0;
  for (const letter of original) {
    const plain = letter.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase('en');
    const folded = [...plain].map((one) => others[one] ?? one).join('');
    for (let count = 0; count < folded.length; count += 1) at.push(index);
    text += folded;
    index += letter.length;
  }
  return { text, at: [...at, original.length] };
}

/** From and to of a part of the original that was typed. */
export type Span = readonly [number, number];

export interface Match {
  /** Higher is better; above 0. */
  readonly score: number;
  readonly spans: readonly Span[];
}

/** All words of the query, each anywhere. @returns undefined when one of them is not there */
export function matchTitle(query: string, title: Folded): Match | undefined {
  const words = fold(query).text.split(/\s+/).filter(Boolean);
  if (words.length === 0) return { score: 1, spans: [] };
  let score = 0;
  const spans: Span[] = [];
  for (const word of words) {
    const found = matchWord(word, title.text);
    if (found === undefined) return undefined;
    score += found.score;
    for (const [from, to] of found.spans) {
      spans.push([title.at[from] ?? 0, title.at[to] ?? title.at.at(-1) ?? 0]);
    }
  }
  // Of two that fit alike the shorter is meant.
  return { score: score / words.length - title.text.length / 1_000, spans: joined(spans) };
}

function matchWord(word: string, text: string): Match | undefined {
  const whole = text.indexOf(word);
  if (whole === 0) return { score: 100, spans: [[0, word.length]] };
  const start = startsOf(text).find((index) => text.startsWith(word, index));
  if (start !== undefined) return { score: 80, spans: [[start, start + word.length]] };
  if (word.length < 2) return undefined;
  const initials = inOrder(word, text, startsOf(text));
  if (initials !== undefined) return { score: 60, spans: initials };
  if (whole > 0) return { score: 50, spans: [[whole, whole + word.length]] };
  if (word.length < 3) return undefined;
  // Letters in order, from the beginning of a word: a slip or an abbreviation, not chance.
  for (const from of startsOf(text)) {
    if (text[from] !== word[0]) continue;
    const places = [...text].map((_, index) => index).slice(from);
    const letters = inOrder(word, text, places);
    const last = letters?.at(-1)?.[1];
    if (letters !== undefined && last !== undefined && last - from <= word.length * 2) {
      return { score: 20, spans: letters };
    }
  }
  return undefined;
}

/** Where words begin. */
function startsOf(text: string): number[] {
  const starts: number[] = [];
  for (const { index } of text.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu)) starts.push(index);
  return starts;
}

/** The letters of a word at some of the places, in order. */
function inOrder(word: string, text: string, places: readonly number[]): Span[] | undefined {
  const spans: Span[] = [];
  let next = 0;
  for (const place of places) {
    if (text[place] !== word[next]) continue;
    spans.push([place, place + 1]);
    next += 1;
    if (next === word.length) return spans;
  }
  return undefined;
}

function joined(spans: readonly Span[]): Span[] {
  const all: [number, number][] = [];
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

export interface Findable {
  readonly key: string;
  readonly title: string;
  /** Beside the title; found too, after titles. */
  readonly detail?: string | undefined;
}

export interface Found<Item> {
  readonly item: Item;
  /** Parts of its title that were typed. */
  readonly spans: readonly Span[];
}

/** Those that fit, best first; of those that fit alike the ones used lately come first. */
export function findItems<Item extends Findable>(
  items: readonly Item[],
  query: string,
  recent: readonly string[],
): Found<Item>[] {
  const lately = (key: string) => {
    const index = recent.indexOf(key);
    return index < 0 ? 0 : (recent.length - index) / recent.length;
  };
  return items
    .flatMap((item) => {
      const byTitle = matchTitle(query, fold(item.title));
      const found =
        byTitle ??
        (item.detail === undefined
          ? undefined
          : matchTitle(query, fold(`${item.title} ${item.detail}`)));
      if (found === undefined) return [];
      const score = (byTitle === undefined ? found.score / 2 : found.score) + lately(item.key) * 15;
      return [{ item, spans: byTitle?.spans ?? [], score }];
    })
    .sort((a, b) => b.score - a.score);
}
