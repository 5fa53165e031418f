/**
 * A small client for the Chrome DevTools Protocol over two pipes: NUL-ended JSON messages.
 * Not a general one: it opens no socket, and a message over the limit ends the connection.
 */
import type { Readable, Writable } from 'node:stream';

export type CdpParams = Readonly<Record<string, unknown>>;

export interface CdpEvent {
  readonly method: string;
  readonly params: CdpParams;
  /** Undefined for events of the browser itself. */
  readonly sessionId: string | undefined;
}

/** Protocol traffic with one browser; stands behind an interface so that tests can play the browser. */
export interface CdpConnection {
  send(method: string, params?: CdpParams, sessionId?: string): Promise<CdpParams>;
  onEvent(listener: (event: CdpEvent) => void): void;
  onClose(listener: () => void): void;
}

export class CdpError extends Error {
  override readonly name = 'CdpError';
}

/** Bytes of one incoming message: a frame of 16 Mi characters, escaped twice, fits. */
const maxMessageBytes = 128 * 1024 * 1024;
/** Commands without an answer yet. */
const maxPending = 10_000;

interface Pending {
  readonly method: string;
  readonly resolve: (result: CdpParams) => void;
  readonly reject: (error: Error) => void;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export class CdpPipe implements CdpConnection {
  readonly #output: Writable;
  readonly #pending = new Map<number, Pending>();
  readonly #eventListeners: ((event: CdpEvent) => void)[] = [];
  readonly #closeListeners: (() => void)[] = [];
  #chunks: Buffer[] = [];
  #size = 0;
  #nextId = 1;
  #closed = false;

  /** @param output fd 3 of the browser; @param input fd 4 of the browser */
  constructor(output: Writable, input: Readable) {
    this.#output = output;
    const close = (): void => this.#close();
    output.on('error', close);
    input.on('error', close);
    input.on('close', close);
    input.on('end', close);
    input.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /** @throws CdpError when the browser refuses the command or is gone */
  send(method: string, params: CdpParams = {}, sessionId?: string): Promise<CdpParams> {
    if (this.#closed) return Promise.reject(new CdpError(`${method}: the browser is gone`));
    if (this.#pending.size >= maxPending) {
      return Promise.reject(new CdpError(`${method}: too many commands wait`));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { method, resolve, reject });
      const message =
        sessionId === undefined ? { id, method, params } : { id, method, params, sessionId };
      this.#output.write(`${JSON.stringify(message)}\0`);
    });
  }

  onEvent(listener: (event: CdpEvent) => void): void {
    this.#eventListeners.push(listener);
  }

  /** Called once, also when the connection is already closed. */
  onClose(listener: () => void): void {
    if (this.#closed) queueMicrotask(listener);
    else this.#closeListeners.push(listener);
  }

  #read(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, start)) {
      this.#chunks.push(chunk.subarray(start, end));
      const text = Buffer.concat(this.#chunks).toString('utf8');
      this.#chunks = [];
      this.#size = 0;
      start = end + 1;
      if (this.#closed) return;
      this.#receive(text);
    }
    const rest = chunk.subarray(start);
    if (rest.length === 0) return;
    this.#size += rest.length;
    if (this.#size > maxMessageBytes) this.#close();
    else this.#chunks.push(rest);
  }

  #receive(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      this.#close();
      return;
    }
    if (!isRecord(message)) return;
    if (typeof message.id === 'number') this.#settle(message.id, message);
    else if (typeof message.method === 'string') {
      const event: CdpEvent = {
        method: message.method,
        params: isRecord(message.params) ? message.params : {},
        sessionId: typeof message.sessionId === 'string' ? message.sessionId : undefined,
      };
      for (const listener of this.#eventListeners) listener(event);
    }
  }

  #settle(id: number, message: Record<string, unknown>): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    const error = message.error;
    if (isRecord(error))
      pending.reject(new CdpError(`${pending.method}: ${String(error.message)}`));
    else pending.resolve(isRecord(message.result) ? message.result : {});
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#chunks = [];
    this.#output.destroy();
    for (const pending of this.#pending.values()) {
      pending.reject(new CdpError(`${pending.method}: the browser is gone`));
    }
    this.#pending.clear();
    for (const listener of this.#closeListeners) listener();
  }
}
