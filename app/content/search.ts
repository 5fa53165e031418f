/**
 * Answers a search from what is local, newest first. Two ways lead through the messages: along the
 * index of words, and along a list that a filter gives (one mailbox, the unread, the starred).
 * Both go from new to old, so steps of both can be mixed: whichever gets further in its time goes
 * on. A step takes milliseconds; between steps the engine's thread is free.
 */
import { setImmediate } from 'node:timers/promises';
import type { SearchNote } from '../contract/index.ts';
import { integerColumn, textColumn } from '../store/columns.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { StoredMessage } from '../store/mail-types.ts';
import type { ContentReader } from './content-reader.ts';
import { type Facts, factColumns, toCondition, toFacts, toTest } from './facts.ts';
import { chooseMailboxes, type NamedAccount, type SearchedMailbox } from './mailbox-choice.ts';
import { type Filter, parseQuery, type TextTerm } from './query.ts';
import {
  isShortPrefix,
  markedSnippet,
  type SnippetPiece,
  toAny,
  toMatch,
  toPattern,
} from './terms.ts';

/** rowIds count places within a second. */
const rowIdsPerMs = 4_096;
/** Steps along the index: small at first, since mostly the first is enough. */
const indexSteps = [100, 400, 1_500];
const listStep = 64;
/** How many of the newest texts are looked through for a short beginning of a word, and after how many that has to pay. */
const mostTextsRead = 400;
const textsReadFirst = 64;
/** A list is a union of so many mailboxes at most. */
const mostListed = 40;

export interface SearchRequest {
  readonly query: string;
  readonly accountId?: string | undefined;
  readonly mailboxId?: number | undefined;
  readonly limit: number;
  /** `next` of the answer before. */
  readonly before?: number | undefined;
}

export interface SearchHit {
  readonly message: StoredMessage;
  readonly mailboxName: string;
  readonly snippet: readonly SnippetPiece[];
}

export interface SearchAnswer {
  readonly hits: readonly SearchHit[];
  /** Where the answer goes on; absent when there is no more. */
  readonly next?: number;
  readonly notes: readonly SearchNote[];
}

export interface MailSearchOptions {
  /** Asked for each search: another one after damage. */
  readonly content: () => ContentReader;
  readonly reader: MailStoreReader;
  readonly accounts: () => readonly NamedAccount[];
  readonly now?: () => Date;
}

/** One search under way. */
interface Walk {
  readonly content: ContentReader;
  readonly match: string | undefined;
  readonly passes: (facts: Facts) => boolean;
  /** What of `passes` SQLite can say. */
  readonly condition: string;
  /** Mailboxes of the list to walk along; undefined when no filter gives one. */
  readonly list: ListSource | undefined;
  readonly none: string | undefined;
  /** Must be found in the text of a message, where the index is not asked. */
  readonly pattern: RegExp | undefined;
  readonly oldest: number;
  /** All from here on has been looked at. */
  bound: number;
}

interface ListSource {
  readonly mailboxIds: readonly number[];
  readonly condition: '' | 'AND seen = 0' | 'AND flagged = 1';
}

export class MailSearch {
  readonly #options: MailSearchOptions;

  constructor(options: MailSearchOptions) {
    this.#options = options;
  }

