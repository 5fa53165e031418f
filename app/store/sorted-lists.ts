/**
 * Lists in other orders than by arrival. Nothing of it is on the disk: what a list is put in order
 * by is read once, held for the list that was asked for last, and put in order where it is looked
 * at (lazy-order.ts). When anything in the database changed, the ids are compared, and only what is
 * new is read again.
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { ListOrder } from '../contract/index.ts';
import { StorageError } from '../errors.ts';
import type { SqlRow } from './columns.ts';
import { LazyOrder } from './lazy-order.ts';
import { baseSubject } from './thread-subject.ts';

export type SortOrder = Exclude<ListOrder, 'newest' | 'oldest'>;

export interface SortedRequest {
  /** Which rows, in any order: a SELECT of their ids. The same text, the same list. */
  readonly ids: string;
  readonly order: SortOrder;
  /** Shows to whom its messages went. */
  readonly outgoing: boolean;
  /** Whose rules words are put in order by (BCP 47); the system's when absent. */
  readonly language?: string | undefined;
}

interface HeldList {
  readonly key: string;
  readonly changes: number;
  /** Ascending, which is by arrival. */
  readonly ids: Float64Array;
  /** At the places of the ids: words, or sizes in octets. */
  readonly values: readonly (string | number)[];
  readonly order: LazyOrder;
}

/** Behind all words: CLDR gives it the highest weight of all. */
const last = '\uffff';
/** When more than this is new, all is read again. */
const mostMissing = 5_000;

// As the list shows them: a name that poses as another address is not put among that one's mail.
const nameOf = (name: string, address: string) =>
  `CASE WHEN coalesce(${name}, '') = '' OR instr(${name}, '@') > 0 THEN coalesce(${address}, ${name})
    ELSE ${name} END`;
const sender = nameOf('fromName', 'fromAddress');
const recipient = nameOf("toList ->> '$[0].name'", "toList ->> '$[0].address'");

export class SortedLists {
  readonly #db: DatabaseSync;
  readonly #changes: StatementSync;
  #held: HeldList | undefined;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#changes = db.prepare('SELECT total_changes() AS changes');
  }

  /** The rowIds at these places, and how many there are in all. */
  page(request: SortedRequest, offset: number, limit: number): { total: number; ids: number[] } {
    const { ids, order } = this.#list(request);
    return {
      total: ids.length,
      ids: order.slice(offset, limit).map((place) => ids[place] ?? 0),
    };
  }

  #list(request: SortedRequest): HeldList {
    const { ids: sql, order, outgoing, language } = request;
    const key = JSON.stringify([sql, order, outgoing, language]);
    const changes = Number(this.#changes.get()?.changes ?? 0);
    const before = this.#held?.key === key ? this.#held : undefined;
    if (before?.changes === changes) return before;
    const list = before === undefined ? this.#read(request) : this.#refresh(request, before);
    const held = list === before ? before : { ...list, order: orderOf(list.values, language) };
    this.#held = { key, ...held, changes };
    return this.#held;
  }

  #read(request: SortedRequest): Pick<HeldList, 'ids' | 'values'> {
    return inArrivalOrder(
      this.#rows(`${columnsOf(request)} FROM (${request.ids}) AS listed CROSS JOIN message
        ON message.rowId = listed.id`),
      request.order,
    );
  }

  /** A message never changes what it is put in order by: only rows that came have to be read. */
  #refresh(request: SortedRequest, before: HeldList): Pick<HeldList, 'ids' | 'values'> | HeldList {
    const rows = this.#rows(request.ids);
    const ids = new Float64Array(rows.length);
    for (const [place, row] of rows.entries()) ids[place] = integer(row[0]);
    ids.sort();
    if (sameNumbers(ids, before.ids)) return before;
    const missing: number[] = [];
    const values: (string | number | undefined)[] = [];
    let at = 0;
    for (const id of ids) {
      while ((before.ids[at] ?? Number.POSITIVE_INFINITY) < id) at += 1;
      const known = before.ids[at] === id ? before.values[at] : undefined;
      if (known === undefined) missing.push(id);
      values.push(known);
    }
    if (missing.length > mostMissing) return this.#read(request);
    const came = inArrivalOrder(
      this.#rows(
        `${columnsOf(request)} FROM message WHERE rowId IN (SELECT value FROM json_each(?))`,
        JSON.stringify(missing),
      ),
      request.order,
    );
    const found = new Map(came.values.map((value, place) => [came.ids[place], value]));
    return { ids, values: values.map((value, place) => value ?? found.get(ids[place]) ?? last) };
  }

  #rows(sql: string, ...parameters: string[]): readonly SqlRow[] {
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    return statement.all(...parameters);
  }
}

function columnsOf({ order, outgoing }: SortedRequest): string {
  const column = { size: 'sizeBytes', subject: 'subject', sender: outgoing ? recipient : sender };
  return `SELECT message.rowId, ${column[order]}`;
}

/** Of each row the id and what it is put in order by. */
function inArrivalOrder(
  rows: readonly SqlRow[],
  order: SortOrder,
): Pick<HeldList, 'ids' | 'values'> {
  const ids = new Float64Array(rows.length);
  const values: (string | number)[] = [];
  for (const row of rows) {
    ids[values.length] = integer(row[0]);
    values.push(sortValue(row[1], order));
  }
  if (isAscending(ids)) return { ids, values };
  const places = Uint32Array.from(ids.keys()).sort((a, b) => (ids[a] ?? 0) - (ids[b] ?? 0));
  return {
    ids: Float64Array.from(places, (place) => ids[place] ?? 0),
    values: Array.from(places, (place) => values[place] ?? last),
  };
}

function sortValue(value: SQLOutputValue | undefined, order: SortOrder): string | number {
  if (order === 'size') return integer(value);
  if (typeof value !== 'string') return last;
  return plain(order === 'subject' ? baseSubject(value) : value);
}

const startsWithWord = /^[\p{L}\p{N}]/u;

/** Without what stands before the first word, such as a quotation mark; nothing comes last. */
function plain(text: string): string {
  const code = text.charCodeAt(0) | 0x20;
  if ((code >= 0x61 && code <= 0x7a) || startsWithWord.test(text)) return text;
  const words = text.replace(/^[^\p{L}\p{N}]+/u, '');
  return words === '' ? text.trim() || last : words;
}

function orderOf(values: readonly (string | number)[], language: string | undefined): LazyOrder {
  // "Émile" stands among the "Emile": how it is written does not part one sender's mail.
  const { compare } = new Intl.Collator(language, { sensitivity: 'base' });
  return new LazyOrder(values.length, (a, b) => {
    const one = values[a] ?? last;
    const other = values[b] ?? last;
    // Later places arrived later, and of those alike the newest comes first.
    if (one === other) return b - a;
    if (typeof one === 'number' || typeof other === 'number') return Number(other) - Number(one);
    return compare(one, other) || b - a;
  });
}

function integer(value: SQLOutputValue | undefined): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new StorageError('storage.failed', { column: 'rowId' });
}

function isAscending(numbers: Float64Array): boolean {
  return numbers.every((one, at) => at === 0 || (numbers[at - 1] ?? 0) <= one);
}

function sameNumbers(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}
