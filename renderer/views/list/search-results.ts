/** Answers of a search, page by page; the last known ones stay until newer ones come. */
import { useEffect, useReducer, useRef, useState } from 'react';
import type {
  MessageRow,
  MethodInput,
  SearchHitDto,
  SearchNote,
  WireError,
} from '../../../app/contract/index.ts';
import { useBackend } from '../../host/hooks.tsx';
import { type QueryCache, queryKey } from '../../host/query-cache.ts';
import { refKey } from '../desk-state.ts';
import { useRested } from '../use-rested.ts';

const pageSize = 50;
/** Long enough for two keys struck at once, too short to be felt. */
const typingMs = 25;

export interface SearchScope {
  readonly mailboxId?: number;
}

export interface SearchResults {
  /** Undefined until anything at all is known. */
  readonly hits: readonly SearchHitDto[] | undefined;
  readonly notes: readonly SearchNote[];
  /** There are older ones that were not asked for yet. */
  readonly more: boolean;
  /** What is shown belongs to an earlier query. */
  readonly stale: boolean;
  readonly error: WireError | undefined;
  loadMore(): void;
}

type SearchInput = MethodInput<'search.query'>;

/** The first `count` pages as far as they are here, and the inputs that they were asked with. */
function pagesOf(cache: QueryCache, first: SearchInput, count: number) {
  const inputs: SearchInput[] = [];
  const hits: SearchHitDto[] = [];
  let before: number | undefined;
  let whole = true;
  for (let page = 0; page < count; page += 1) {
    const input = before === undefined ? first : { ...first, before };
    inputs.push(input);
    const data = cache.peek('search.query', input).data;
    if (data === undefined) {
      whole = false;
      break;
    }
    hits.push(...data.hits);
    before = data.next;
    if (before === undefined) break;
  }
  return { inputs, hits, whole, more: before !== undefined };
}

export function useSearchResults(query: string, scope: SearchScope): SearchResults {
  const { cache } = useBackend();
  const [, changed] = useReducer((count: number) => count + 1, 0);
  const rested = useRested(query, typingMs).trim();
  const first: SearchInput = { query: rested.slice(0, 1_000), ...scope, limit: pageSize };
  const key = queryKey('search.query', first);
  const [wanted, setWanted] = useState({ key, count: 1 });
  const count = wanted.key === key ? wanted.count : 1;
  const { inputs, hits, whole, more } = pagesOf(cache, first, count);

  const asked = rested === '' ? 0 : inputs.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: inputs are compared by key and number
  useEffect(() => {
    const ends = inputs.slice(0, asked).map((input) => {
      const end = cache.subscribe('search.query', input, changed);
      cache.ensure('search.query', input);
      return end;
    });
    return () => {
      for (const end of ends) end();
    };
  }, [cache, key, asked]);

  const { data, error } = cache.peek('search.query', first);
  const known = useRef<Pick<SearchResults, 'hits' | 'notes'>>(undefined);
  useEffect(() => {
    if (rested === '') known.current = undefined;
    else if (data !== undefined) known.current = { hits, notes: data.notes };
  });
  return {
    hits: data === undefined ? known.current?.hits : hits,
    notes: data?.notes ?? known.current?.notes ?? [],
    more: data !== undefined && more && whole,
    stale: data === undefined,
    error: data === undefined ? error : undefined,
    loadMore: () => setWanted({ key, count: count + 1 }),
  };
}

export interface ServerSearch {
  readonly phase: 'idle' | 'asking' | 'done' | 'failed';
  readonly found: number;
  /** Found on the server and not among the hits. */
  readonly rows: readonly MessageRow[];
  start(): void;
  cancel(): void;
}

/** Only this window has to tell its searches apart; `randomUUID` is not there on every origin. */
function newSearchId(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}

const unasked = { key: '', phase: 'idle', found: 0, rows: [] } as const;

/** The second step of a search: what lies on the servers only. A new query begins it anew. */
export function useServerSearch(
  text: string,
  accountIds: readonly string[],
  hits: readonly SearchHitDto[],
): ServerSearch {
  const { client } = useBackend();
  const [state, setState] = useState<{
    readonly key: string;
    readonly phase: ServerSearch['phase'];
    readonly found: number;
    readonly rows: readonly MessageRow[];
  }>(unasked);
  const searchIds = useRef<readonly string[]>([]);
  const key = JSON.stringify([text, accountIds]);
  const shown = state.key === key ? state : unasked;

  function cancelCalls(): void {
    for (const searchId of searchIds.current) {
      client.call('search.cancel', { searchId }).catch(() => undefined);
    }
    searchIds.current = [];
  }
  const cancelRef = useRef(cancelCalls);
  useEffect(() => {
    cancelRef.current = cancelCalls;
  });
  // Nobody waits for an answer to a query that was changed or left.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the key changes
  useEffect(() => () => cancelRef.current(), [key]);

  function start(): void {
    const calls = accountIds.map((accountId) => ({ accountId, searchId: newSearchId() }));
    searchIds.current = calls.map(({ searchId }) => searchId);
    setState({ key, phase: 'asking', found: 0, rows: [] });
    void Promise.allSettled(
      calls.map((call) => client.call('search.server', { ...call, text })),
    ).then((answers) => {
      const good = answers.flatMap((answer) =>
        answer.status === 'fulfilled' ? [answer.value] : [],
      );
      const rows = good
        .flatMap((answer) => answer.rows)
        .sort((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1));
      const found = good.reduce((sum, answer) => sum + answer.found, 0);
      setState((now) =>
        now.key === key && now.phase === 'asking'
          ? { key, phase: good.length === 0 ? 'failed' : 'done', found, rows }
          : now,
      );
    });
  }
  const here = new Set(hits.map(({ row }) => refKey(row.ref)));
  return {
    phase: shown.phase,
    found: shown.found,
    rows: shown.rows.filter((row) => !here.has(refKey(row.ref))),
    start,
    cancel: () => {
      cancelCalls();
      setState(unasked);
    },
  };
}