  async query(request: SearchRequest): Promise<SearchAnswer> {
    const { accounts, now = () => new Date() } = this.#options;
    const parsed = parseQuery(request.query, now());
    const content = this.#options.content();
    const choice = chooseMailboxes(mailboxesOf(content), accounts(), parsed.filters, request);
    const notes = [...parsed.notes, ...choice.notes];
    const asksNothing =
      parsed.all.length === 0 && parsed.none.length === 0 && parsed.filters.length === 0;
    if (asksNothing || choice.mailboxes.length === 0) return { hits: [], notes };
    const mailboxes = new Map(choice.mailboxes.map((each) => [each.mailboxId, each]));
    const { newest, oldest } = timeRange(parsed.filters);
    const base = {
      content,
      passes: toTest(parsed.filters, new Set(mailboxes.keys())),
      condition: toCondition(parsed.filters),
      list: listSource(parsed.filters, choice.mailboxes, choice.narrowed),
      oldest,
      bound: Math.min(newest, request.before ?? Number.MAX_SAFE_INTEGER),
    };
    const groups = new Groups(content, mailboxes, base.passes);
    const taken: Facts[] = [];
    const wanted = request.limit + 1;
    await this.#collect(base, parsed.all, parsed.none, groups, taken, wanted);
    const shown = taken.slice(0, request.limit);
    const last = shown.at(-1);
    const pattern = toPattern(parsed.all.flat().filter(({ column }) => column === undefined));
    return {
      hits: shown.flatMap((facts) => this.#toHit(content, groups.best(facts), mailboxes, pattern)),
      notes,
      ...(taken.length > request.limit && last !== undefined ? { next: last.rowId } : {}),
    };
  }

  async #collect(
    base: Pick<Walk, 'content' | 'passes' | 'condition' | 'list' | 'oldest' | 'bound'>,
    all: readonly (readonly TextTerm[])[],
    none: readonly TextTerm[],
    groups: Groups,
    taken: Facts[],
    wanted: number,
  ): Promise<void> {
    const short = all.filter((either) => either.some(isShortPrefix));
    const excluded = none.length === 0 ? undefined : toAny(none);
    if (short.length === 1 && short[0]?.length === 1 && short[0][0]?.column === undefined) {
      // A common beginning is found in the newest texts at once; a rare one the index knows fast.
      const rest = all.filter((either) => either !== short[0]);
      const pattern = toPattern(short[0]);
      const match = toMatch(rest, none);
      const walk = { ...base, match, none: match === undefined ? excluded : undefined, pattern };
      const done = await this.#readTexts(walk, groups, taken, wanted);
      if (done) return;
      base = { ...base, bound: walk.bound };
    }
    const match = toMatch(all, none);
    const walk: Walk = {
      ...base,
      match,
      none: match === undefined ? excluded : undefined,
      pattern: undefined,
    };
    await this.#walk(walk, groups, taken, wanted);
  }

  /** True when enough was found, or nothing is left. */
  async #readTexts(walk: Walk, groups: Groups, taken: Facts[], wanted: number): Promise<boolean> {
    let read = 0;
    while (read < mostTextsRead) {
      const facts = walk.match === undefined ? messageStep(walk, 32) : indexStep(walk, 32);
      take(walk, facts.found, groups, taken, wanted);
      if (facts.ended || taken.length >= wanted) return true;
      read += 32;
      if (read >= textsReadFirst && taken.length * 5 < read) return false;
      await setImmediate();
    }
    return false;
  }

  async #walk(walk: Walk, groups: Groups, taken: Facts[], wanted: number): Promise<void> {
    // How far each way got in a millisecond, when it went last.
    let indexSpeed = Number.MAX_VALUE;
    let listSpeed = walk.list === undefined ? -1 : Number.MAX_VALUE;
    for (let step = 0; ; step += 1) {
      const useList =
        listSpeed >= 0 && (walk.match === undefined || (step > 0 && listSpeed > indexSpeed));
      const from = Math.min(walk.bound, latestRowId);
      const began = performance.now();
      const { found, ended } = useList
        ? listedStep(walk)
        : walk.match === undefined
          ? messageStep(walk, stepSize(step))
          : indexStep(walk, stepSize(step));
      take(walk, found, groups, taken, wanted);
      if (ended || taken.length >= wanted) return;
      const speed = (from - walk.bound) / Math.max(0.05, performance.now() - began);
      if (useList) listSpeed = speed;
      else indexSpeed = speed;
      await setImmediate();
    }
  }

  #toHit(
    content: ContentReader,
    facts: Facts,
    mailboxes: ReadonlyMap<number, SearchedMailbox>,
    pattern: RegExp | undefined,
  ): SearchHit[] {
    // It may have gone between two steps.
    const message = this.#options.reader.messageByKey(facts);
    const mailbox = mailboxes.get(facts.shownIn);
    if (message === undefined || mailbox === undefined) return [];
    const text = pattern === undefined ? undefined : readText(content, facts);
    const marked =
      pattern === undefined
        ? undefined
        : ((text === undefined ? undefined : markedSnippet(text, pattern)) ??
          markedSnippet(message.snippet, pattern));
    const plain = message.snippet === '' ? [] : [{ text: message.snippet, hit: false }];
    return [{ message, mailboxName: mailbox.name, snippet: marked ?? plain }];
  }
}

/** Above any rowId: what a bound without a date counts as. */
const latestRowId = 2_190_000_000_000 * rowIdsPerMs;

function stepSize(step: number): number {
  return indexSteps[Math.min(step, indexSteps.length - 1)] ?? listStep;
}

function mailboxesOf(content: ContentReader): SearchedMailbox[] {
  return content
    .prepare('SELECT mailboxId, accountId, name, path, role FROM mail.mailbox')
    .all()
    .map((row) => ({
      mailboxId: integerColumn(row, 'mailboxId'),
      accountId: textColumn(row, 'accountId'),
      name: textColumn(row, 'name'),
      path: textColumn(row, 'path'),
      role: textColumn(row, 'role'),
    }));
}

