/**
 * The typed client of the contract: every output and event is parsed before anyone sees it.
 * Not a cache (query-cache.ts) and not React (hooks.tsx).
 */
import {
  type DownFrame,
  downFrame,
  type ErrorCode,
  type EventName,
  type EventPayload,
  events,
  type MethodInput,
  type MethodName,
  type MethodOutput,
  methods,
  type WireError,
} from '../../app/contract/index.ts';
import type { Transport } from './transport.ts';

/** A call that failed, with what the engine said of it. */
export class CallError extends Error {
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(wire.code);
    this.name = 'CallError';
    this.wire = wire;
  }
}

/** An error of this window's own making, in the same form as the engine's. */
export function localError(code: ErrorCode): CallError {
  return new CallError({ code, params: {}, retry: 'no', logId: '' });
}

/** What any thrown value says to a person. */
export function wireErrorOf(value: unknown): WireError {
  return value instanceof CallError ? value.wire : localError('internal').wire;
}

export type CallMethod = <M extends MethodName>(
  method: M,
  input: MethodInput<M>,
) => Promise<MethodOutput<M>>;

export interface Client {
  readonly call: CallMethod;
  /** @returns a function that ends the subscription */
  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void;
}

interface Pending {
  readonly method: MethodName;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: CallError) => void;
}

function isEventName(name: string): name is EventName {
  return Object.hasOwn(events, name);
}

export function createClient(transport: Transport): Client {
  const pending = new Map<number, Pending>();
  const listeners = new Map<EventName, Set<(payload: unknown) => void>>();
  // Not from 0: after a reload a late answer to the old document must not meet a new call.
  let lastId = Math.floor(Math.random() * 2 ** 40);

  function settle(frame: Exclude<DownFrame, { kind: 'event' }>): void {
    const waiting = pending.get(frame.id);
    if (waiting === undefined) return;
    pending.delete(frame.id);
    if (frame.kind === 'error') {
      waiting.reject(new CallError(frame.error));
      return;
    }
    const parsed = methods[waiting.method].output.safeParse(frame.output);
    if (parsed.success) waiting.resolve(parsed.data);
    else waiting.reject(localError('contract.invalid-output'));
  }

  transport.onFrame((json) => {
    const frame = parseDownFrame(json);
    if (frame === undefined) return;
    if (frame.kind !== 'event') {
      settle(frame);
      return;
    }
    if (!isEventName(frame.name)) return;
    const payload = events[frame.name].safeParse(frame.payload);
    if (!payload.success) return;
    for (const listener of [...(listeners.get(frame.name) ?? [])]) listener(payload.data);
  });

  return {
    call<M extends MethodName>(method: M, input: MethodInput<M>): Promise<MethodOutput<M>> {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        pending.set(id, {
          method,
          // `settle` parsed the output with this method's own schema: the generic cannot see it.
          resolve: (output) => resolve(output as MethodOutput<M>),
          reject,
        });
        transport.post(JSON.stringify({ kind: 'call', id, method, input }));
      });
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      // Payloads are parsed with the schema of this very name before they come here.
      const entry = listener as (payload: unknown) => void;
      set.add(entry);
      return () => set.delete(entry);
    },
  };
}

function parseDownFrame(json: string): DownFrame | undefined {
  try {
    return downFrame.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
