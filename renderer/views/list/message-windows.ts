/** A mailbox of any length as windows of 100 rows: what is in sight is loaded, the rest is known by count. */
import { useEffect, useReducer } from 'react';
import type { MessageRow, WireError } from '../../../app/contract/index.ts';
import { useBackend } from '../../host/hooks.tsx';
import type { QueryCache } from '../../host/query-cache.ts';
import { refKey } from '../desk-state.ts';

export const windowSize = 100;

export function windowInput(mailboxId: number, page: number) {
  return { mailboxId, offset: page * windowSize, limit: windowSize };
}

/** The row when its window is here. */
export function rowAt(cache: QueryCache, mailboxId: number, index: number): MessageRow | undefined {
  const page = Math.floor(index / windowSize);
  return cache.peek('message.list', windowInput(mailboxId, page)).data?.rows[index % windowSize];
}

/** The row as it is now: flags change after a row was selected. */
export function latestRow(cache: QueryCache, row: MessageRow): MessageRow | undefined {
  // A ref names where the server keeps the message: a moved one is listed elsewhere for a while.
  const key = refKey(row.ref);
  return cache.find('message.list', (list) => list.rows.find((one) => refKey(one.ref) === key));
}

export interface MessageWindows {
  /** Undefined until any window has come. */
  readonly total: number | undefined;
  readonly error: WireError | undefined;
  readonly fetching: boolean;
  rowAt(index: number): MessageRow | undefined;
}

/** Loads the windows that cover `first` to `last` and keeps them fresh. */
export function useMessageWindows(mailboxId: number, first: number, last: number): MessageWindows {
  const { cache } = useBackend();
  const [, changed] = useReducer((count: number) => count + 1, 0);
  const firstPage = Math.max(0, Math.floor(first / windowSize));
  const lastPage = Math.max(firstPage, Math.floor(last / windowSize));

  useEffect(() => {
    const ends: (() => void)[] = [];
    for (let page = firstPage; page <= lastPage; page += 1) {
      const input = windowInput(mailboxId, page);
      ends.push(cache.subscribe('message.list', input, changed));
      cache.ensure('message.list', input);
    }
    return () => {
      for (const end of ends) end();
    };
  }, [cache, mailboxId, firstPage, lastPage]);

  const shown = cache.peek('message.list', windowInput(mailboxId, firstPage));
  return {
    total: shown.data?.total ?? cache.peek('message.list', windowInput(mailboxId, 0)).data?.total,
    error: shown.error,
    fetching: shown.fetching,
    rowAt: (index) => rowAt(cache, mailboxId, index),
  };
}