function timeRange(filters: readonly Filter[]): { newest: number; oldest: number } {
  let newest = Number.MAX_SAFE_INTEGER;
  let oldest = -1;
  for (const filter of filters) {
    if (filter.kind !== 'before' && filter.kind !== 'after') continue;
    const rowId = Math.min(
      Math.ceil(Math.max(0, filter.time) / 1_000) * 1_000 * rowIdsPerMs,
      latestRowId,
    );
    if (filter.kind === 'before') newest = Math.min(newest, rowId);
    else oldest = Math.max(oldest, rowId);
  }
  return { newest, oldest };
}

function listSource(
  filters: readonly Filter[],
  mailboxes: readonly SearchedMailbox[],
  narrowed: boolean,
): ListSource | undefined {
  if (mailboxes.length > mostListed) return undefined;
  const mailboxIds = mailboxes.map(({ mailboxId }) => mailboxId);
  if (filters.some((filter) => filter.kind === 'flagged' && filter.value)) {
    return { mailboxIds, condition: 'AND flagged = 1' };
  }
  if (filters.some((filter) => filter.kind === 'seen' && !filter.value)) {
    return { mailboxIds, condition: 'AND seen = 0' };
  }
  return narrowed ? { mailboxIds, condition: '' } : undefined;
}

interface Step {
  readonly found: readonly Facts[];
  /** Nothing older is left. */
  readonly ended: boolean;
}

/** The next messages that the index of words gives. Moves the bound. */
function indexStep(walk: Walk, size: number): Step {
  const rows = walk.content
    .prepare(
      `SELECT hit.id AS id, ${factColumns}
       FROM (SELECT rowid AS id FROM search WHERE search MATCH ? AND rowid < ? AND rowid >= ?
             ORDER BY rowid DESC LIMIT ?) AS hit
       LEFT JOIN doc ON doc.rowId = hit.id
       LEFT JOIN mail.message AS m ON m.rowId = hit.id AND m.token = doc.token${walk.condition}`,
    )
    .all(walk.match ?? '', walk.bound, walk.oldest, size);
  const found: Facts[] = [];
  let last = walk.bound;
  for (const row of rows) {
    last = Math.min(last, integerColumn(row, 'id'));
    // What the index still holds of a message that is gone.
    if (row.rowId !== null) found.push(toFacts(row));
  }
  const ended = rows.length < size;
  walk.bound = ended ? walk.oldest : last;
  return { found: found.sort(byNewest), ended };
}

/** The next messages, whatever they hold. */
function messageStep(walk: Walk, size: number): Step {
  const rows = walk.content
    .prepare(
      `SELECT ${factColumns} FROM mail.message AS m WHERE rowId < ? AND rowId >= ?
       ORDER BY rowId DESC LIMIT ?`,
    )
    .all(walk.bound, walk.oldest, size);
  const found = rows.map(toFacts);
  const ended = rows.length < size;
  const from = walk.bound;
  walk.bound = ended ? walk.oldest : (found.at(-1)?.rowId ?? walk.oldest);
  return { found: withoutExcluded(walk, found, from), ended };
}

/** The next messages of a filter's list, each looked up in the index of words. */
function listedStep(walk: Walk): Step {
  const { list, content } = walk;
  const ids: number[] = [];
  for (const mailboxId of list?.mailboxIds ?? []) {
    const rows = content
      .prepare(
        `SELECT rowId FROM mail.message WHERE shownIn = ? ${list?.condition ?? ''}
           AND rowId < ? AND rowId >= ? ORDER BY rowId DESC LIMIT ?`,
      )
      .all(mailboxId, walk.bound, walk.oldest, listStep);
    for (const row of rows) ids.push(integerColumn(row, 'rowId'));
  }
  const ended = ids.length < listStep;
  const next = ids.sort((a, b) => b - a).slice(0, listStep);
  const from = walk.bound;
  walk.bound = ended ? walk.oldest : (next.at(-1) ?? walk.oldest);
  const facts = content.prepare(`SELECT ${factColumns} FROM mail.message AS m WHERE rowId = ?`);
  const matches = content.prepare(
    `SELECT 1 FROM search JOIN doc ON doc.rowId = search.rowid
     WHERE search MATCH ? AND search.rowid = ? AND doc.token = ?`,
  );
  const found: Facts[] = [];
  for (const rowId of next) {
    const row = facts.get(rowId);
    if (row === undefined) continue;
    const each = toFacts(row);
    if (walk.match !== undefined) {
      if (!walk.passes(each) || matches.get(walk.match, rowId, each.token) === undefined) continue;
    }
    found.push(each);
  }
  return { found: withoutExcluded(walk, found, from), ended };
}

