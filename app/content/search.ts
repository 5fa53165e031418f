/** Answers a search from what is local, newest first, each result with a line of its text. */
import { setImmediate } from 'node:timers/promises';
import type { SearchNote } from '../contract/index.ts';
import { integerColumn, textColumn } from '../store/columns.ts';
import { type MailStoreReader, toMessage } from '../store/mail-reader.ts';
import type { StoredMessage } from '../store/mail-types.ts';
import type { ContentReader } from './content-reader.ts';
import { type Facts, toCondition, toTest } from './facts.ts';
import { foldText } from './folded-text.ts';
import { withWords } from './index-words.ts';
import { chooseMailboxes, type NamedAccount, type SearchedMailbox } from './mailbox-choice.ts';
import { type Filter, type ParsedQuery, parseQuery } from './query.ts';
import { follow, lookIn, type Pieces, Results, readTexts, unpackTexts } from './search-follow.ts';
import { Groups } from './search-groups.ts';
import { type ListSource, latestRowId, rowIdsPerMs, type Walk } from './search-walk.ts';
import {
  endsInOneLetter,
  isBegunInHead,
  markedSnippet,
  type SnippetPiece,
  shortPrefixLength,
  toAny,
  toMatch,
  withoutLastWords,
} from './terms.ts';
import { TextMatcher } from './text-matcher.ts';

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

export class MailSearch {
  readonly #options: MailSearchOptions;

  constructor(options: MailSearchOptions) {
    this.#options = options;
  }

  async query(request: SearchRequest): Promise<SearchAnswer> {
    const content = this.#options.content();
    const pieces = this.#answer(request, content);
    for (;;) {
      const piece = content.snapshot(() => pieces.next());
      if (piece.done === true) return piece.value;
      await setImmediate();
    }
  }

  *#answer(request: SearchRequest, content: ContentReader): Pieces<SearchAnswer> {
    const { accounts, now = () => new Date() } = this.#options;
    const parsed = parseQuery(request.query, now());
    const choice = chooseMailboxes(mailboxesOf(content), accounts, parsed.filters, request);
    const notes = [...parsed.notes, ...choice.notes];
    const asksNothing =
      parsed.all.length === 0 && parsed.none.length === 0 && parsed.filters.length === 0;
    if (asksNothing || choice.mailboxes.length === 0) return { hits: [], notes };
    const mailboxes = new Map(choice.mailboxes.map((each) => [each.mailboxId, each]));
    const { newest, oldest } = timeRange(parsed.filters);
    const all = parsed.all.map((either) => either.map((term) => withWords(content, term)));
    const walk: Walk = {
      content,
      match: toMatch(all, parsed.none),
      beginnings: all.some((either) =>
        either.some(({ prefix, words }) => prefix && words === undefined),
      ),
      none: undefined,
      passes: toTest(parsed.filters, new Set(mailboxes.keys())),
      condition: toCondition(parsed.filters),
      list: listSource(parsed.filters, choice.mailboxes, choice.narrowed),
      oldest,
      bound: Math.min(newest, request.before ?? Number.MAX_SAFE_INTEGER, latestRowId),
    };
    const results = new Results(new Groups(content, mailboxes, walk.passes), request.limit + 1);
    yield* this.#collect(walk, { ...parsed, all }, results);
    const shown = results.taken.slice(0, request.limit);
    const last = shown.at(-1);
    const matcher = new TextMatcher(parsed.all.flat().filter(({ column }) => column === undefined));
    const copies = shown.map((facts) => results.groups.best(facts));
    if (!matcher.isEmpty) unpackTexts(content, copies);
    return {
      hits: copies.flatMap((facts) => this.#toHit(content, facts, mailboxes, matcher)),
      notes,
      ...(results.taken.length > request.limit && last !== undefined ? { next: last.rowId } : {}),
    };
  }

  *#collect(walk: Walk, { all, none }: ParsedQuery, results: Results): Pieces<void> {
    const { reader } = this.#options;
    const withNone = (match: string | undefined) =>
      match === undefined && none.length > 0 ? toAny(none) : undefined;
    const phrase = all.find((either) => either.some(endsInOneLetter));
    const typed =
      phrase ??
      all.find((either) => either.some((term) => shortPrefixLength(term) > 0)) ??
      all.find((either) => either.every(isBegunInHead));
    let { bound } = walk;
    if (typed?.every(({ column }) => column !== 'names') === true) {
      // A common beginning is found in the newest texts at once; a rare one the index knows fast.
      const begun = withoutLastWords(typed);
      const rest = all.filter((either) => either !== typed);
      const match = toMatch(begun.length === 0 ? rest : [...rest, begun], none);
      const reading = { ...walk, match, none: withNone(match), beginnings: false };
      // The index would gather all messages with such a word before it looks at the others.
      const toTheEnd = phrase !== undefined && begun.length > 0;
      if (yield* readTexts(reading, typed, results, { reader, toTheEnd })) return;
      bound = reading.bound;
    }
    yield* follow({ ...walk, none: withNone(walk.match), bound }, results);
  }

  #toHit(
    content: ContentReader,
    facts: Facts,
    mailboxes: ReadonlyMap<number, SearchedMailbox>,
    matcher: TextMatcher,
  ): SearchHit[] {
    // It may have gone between two steps.
    const message = storedMessage(content, facts);
    const mailbox = mailboxes.get(facts.shownIn);
    if (message === undefined || mailbox === undefined) return [];
    const marked = matcher.isEmpty ? undefined : this.#marked(content, message, matcher);
    const plain = message.snippet === '' ? [] : [{ text: message.snippet, hit: false }];
    return [{ message, mailboxName: mailbox.name, snippet: marked ?? plain }];
  }

  #marked(content: ContentReader, message: StoredMessage, matcher: TextMatcher) {
    const inText = lookIn(content, message, matcher, (text) => markedSnippet(text, matcher));
    return inText ?? markedSnippet(foldText(message.snippet), matcher);
  }
}

/** By the connection that has just read it: its pages are at hand. */
function storedMessage(content: ContentReader, facts: Facts): StoredMessage | undefined {
  const { rowId, token, whole } = facts;
  if (whole !== undefined) return toMessage(whole);
  const row = content
    .prepare('SELECT * FROM mail.message WHERE rowId = ? AND token = ?')
    .get(rowId, token);
  return row && toMessage(row);
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
  if (filters.some((filter) => filter.kind === 'attachment' && filter.value)) {
    return { mailboxIds, condition: 'AND hasAttachment = 1' };
  }
  return narrowed ? { mailboxIds, condition: '' } : undefined;
}
