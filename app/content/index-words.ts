/**
 * Words of the index that begin with some letters. SQLite answers a beginning by gathering every
 * message that holds any such word before it gives the newest; a whole word comes newest first at
 * once, however common. So words are read from the index's own pages and asked for one by one, where
 * they are few. The pages are read as SQLite's fts5_index.c describes them; whatever looks otherwise
 * leaves the question to SQLite.
 */
import { blobColumn, integerColumn, optionalInteger, type SqlRow } from '../store/columns.ts';
import type { ContentReader } from './content-reader.ts';
import type { TextTerm } from './query.ts';
import { typedWord } from './terms.ts';

/** Each is looked up in every segment: some 12 µs; a page of what SQLite would gather is some 25 µs. */
const wordsPerPage = 2;
const mostWords = 150;
/** What fewer pages hold SQLite gathers sooner. */
const fewPages = 6;
/** So many it gathers before fifty texts are read. */
const soonPages = 60;
/** Of a segment; with more, there are too many words. */
const mostWordPages = 12;
/** Of the index's table of pages: a segment's number stands above that of the page. */
const segmentUnit = 2 ** 37;
/** Words of all columns begin with it: others are of indexes of beginnings, which there are none of. */
const mainIndex = '0';

/** Of each segment the page where such words may begin and the first after them. */
const pagesOf = `WITH RECURSIVE one(segment) AS (
    SELECT min(segid) FROM search_idx
    UNION ALL
    SELECT (SELECT min(segid) FROM search_idx WHERE segid > one.segment) FROM one
    WHERE one.segment IS NOT NULL)
  SELECT segment,
    (SELECT pgno FROM search_idx WHERE segid = segment AND term <= ?1 ORDER BY term DESC LIMIT 1)
      AS low,
    (SELECT pgno FROM search_idx WHERE segid = segment AND term >= ?2 ORDER BY term LIMIT 1)
      AS high,
    (SELECT pgno FROM search_idx WHERE segid = segment ORDER BY term DESC LIMIT 1) AS last
  FROM one WHERE segment IS NOT NULL`;

const pagesBetween = `SELECT pgno FROM search_idx WHERE segid = ? AND term > ? AND term < ?
  ORDER BY term LIMIT ${mostWordPages + 1}`;

/** A term of one word that is being typed, with what the index says of that word. */
export function withWords(content: ContentReader, term: TextTerm): TextTerm {
  const typed = typedWord(term);
  // With one letter begin too many words.
  if (typed === undefined || typed.length < 2) return term;
  const { words, pages } = wordsBeginning(content, typed);
  if (words !== undefined) return { ...term, words };
  return pages <= soonPages ? { ...term, isGatheredSoon: true } : term;
}

export interface Beginning {
  /** Of the index, hold what SQLite would gather: 500 messages each or so. */
  readonly pages: number;
  /** As the index has them; absent when SQLite is to gather them: they are too many, or hold little. */
  readonly words?: readonly string[];
}

/** Words that begin with some letters, which are folded as the index folds them. */
export function wordsBeginning(content: ContentReader, letters: string): Beginning {
  const from = Buffer.from(mainIndex + letters);
  const to = Buffer.from(from);
  // The last octet of UTF-8 is never the highest.
  to[to.length - 1] = (to.at(-1) ?? 0) + 1;
  const segments = content.prepare(pagesOf).all(from, to).map(toSegment);
  const pages = segments.reduce((sum, { low, high }) => sum + Math.max(0, high - low - 1), 0);
  if (pages <= fewPages) return { pages };
  const ids: number[] = [];
  for (const { segment, low } of segments) {
    const base = segment * segmentUnit;
    if (low !== 0) ids.push(base + low);
    const between = content.prepare(pagesBetween).all(segment, from, to);
    if (between.length > mostWordPages) return { pages };
    for (const row of between) ids.push(base + pageOf(integerColumn(row, 'pgno')));
  }
  const words = new Set<string>();
  const rows = content
    .prepare(
      `SELECT block FROM json_each(?) AS one CROSS JOIN search_data AS data ON data.id = one.value`,
    )
    .all(JSON.stringify(ids));
  for (const row of rows) {
    if (!addWords(blobColumn(row, 'block'), from, words)) return { pages };
    if (words.size > Math.min(mostWords, pages * wordsPerPage)) return { pages };
  }
  return words.size === 0 ? { pages } : { pages, words: [...words] };
}

function toSegment(row: SqlRow) {
  const high = optionalInteger(row, 'high') ?? integerColumn(row, 'last');
  return {
    segment: integerColumn(row, 'segment'),
    low: pageOf(optionalInteger(row, 'low') ?? 0),
    high: pageOf(high),
  };
}

/** The lowest bit says something else. */
function pageOf(pgno: number): number {
  return Math.floor(pgno / 2);
}

/**
 * Adds a page's words that begin so. A page: the place of its first rowid, of its footer, then words,
 * each with its list; in the footer the place of its first word, and how far on each next is.
 * False when it is no such page.
 */
function addWords(page: Uint8Array, from: Uint8Array, words: Set<string>): boolean {
  if (page.length < 4) return false;
  const footer = twoOctets(page, 2);
  const places = { page, at: footer };
  const text = { page, at: 0 };
  let place = 0;
  let length = 0;
  while (places.at < page.length) {
    const isFirst = place === 0;
    place += readNumber(places);
    text.at = place;
    const kept = isFirst ? 0 : readNumber(text);
    const added = readNumber(text);
    if (place < 4 || text.at + added > footer || kept > length) return false;
    length = kept + added;
    if (length > word.length) return false;
    for (let at = 0; at < added; at += 1) word[kept + at] = page[text.at + at] ?? 0;
    const order = compareBeginning(length, from);
    if (order > 0) return true;
    if (order === 0) words.add(word.toString('utf8', 1, length));
  }
  return true;
}

/** The word being read: each is given as what it adds to the one before. */
const word = Buffer.alloc(65_536);

/** 0 when it begins with `from`. */
function compareBeginning(length: number, from: Uint8Array): number {
  for (let at = 0; at < from.length; at += 1) {
    if (at === length) return -1;
    const difference = (word[at] ?? 0) - (from[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function twoOctets(page: Uint8Array, at: number): number {
  return (page[at] ?? 0) * 256 + (page[at + 1] ?? 0);
}

/** SQLite's variable-length integer, as far as a page needs it. */
function readNumber(input: { readonly page: Uint8Array; at: number }): number {
  let value = 0;
  for (;;) {
    const octet = input.page[input.at] ?? 0;
    input.at += 1;
    value = value * 128 + (octet & 0x7f);
    if (octet < 0x80) return value;
  }
}