/** For questions that only say what is not wanted. */
function withoutExcluded(walk: Walk, found: readonly Facts[], from: number): readonly Facts[] {
  if (walk.none === undefined || found.length === 0) return found;
  const rows = walk.content
    .prepare('SELECT rowid AS id FROM search WHERE search MATCH ? AND rowid < ? AND rowid >= ?')
    .all(walk.none, from, walk.bound);
  const excluded = new Set(rows.map((row) => integerColumn(row, 'id')));
  return found.filter(({ rowId }) => !excluded.has(rowId));
}

function take(
  walk: Walk,
  found: readonly Facts[],
  groups: Groups,
  taken: Facts[],
  wanted: number,
): void {
  for (const facts of found) {
    if (taken.length >= wanted) return;
    if (!walk.passes(facts)) continue;
    if (walk.pattern !== undefined && !holds(walk.content, facts, walk.pattern)) continue;
    if (groups.isNew(facts)) taken.push(facts);
  }
}

/** Whether the pattern is in a message's headers or text. */
function holds(content: ContentReader, facts: Facts, pattern: RegExp): boolean {
  const row = content
    .prepare('SELECT subject, fromName, fromAddress, toList FROM mail.message WHERE rowId = ?')
    .get(facts.rowId);
  const heads = row === undefined ? '' : Object.values(row).join(' ');
  pattern.lastIndex = 0;
  if (pattern.test(heads.normalize('NFD'))) return true;
  const text = readText(content, facts);
  pattern.lastIndex = 0;
  return text !== undefined && pattern.test(text.slice(0, 60_000).normalize('NFD'));
}

function readText(content: ContentReader, facts: Facts): string | undefined {
  try {
    return content.text(facts);
  } catch {
    // A damaged text hides the marks, not the message; whoever opens it hears of it.
    return undefined;
  }
}

function byNewest(a: Facts, b: Facts): number {
  return b.rowId - a.rowId;
}

/** A mailbox of all mail shows a message only when no other does. */
function rank(role: string | undefined): number {
  if (role === 'inbox') return 0;
  if (role === 'all') return 3;
  return role === 'archive' ? 2 : 1;
}

/** So many messages of a thread are looked at for copies of one. */
const threadRows = 300;

/** The same message in several mailboxes is one result, in the place of its newest copy. */
class Groups {
  readonly #content: ContentReader;
  readonly #mailboxes: ReadonlyMap<number, SearchedMailbox>;
  readonly #passes: (facts: Facts) => boolean;
  readonly #copies = new Map<number, readonly Facts[]>();

  constructor(
    content: ContentReader,
    mailboxes: ReadonlyMap<number, SearchedMailbox>,
    passes: (facts: Facts) => boolean,
  ) {
    this.#content = content;
    this.#mailboxes = mailboxes;
    this.#passes = passes;
  }

  /** False for a copy of a message that a newer row stands for. */
  isNew(facts: Facts): boolean {
    const copies = this.#copiesOf(facts);
    if (copies.some(({ rowId }) => rowId > facts.rowId)) return false;
    this.#copies.set(facts.rowId, copies);
    return true;
  }

  /** The copy to show. */
  best(facts: Facts): Facts {
    let best = facts;
    for (const copy of this.#copies.get(facts.rowId) ?? []) {
      if (this.#rankOf(copy) < this.#rankOf(best)) best = copy;
    }
    return best;
  }

  #rankOf({ shownIn }: Facts): number {
    return rank(this.#mailboxes.get(shownIn)?.role);
  }

  #copiesOf(facts: Facts): readonly Facts[] {
    const accountId = this.#mailboxes.get(facts.shownIn)?.accountId;
    const same = (copy: Facts) =>
      copy.rowId !== facts.rowId &&
      isSame(copy, facts) &&
      this.#passes(copy) &&
      this.#mailboxes.get(copy.shownIn)?.accountId === accountId;
    if (facts.messageId === undefined && facts.emailId === undefined) return [];
    // Copies share the thread: its index finds them, and a giant thread is not read to its end.
    return this.#content
      .prepare(
        `SELECT ${factColumns} FROM mail.message AS m INDEXED BY message_thread
         WHERE threadId = ? LIMIT ${threadRows}`,
      )
      .all(facts.threadId)
      .map(toFacts)
      .filter(same);
  }
}

function isSame(a: Facts, b: Facts): boolean {
  if (a.emailId !== undefined && a.emailId === b.emailId) return true;
  return a.messageId !== undefined && a.messageId === b.messageId;
}
