/** React's view of the client and the cache. Views use these; components take plain props. */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useEffectEvent,
  useSyncExternalStore,
} from 'react';
import type {
  EventName,
  EventPayload,
  MethodInput,
  MethodName,
  MethodOutput,
} from '../../app/contract/index.ts';
import type { Client } from './client.ts';
import { type QueryCache, type QueryState, queryKey } from './query-cache.ts';

export interface Backend {
  readonly client: Client;
  readonly cache: QueryCache;
  /** Opens an address outside; returns false when this host cannot. */
  readonly openExternal: (url: string) => boolean;
}

const BackendContext = createContext<Backend | undefined>(undefined);

export function BackendProvider(props: { readonly value: Backend; readonly children: ReactNode }) {
  return <BackendContext value={props.value}>{props.children}</BackendContext>;
}

export function useBackend(): Backend {
  const backend = useContext(BackendContext);
  if (backend === undefined) throw new Error('no BackendProvider above');
  return backend;
}

const idle: QueryState<never> = { data: undefined, error: undefined, fetching: false };
const noSubscription = () => () => undefined;

/** The cached answer, fetched when missing or stale. `undefined` as input asks nothing. */
export function useQuery<M extends MethodName>(
  method: M,
  input: MethodInput<M> | undefined,
): QueryState<MethodOutput<M>> {
  const { cache } = useBackend();
  const key = input === undefined ? undefined : queryKey(method, input);
  // `key` stands for `input`: callers build a new object at every render.
  // biome-ignore lint/correctness/useExhaustiveDependencies: input is compared by its key
  const subscribe = useCallback(
    input === undefined
      ? noSubscription
      : (listener: () => void) => cache.subscribe(method, input, listener),
    [cache, method, key],
  );
  const state = useSyncExternalStore<QueryState<MethodOutput<M>>>(subscribe, () =>
    input === undefined ? idle : cache.peek(method, input),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: input is compared by its key
  useEffect(() => {
    if (input !== undefined) cache.ensure(method, input);
  }, [cache, method, key]);
  return state;
}

/** Runs `listener` on every event of this name while mounted. */
export function useContractEvent<E extends EventName>(
  name: E,
  listener: (payload: EventPayload<E>) => void,
): void {
  const { client } = useBackend();
  const onEvent = useEffectEvent(listener);
  useEffect(() => client.on(name, (payload) => onEvent(payload)), [client, name]);
}
