/**
 * Steps of a search from new to old: along the index of words, along a list that a filter gives, or
 * along all messages. Each takes a few milliseconds and moves the bound.
 */
import { textColumn } from '../store/columns.ts';
import type { ContentReader } from './content-reader.ts';
import { type Facts, factColumns, toFacts, toWholeFacts } from './facts.ts';

/** rowIds count places within a second. */
export const rowIdsPerMs = 4_096;
/** Above any rowId: what a bound without a date counts as. */
export const latestRowId = 2_190_000_000_000 * rowIdsPerMs;

/** Of a list, once; a beginning of a word costs the index the same for few rows as for many. */
const listStep = { words: 128, beginnings: 512 };
/** Of a common word, one step along a list looks at so many messages that hold it; no step is larger. */
const mostInRange = 4_000;

/** Reading the row of a message takes as long as so many of a list; of few messages the rows are read. */
const listedForOne = 4;
const fewInIndex = 64;
/** Whole rows that one statement reads: about as many as are shown. */
const rowsAtOnce = 51;

/** One search under way. */
export interface Walk {
  readonly content: ContentReader;
  /** What the index of words is asked; undefined when only filters are asked for. */
  readonly match: string | undefined;
  /** `match` holds a beginning of a word. */
  readonly beginnings: boolean;
  readonly passes: (facts: Facts) => boolean;
  /** What of `passes` SQLite can say. */
  readonly condition: string;
  /** Mailboxes of the list to walk along; undefined when no filter gives one. */
  readonly list: ListSource | undefined;
  readonly none: string | undefined;
  readonly oldest: number;
  /** All from here on has been looked at. */
  bound: number;
}

export interface ListSource {
  readonly mailboxIds: readonly number[];
  readonly condition: '' | 'AND seen = 0' | 'AND flagged = 1' | 'AND hasAttachment = 1';
}

export interface Step {
  /** Newest first; read as it is walked through, once. */
  readonly found: Iterable<Facts>;
  /** Nothing older is left. */
  readonly ended: boolean;
}

/** The next messages that the index of words gives. */
export function indexStep(walk: Walk, size: number): Step {
  const { content, condition } = walk;
  const ids = idsOf(content, inIndex, walk.match ?? '', walk.bound, walk.oldest, size);
  const ended = ids.length < size;
  walk.bound = ended ? walk.oldest : (ids.at(-1) ?? walk.oldest);
  return { found: indexedFacts(content, ids, condition), ended };
}

/** The same for a filter whose list is read beside the index, where that spares reading rows. */
export function bothStep(walk: Walk, list: ListSource, size: number): Step {
  const { content, condition } = walk;
  const high = walk.bound;
  const ids = idsOf(content, inIndex, walk.match ?? '', high, walk.oldest, size);
  const ended = ids.length < size;
  walk.bound = ended ? walk.oldest : (ids.at(-1) ?? walk.oldest);
  const most = ids.length * listedForOne;
  const listed = ids.length < fewInIndex ? undefined : listedIds(walk, list, high, most);
  const isWhole = listed !== undefined && listed.length < most;
  return {
    found: indexedFacts(content, isWhole ? pick(ids, listed, true) : ids, condition),
    ended,
  };
}

/**
 * Without what the index still holds of messages that are gone. Most become results: whole rows, so
 * that none is looked up again.
 */
function* indexedFacts(
  content: ContentReader,
  ids: readonly number[],
  condition: string,
): Generator<Facts> {
  const facts = content.prepare(
    `SELECT m.* FROM json_each(?) AS one CROSS JOIN mail.message AS m ON m.rowId = one.value
     CROSS JOIN doc ON doc.rowId = m.rowId AND doc.token = m.token WHERE true${condition}`,
  );
  for (let from = 0; from < ids.length; from += rowsAtOnce) {
    const rows = facts.all(JSON.stringify(ids.slice(from, from + rowsAtOnce)));
    for (const row of rows) yield toWholeFacts(row);
  }
}

const inIndex = `SELECT rowid AS rowId FROM search WHERE search MATCH ? AND rowid < ? AND rowid >= ?
  ORDER BY rowid DESC LIMIT ?`;

