/** A list of any length: what is in sight is loaded, the rest is known by count. */
import { useEffect, useReducer } from 'react';
import type { WireError } from '../../../app/contract/index.ts';
import { useBackend } from '../../host/hooks.tsx';
import {
  type ListPage,
  type ListSource,
  peekWindow,
  type Rows,
  watchWindow,
  windowSize,
} from './message-windows.ts';

export interface MessageWindows {
  /** Undefined until any window has come. */
  readonly total: number | undefined;
  readonly error: WireError | undefined;
  readonly fetching: boolean;
  readonly rowAt: Rows['rowAt'];
}

/** Rows before and after what is in sight that are loaded with it. */
const aheadRows = 50;

/** Loads the windows that cover `first` to `last` and keeps them fresh. */
export function useMessageWindows(source: ListSource, first: number, last: number): MessageWindows {
  const { cache } = useBackend();
  const [, changed] = useReducer((count: number) => count + 1, 0);
  const firstPage = Math.max(0, Math.floor((first - aheadRows) / windowSize));
  const lastPage = Math.max(firstPage, Math.floor((last + aheadRows) / windowSize));
  const sourceKey = JSON.stringify(source);

  // biome-ignore lint/correctness/useExhaustiveDependencies: source is compared by its key
  useEffect(() => {
    const ends: (() => void)[] = [];
    for (let page = firstPage; page <= lastPage; page += 1) {
      ends.push(watchWindow(cache, source, page, changed));
    }
    return () => {
      for (const end of ends) end();
    };
  }, [cache, sourceKey, firstPage, lastPage]);

  const shown = peekWindow(cache, source, Math.max(0, Math.floor(first / windowSize)));
  // A window is looked up once for each drawing, not for each of its rows.
  const pages = new Map<number, ListPage['rows'] | undefined>();
  const pageAt = (page: number) => {
    if (!pages.has(page)) pages.set(page, peekWindow(cache, source, page).data?.rows);
    return pages.get(page);
  };
  return {
    total: shown.data?.total ?? peekWindow(cache, source, 0).data?.total,
    error: shown.error,
    fetching: shown.fetching,
    rowAt: (index) => pageAt(Math.floor(index / windowSize))?.[index % windowSize],
  };
}
