/** Changes to rows in every answer that shows them: what a person did is seen in the same frame. */
import type { MessageRef, MessageRow } from '../../app/contract/index.ts';
import { type QueryCache, queryKey } from '../host/query-cache.ts';
import { refKey, sameRef } from './desk-state.ts';

type Page = { total: number; rows: MessageRow[] };
type Gone = (row: MessageRow) => boolean;

/** Changes one message wherever it is listed. */
export function patchRow(cache: QueryCache, ref: MessageRef, change: Partial<MessageRow>): void {
  const inPage = <P extends { rows: MessageRow[] }>(page: P): P => {
    const index = page.rows.findIndex((row) => sameRef(row.ref, ref));
    const row = page.rows[index];
    if (row === undefined) return page;
    return { ...page, rows: page.rows.with(index, { ...row, ...change }) };
  };
  cache.patch('message.list', inPage);
  cache.patch('view.list', inPage);
  cache.patch('conversation.open', inPage);
  cache.patch('search.query', (found) => {
    const index = found.hits.findIndex(({ row }) => sameRef(row.ref, ref));
    const hit = found.hits[index];
    if (hit === undefined) return found;
    return { ...found, hits: found.hits.with(index, { ...hit, row: { ...hit.row, ...change } }) };
  });
}

/**
 * The windows of one list, by their offset, without some rows: what is below moves up, across the
 * windows that are here.
 * @returns undefined when no row was taken out
 */
export function closeGaps(
  pages: ReadonlyMap<number, readonly MessageRow[]>,
  gone: Gone,
): { pages: Map<number, MessageRow[]>; removed: number } | undefined {
  const rows = new Map<number, MessageRow>();
  let removed = 0;
  for (const [offset, page] of [...pages].sort(([a], [b]) => a - b)) {
    for (const [index, row] of page.entries()) {
      if (gone(row)) removed += 1;
      else rows.set(offset + index - removed, row);
    }
  }
  if (removed === 0) return undefined;
  const closed = new Map<number, MessageRow[]>();
  for (const [offset, page] of pages) {
    const kept: MessageRow[] = [];
    for (let index = offset; index < offset + page.length; index += 1) {
      const row = rows.get(index);
      if (row === undefined) break;
      kept.push(row);
    }
    closed.set(offset, kept);
  }
  return { pages: closed, removed };
}

/** Takes messages out of all lists. */
export function takeOut(cache: QueryCache, refs: readonly MessageRef[]): void {
  const keys = new Set(refs.map(refKey));
  const gone: Gone = (row) => keys.has(refKey(row.ref));
  takeOutOfPages(cache, 'message.list', gone);
  takeOutOfPages(cache, 'view.list', gone);
  cache.patch('search.query', (found) =>
    found.hits.some(({ row }) => gone(row))
      ? { ...found, hits: found.hits.filter(({ row }) => !gone(row)) }
      : found,
  );
}

function takeOutOfPages(cache: QueryCache, method: 'message.list' | 'view.list', gone: Gone) {
  const nameOf = (input: { offset: number }) => queryKey(method, { ...input, offset: 0 });
  const lists = new Map<string, Map<number, readonly MessageRow[]>>();
  cache.find(method, ({ rows }, input) => {
    const pages = lists.get(nameOf(input)) ?? new Map<number, readonly MessageRow[]>();
    lists.set(nameOf(input), pages.set(input.offset, rows));
    return undefined;
  });
  for (const [name, pages] of lists) {
    const closed = closeGaps(pages, gone);
    if (closed === undefined) continue;
    const change = (page: Page, input: { offset: number }): Page =>
      nameOf(input) === name
        ? {
            total: Math.max(0, page.total - closed.removed),
            rows: closed.pages.get(input.offset) ?? page.rows,
          }
        : page;
    cache.patch(method, change);
  }
}