/** RowIds that a SELECT gives, newest first. As one text: thousands of row objects take milliseconds. */
function idsOf(content: ContentReader, select: string, ...values: (string | number)[]): number[] {
  const row = content
    .prepare(`SELECT json_group_array(rowId) AS ids FROM (${select}) AS one`)
    .get(...values);
  const ids: number[] = JSON.parse(row === undefined ? '[]' : textColumn(row, 'ids'));
  return ids.sort((a, b) => b - a);
}

/** The next messages, whatever they hold; for questions that only say what is not wanted as well. */
export function messageStep(walk: Walk, size: number): Step {
  const { content, none } = walk;
  const rows = content
    .prepare(
      `SELECT ${factColumns} FROM mail.message AS m WHERE rowId < ? AND rowId >= ?
       ORDER BY rowId DESC LIMIT ?`,
    )
    .all(walk.bound, walk.oldest, size);
  let found = rows.map(toFacts);
  const ended = rows.length < size;
  const last = found.at(-1);
  if (none !== undefined && last !== undefined) {
    const { ids } = matchingIds(content, none, walk.bound, last.rowId);
    const unwanted = new Set(ids);
    found = found.filter(({ rowId }) => !unwanted.has(rowId));
  }
  walk.bound = ended ? walk.oldest : (last?.rowId ?? walk.oldest);
  return { found, ended };
}

/** The next messages of a filter's list, of those that the index of words gives for their time. */
export function listedStep(walk: Walk, list: ListSource): Step {
  const { content } = walk;
  const size = walk.beginnings ? listStep.beginnings : listStep.words;
  const next = listedIds(walk, list, walk.bound, size);
  let ended = next.length < size;
  const asked = walk.match ?? walk.none;
  let low = next.at(-1) ?? walk.oldest;
  let left: readonly number[] = next;
  const wantsMatch = walk.match !== undefined;
  if (asked !== undefined && next.length > 0) {
    const { ids: inRange, cutAt } = matchingIds(content, asked, walk.bound, low);
    left = pick(next, inRange, wantsMatch);
    if (cutAt !== undefined && cutAt > low) {
      low = cutAt;
      ended = false;
    }
  }
  walk.bound = ended ? walk.oldest : low;
  left = left.filter((rowId) => rowId >= low);
  const found = wantsMatch
    ? indexedFacts(content, left, walk.condition)
    : messageFacts(content, left);
  return { found, ended };
}

/** The next of a list, before `high`. */
function listedIds(walk: Walk, list: ListSource, high: number, size: number): number[] {
  const { content, bound, oldest } = walk;
  // From the bound on when it lies below: what the index has given is looked at by then.
  const low = bound < high ? bound : oldest;
  const inList = `SELECT rowId FROM mail.message WHERE shownIn = ? ${list.condition}
    AND rowId < ? AND rowId >= ? ORDER BY rowId DESC LIMIT ?`;
  return list.mailboxIds
    .flatMap((mailboxId) => idsOf(content, inList, mailboxId, high, low, size))
    .sort((a, b) => b - a)
    .slice(0, size);
}

/** Those of a list that are, or are not, in another; both newest first. */
function pick(list: readonly number[], other: readonly number[], isIn: boolean): number[] {
  let at = 0;
  return list.filter((rowId) => {
    while ((other[at] ?? -1) > rowId) at += 1;
    return (other[at] === rowId) === isIn;
  });
}

function* messageFacts(content: ContentReader, ids: readonly number[]): Generator<Facts> {
  const facts = content.prepare(`SELECT ${factColumns} FROM mail.message AS m WHERE m.rowId = ?`);
  for (const rowId of ids) {
    const row = facts.get(rowId);
    if (row !== undefined) yield toFacts(row);
  }
}

/** What the index gives from `low` on to before `high`; of too much the newest, and where that ends. */
function matchingIds(content: ContentReader, match: string, high: number, low: number) {
  const ids = idsOf(content, inIndex, match, high, low, mostInRange);
  return { ids, cutAt: ids.length === mostInRange ? ids.at(-1) : undefined };
}
