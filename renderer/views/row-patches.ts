/** Changes to rows in every answer that shows them: what a person did is seen in the same frame. */
import type {
  ConversationRow,
  MessageRef,
  MessageRow,
  MethodInput,
} from '../../app/contract/index.ts';
import { type QueryCache, queryKey } from '../host/query-cache.ts';
import { refKey } from './desk-state.ts';

type Gone<Row> = (row: Row) => boolean;

/** Changes one message wherever it is listed. */
export function patchRow(cache: QueryCache, ref: MessageRef, change: Partial<MessageRow>): void {
  patchRows(cache, new Set([refKey(ref)]), change);
}

/**
 * Changes messages, by their keys, wherever they are listed.
 * @param threads conversations that are read or unread as a whole with them
 */
export function patchRows(
  cache: QueryCache,
  keys: ReadonlySet<string>,
  change: Partial<MessageRow>,
  threads: ReadonlySet<number> = new Set(),
): void {
  const isMeant = (row: MessageRow) => keys.has(refKey(row.ref));
  const inPage = <P extends { rows: MessageRow[] }>(page: P): P =>
    page.rows.some(isMeant)
      ? { ...page, rows: page.rows.map((row) => (isMeant(row) ? { ...row, ...change } : row)) }
      : page;
  cache.patch('message.list', inPage);
  cache.patch('view.list', inPage);
  cache.patch('conversation.open', inPage);
  const isMeantThread = ({ row, threadId }: ConversationRow) =>
    isMeant(row) || threads.has(threadId);
  cache.patch('conversation.list', (page) =>
    page.rows.some(isMeantThread)
      ? {
          ...page,
          rows: page.rows.map((one) =>
            isMeantThread(one) ? patchConversation(one, change, threads.has(one.threadId)) : one,
          ),
        }
      : page,
  );
  cache.patch('search.query', (found) =>
    found.hits.some(({ row }) => isMeant(row))
      ? {
          ...found,
          hits: found.hits.map((hit) =>
            isMeant(hit.row) ? { ...hit, row: { ...hit.row, ...change } } : hit,
          ),
        }
      : found,
  );
}

function patchConversation(
  conversation: ConversationRow,
  change: Partial<MessageRow>,
  whole: boolean,
): ConversationRow {
  const { row, count, unseen } = conversation;
  const now = { ...row, ...change };
  if (change.seen === undefined) return { ...conversation, row: now };
  const left = whole ? (change.seen ? 0 : count) : unseen + Number(row.seen) - Number(change.seen);
  return { ...conversation, row: now, unseen: Math.max(0, Math.min(count, left)) };
}

/**
 * The windows of one list, by their offset, without some rows: what is below moves up, across the
 * windows that are here.
 * @returns undefined when no row was taken out
 */
export function closeGaps<Row>(
  pages: ReadonlyMap<number, readonly Row[]>,
  gone: Gone<Row>,
): { pages: Map<number, Row[]>; removed: number } | undefined {
  const rows = new Map<number, Row>();
  let removed = 0;
  for (const [offset, page] of [...pages].sort(([a], [b]) => a - b)) {
    for (const [index, row] of page.entries()) {
      if (gone(row)) removed += 1;
      else rows.set(offset + index - removed, row);
    }
  }
  if (removed === 0) return undefined;
  const closed = new Map<number, Row[]>();
  for (const [offset, page] of pages) {
    const kept: Row[] = [];
    for (let index = offset; index < offset + page.length; index += 1) {
      const row = rows.get(index);
      if (row === undefined) break;
      kept.push(row);
    }
    closed.set(offset, kept);
  }
  return { pages: closed, removed };
}

/** Takes messages out of all lists; a conversation goes with the message that it is shown by. */
export function takeOut(cache: QueryCache, refs: readonly MessageRef[]): void {
  const keys = new Set(refs.map(refKey));
  const gone = (row: MessageRow) => keys.has(refKey(row.ref));
  const messages = pagesOf(cache, 'message.list', ({ rows }) => rows);
  for (const [name, closed] of closeAll(messages, gone)) {
    cache.patch('message.list', (page, input) =>
      nameOf('message.list', input) === name ? closedPage(page, input.offset, closed) : page,
    );
  }
  const views = pagesOf(cache, 'view.list', ({ rows }) => rows);
  for (const [name, closed] of closeAll(views, gone)) {
    cache.patch('view.list', (page, input) =>
      nameOf('view.list', input) === name ? closedPage(page, input.offset, closed) : page,
    );
  }
  const threads = pagesOf(cache, 'conversation.list', ({ rows }) => rows);
  for (const [name, closed] of closeAll(threads, ({ row }) => gone(row))) {
    cache.patch('conversation.list', (page, input) =>
      nameOf('conversation.list', input) === name ? closedPage(page, input.offset, closed) : page,
    );
  }
  cache.patch('search.query', (found) =>
    found.hits.some(({ row }) => gone(row))
      ? { ...found, hits: found.hits.filter(({ row }) => !gone(row)) }
      : found,
  );
}

type ListMethod = 'message.list' | 'view.list' | 'conversation.list';
type Lists<Row> = Map<string, Map<number, readonly Row[]>>;

/** All windows of one list have one name. */
function nameOf<M extends ListMethod>(method: M, input: MethodInput<M>): string {
  return queryKey(method, { ...input, offset: 0 });
}

function pagesOf<M extends ListMethod, Row>(
  cache: QueryCache,
  method: M,
  rowsOf: (page: Parameters<Parameters<typeof cache.find<M, never>>[1]>[0]) => readonly Row[],
): Lists<Row> {
  const lists: Lists<Row> = new Map();
  cache.find(method, (page, input) => {
    const name = nameOf(method, input);
    const pages = lists.get(name) ?? new Map<number, readonly Row[]>();
    lists.set(name, pages.set(input.offset, rowsOf(page)));
    return undefined;
  });
  return lists;
}

type Closed<Row> = NonNullable<ReturnType<typeof closeGaps<Row>>>;

function closeAll<Row>(lists: Lists<Row>, gone: Gone<Row>): [string, Closed<Row>][] {
  return [...lists].flatMap(([name, pages]): [string, Closed<Row>][] => {
    const closed = closeGaps(pages, gone);
    return closed === undefined ? [] : [[name, closed]];
  });
}

function closedPage<Row>(
  page: { total: number; rows: Row[] },
  offset: number,
  closed: Closed<Row>,
): { total: number; rows: Row[] } {
  return {
    total: Math.max(0, page.total - closed.removed),
    rows: closed.pages.get(offset) ?? page.rows,
  };
}
