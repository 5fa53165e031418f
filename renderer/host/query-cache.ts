/**
 * Server state of the window: answers keyed by method and input, kept while they are fetched
 * again, thrown away by events. Knows nothing of React.
 */
import type { MethodInput, MethodName, MethodOutput, WireError } from '../../app/contract/index.ts';
import { type CallMethod, wireErrorOf } from './client.ts';

export interface QueryState<T> {
  readonly data: T | undefined;
  readonly error: WireError | undefined;
  readonly fetching: boolean;
}

interface Entry {
  readonly method: MethodName;
  readonly input: unknown;
  state: QueryState<unknown>;
  stale: boolean;
  /** Rises with every change of `data` from outside a fetch, so that a late answer cannot undo it. */
  generation: number;
  readonly listeners: Set<() => void>;
}

const empty: QueryState<unknown> = { data: undefined, error: undefined, fetching: false };
const defaultCapacity = 400;
/** Whole messages are large: of those, fewer stay. */
const capacityOf: Partial<Record<MethodName, number>> = { 'message.open': 30 };

/** Equal inputs give equal keys whatever the order of their properties. */
export function queryKey(method: MethodName, input: unknown): string {
  return `${method} ${JSON.stringify(sorted(input))}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

export class QueryCache {
  readonly #call: CallMethod;
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry>();

  /** @param capacity how many unwatched answers are kept */
  constructor(call: CallMethod, capacity = defaultCapacity) {
    this.#call = call;
    this.#capacity = capacity;
  }

  peek<M extends MethodName>(method: M, input: MethodInput<M>): QueryState<MethodOutput<M>> {
    const state = this.#entries.get(queryKey(method, input))?.state ?? empty;
    // An entry's data came from `call` of its own method.
    return state as QueryState<MethodOutput<M>>;
  }

  /** Fetches when there is no fresh answer. Safe to call at every render's effect. */
  ensure<M extends MethodName>(method: M, input: MethodInput<M>): void {
    const entry = this.#entry(method, input);
    if (entry.state.fetching || !entry.stale) return;
    this.#fetch(entry);
  }

  /**
   * Fetches by another way, for who may ask next. Whoever asks meanwhile waits for it, and is
   * answered in the usual way when `fetch` finds nothing.
   */
  prime<M extends MethodName>(
    method: M,
    input: MethodInput<M>,
    fetch: () => Promise<MethodOutput<M> | undefined>,
  ): void {
    const entry = this.#entry(method, input);
    if (entry.state.fetching || !entry.stale) return;
    const { generation } = entry;
    this.#set(entry, { ...entry.state, fetching: true });
    const nothing = () => this.#again(entry);
    fetch().then((data) => {
      if (data === undefined || generation !== entry.generation) return nothing();
      entry.stale = false;
      this.#set(entry, { data, error: undefined, fetching: false });
    }, nothing);
  }

  subscribe<M extends MethodName>(
    method: M,
    input: MethodInput<M>,
    listener: () => void,
  ): () => void {
    const entry = this.#entry(method, input);
    entry.listeners.add(listener);
    return () => {
      entry.listeners.delete(listener);
      this.#trim();
    };
  }

  /** Marks answers stale; watched ones are fetched again at once, the rest when next asked for. */
  invalidate<M extends MethodName>(
    method: M,
    matches: (input: MethodInput<M>) => boolean = () => true,
  ): void {
    for (const entry of this.#of(method)) {
      if (!matches(entry.input as MethodInput<M>)) continue;
      entry.stale = true;
      entry.generation += 1;
      if (entry.listeners.size > 0 && !entry.state.fetching) this.#fetch(entry);
    }
  }

  /** Changes answers in place: what a person did shows in the same frame. */
  patch<M extends MethodName>(
    method: M,
    change: (data: MethodOutput<M>, input: MethodInput<M>) => MethodOutput<M>,
  ): void {
    for (const entry of this.#of(method)) {
      if (entry.state.data === undefined) continue;
      const before = entry.state.data as MethodOutput<M>;
      const after = change(before, entry.input as MethodInput<M>);
      if (after === before) continue;
      entry.generation += 1;
      this.#set(entry, { ...entry.state, data: after });
    }
  }

  /** The first thing that `pick` finds in the answers of a method. */
  find<M extends MethodName, T>(
    method: M,
    pick: (data: MethodOutput<M>, input: MethodInput<M>) => T | undefined,
  ): T | undefined {
    for (const entry of this.#of(method)) {
      if (entry.state.data === undefined) continue;
      const found = pick(entry.state.data as MethodOutput<M>, entry.input as MethodInput<M>);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #of(method: MethodName): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.method === method);
  }

  #entry(method: MethodName, input: unknown): Entry {
    const key = queryKey(method, input);
    const found = this.#entries.get(key);
    if (found !== undefined) {
      // Last used goes last: `#trim` drops from the front.
      this.#entries.delete(key);
      this.#entries.set(key, found);
      return found;
    }
    const entry: Entry = {
      method,
      input,
      state: empty,
      stale: true,
      generation: 0,
      listeners: new Set(),
    };
    this.#entries.set(key, entry);
    this.#trim();
    return entry;
  }

  #fetch(entry: Entry): void {
    const generation = entry.generation;
    entry.stale = false;
    this.#set(entry, { ...entry.state, fetching: true });
    this.#call(entry.method, entry.input as MethodInput<MethodName>).then(
      (data) => {
        if (generation === entry.generation) {
          this.#set(entry, { data, error: undefined, fetching: false });
        } else this.#again(entry);
      },
      (error: unknown) => {
        if (generation !== entry.generation) this.#again(entry);
        else this.#set(entry, { ...entry.state, error: wireErrorOf(error), fetching: false });
      },
    );
  }

  /** The answer is older than what happened since: ask once more if anyone looks. */
  #again(entry: Entry): void {
    entry.stale = true;
    this.#set(entry, { ...entry.state, fetching: false });
    if (entry.listeners.size > 0) this.#fetch(entry);
  }

  #set(entry: Entry, state: QueryState<unknown>): void {
    entry.state = state;
    for (const listener of [...entry.listeners]) listener();
  }

  #trim(): void {
    for (const [method, most] of Object.entries(capacityOf)) {
      this.#drop((entry) => entry.method === method, most);
    }
    this.#drop(() => true, this.#capacity);
  }

  /** Of those that `counts` says yes to, unwatched ones go until `most` are left; the oldest first. */
  #drop(counts: (entry: Entry) => boolean, most: number): void {
    let over = -most;
    for (const entry of this.#entries.values()) if (counts(entry)) over += 1;
    if (over <= 0) return;
    for (const [key, entry] of this.#entries) {
      if (!counts(entry) || entry.listeners.size > 0 || entry.state.fetching) continue;
      this.#entries.delete(key);
      over -= 1;
      if (over <= 0) return;
    }
  }
}
