/** A list of any length as windows of 100 rows in the cache, and rows as they are shown. Pure. */
import type { MessageRef, MessageRow, MethodOutput, ViewDto } from '../../../app/contract/index.ts';
import type { QueryCache, QueryState } from '../../host/query-cache.ts';
import { type Selection, sameRef } from '../desk-state.ts';

export const windowSize = 100;

/** What is listed; a mailbox has a method of its own. */
export type ListSource = ViewDto;

type ListPage = MethodOutput<'message.list'>;

function windowOf(page: number) {
  return { offset: page * windowSize, limit: windowSize };
}

/** One window of the list, as far as it is here. */
export function peekWindow(
  cache: QueryCache,
  source: ListSource,
  page: number,
): QueryState<ListPage> {
  return source.kind === 'mailbox'
    ? cache.peek('message.list', { mailboxId: source.mailboxId, ...windowOf(page) })
    : cache.peek('view.list', { view: source, ...windowOf(page) });
}

/** Fetches a window and keeps it fresh; returns a function that ends that. */
export function watchWindow(
  cache: QueryCache,
  source: ListSource,
  page: number,
  listener: () => void,
): () => void {
  if (source.kind === 'mailbox') {
    const input = { mailboxId: source.mailboxId, ...windowOf(page) };
    const end = cache.subscribe('message.list', input, listener);
    cache.ensure('message.list', input);
    return end;
  }
  const input = { view: source, ...windowOf(page) };
  const end = cache.subscribe('view.list', input, listener);
  cache.ensure('view.list', input);
  return end;
}

/** The row when its window is here. */
export function rowAt(
  cache: QueryCache,
  source: ListSource,
  index: number,
): MessageRow | undefined {
  const page = Math.floor(index / windowSize);
  return peekWindow(cache, source, page).data?.rows[index % windowSize];
}

/** The row as it is now: flags change after a row was selected. */
export function latestRow(cache: QueryCache, ref: MessageRef): MessageRow | undefined {
  // A ref names where the server keeps the message: a moved one is listed elsewhere for a while.
  const pick = (list: ListPage) => list.rows.find((one) => sameRef(one.ref, ref));
  return (
    cache.find('message.list', pick) ??
    cache.find('view.list', pick) ??
    cache.find('search.query', ({ hits }) => pick({ total: 0, rows: hits.map((hit) => hit.row) }))
  );
}

/** A list as it is shown: how many rows, and each of them when it is here. */
export interface Rows {
  readonly total: number;
  rowAt(index: number): MessageRow | undefined;
}

/** Rows move when mail comes and goes: the message stays selected, not the line. */
export function locate(selection: Selection | undefined, rows: Rows): number | undefined {
  if (selection === undefined) return undefined;
  if (selection.row === undefined) return selection.index;
  const { ref } = selection.row;
  for (let distance = 0; distance <= 200; distance += 1) {
    for (const index of [selection.index + distance, selection.index - distance]) {
      const row = index < 0 ? undefined : rows.rowAt(index);
      if (row !== undefined && sameRef(row.ref, ref)) return index;
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
