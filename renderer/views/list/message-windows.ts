/** A list of any length as windows of 100 rows in the cache, and rows as they are shown. Pure. */
import type {
  ListOrder,
  MessageRef,
  MessageRow,
  MethodOutput,
  Settings,
  ViewDto,
  ViewFilter,
} from '../../../app/contract/index.ts';
import type { CallMethod } from '../../host/client.ts';
import type { QueryCache, QueryState } from '../../host/query-cache.ts';
import { type Selection, sameRef } from '../desk-state.ts';
import { type ListRow, sameLine, toListRow } from './list-row.ts';

export const windowSize = 100;

/** What is listed, and how. */
export interface ListSource {
  readonly view: ViewDto;
  readonly by: Settings['listBy'];
  readonly order: ListOrder;
  readonly filter?: ViewFilter | undefined;
}

export interface ListPage {
  readonly total: number;
  readonly rows: readonly ListRow[];
}

function choiceOf({ view, order, filter }: ListSource) {
  return {
    view,
    ...(filter === undefined ? {} : { filter }),
    ...(order === 'newest' ? {} : { order }),
  };
}

/** The method that answers for a source; a mailbox as it came has one of its own. */
function questionOf(source: ListSource, offset: number, limit: number) {
  const { view, by, order, filter } = source;
  const window = { offset, limit };
  if (by === 'conversations') {
    return { method: 'conversation.list', input: { ...choiceOf(source), ...window } } as const;
  }
  if (view.kind === 'mailbox' && filter === undefined && order === 'newest') {
    const { mailboxId } = view;
    return { method: 'message.list', input: { mailboxId, ...window } } as const;
  }
  return { method: 'view.list', input: { ...choiceOf(source), ...window } } as const;
}

const shownPages = new WeakMap<MethodOutput<'conversation.list'>, ListPage>();

function pageOf(data: MethodOutput<'conversation.list'>, view: ViewDto): ListPage {
  const before = shownPages.get(data);
  if (before !== undefined) return before;
  const page = { total: data.total, rows: data.rows.map((one) => toListRow(one, view)) };
  shownPages.set(data, page);
  return page;
}

/** One window of the list, as far as it is here. */
export function peekWindow(
  cache: QueryCache,
  source: ListSource,
  page: number,
): QueryState<ListPage> {
  const asked = questionOf(source, page * windowSize, windowSize);
  if (asked.method !== 'conversation.list') {
    return asked.method === 'message.list'
      ? cache.peek(asked.method, asked.input)
      : cache.peek(asked.method, asked.input);
  }
  const { data, error, fetching } = cache.peek(asked.method, asked.input);
  return { data: data && pageOf(data, source.view), error, fetching };
}

/** Fetches a window and keeps it fresh; returns a function that ends that. */
export function watchWindow(
  cache: QueryCache,
  source: ListSource,
  page: number,
  listener: () => void,
): () => void {
  const { method, input } = questionOf(source, page * windowSize, windowSize);
  const end = cache.subscribe(method, input, listener);
  cache.ensure(method, input);
  return end;
}

/** Asks for rows outside the cache, `first` to `last`, for a selection of more than is in sight. */
export async function fetchRows(
  call: CallMethod,
  source: ListSource,
  first: number,
  last: number,
): Promise<ListRow[]> {
  const rows: ListRow[] = [];
  for (let offset = first; offset <= last; offset += fetchSize) {
    const limit = Math.min(fetchSize, last - offset + 1);
    const asked = questionOf(source, offset, limit);
    const page =
      asked.method === 'conversation.list'
        ? pageOf(await call(asked.method, asked.input), source.view)
        : asked.method === 'message.list'
          ? await call(asked.method, asked.input)
          : await call(asked.method, asked.input);
    rows.push(...page.rows);
    if (page.rows.length < limit) break;
  }
  return rows;
}

/** The contract's largest window. */
const fetchSize = 500;

/** The row when its window is here. */
export function rowAt(cache: QueryCache, source: ListSource, index: number): ListRow | undefined {
  const page = Math.floor(index / windowSize);
  return peekWindow(cache, source, page).data?.rows[index % windowSize];
}

/** The row as it is now: flags change after a row was selected. */
export function latestRow(cache: QueryCache, ref: MessageRef): MessageRow | undefined {
  // A ref names where the server keeps the message: a moved one is listed elsewhere for a while.
  const pick = (list: { rows: readonly MessageRow[] }) =>
    list.rows.find((one) => sameRef(one.ref, ref));
  return (
    cache.find('message.list', pick) ??
    cache.find('view.list', pick) ??
    cache.find('conversation.list', (list) => pick({ rows: list.rows.map(({ row }) => row) })) ??
    cache.find('search.query', ({ hits }) => pick({ rows: hits.map((hit) => hit.row) }))
  );
}

/** The conversation as it is now, when the row is one. */
export function latestLine(cache: QueryCache, shown: ListRow): ListRow | undefined {
  const { thread, ref } = shown;
  if (thread === undefined) return latestRow(cache, ref);
  return cache.find('conversation.list', ({ rows }) => {
    const found = rows.find((one) => one.threadId === thread.threadId && sameRef(one.row.ref, ref));
    return found && toListRow(found, thread.view);
  });
}

/** A list as it is shown: how many rows, and each of them when it is here. */
export interface Rows {
  readonly total: number;
  rowAt(index: number): ListRow | undefined;
}

/** Rows move when mail comes and goes: the message stays selected, not the line. */
export function locate(selection: Selection | undefined, rows: Rows): number | undefined {
  if (selection === undefined) return undefined;
  const { row } = selection;
  if (row === undefined) return selection.index;
  for (let distance = 0; distance <= 200; distance += 1) {
    for (const index of [selection.index + distance, selection.index - distance]) {
      const other = index < 0 ? undefined : rows.rowAt(index);
      if (other !== undefined && sameLine(other, row)) return index;
    }
  }
  return undefined;
}

/**
 * A message that is read leaves the view of unread ones; the one that is open stays where it was
 * until the person goes on.
 */
export function holdSelected(selection: Selection | undefined, rows: Rows): Rows {
  const held = selection?.row;
  if (selection === undefined || held === undefined) return rows;
  if (locate(selection, rows) !== undefined) return rows;
  const at = Math.min(selection.index, rows.total);
  return {
    total: rows.total + 1,
    rowAt: (index) => (index === at ? held : rows.rowAt(index < at ? index : index - 1)),
  };
}
