/**
 * One attempt to open a leg: its deadlines, its cancellation, the sockets it owns, its errors.
 * Whatever ends the attempt early destroys every socket. Knows no protocol.
 */
import type { Duplex } from 'node:stream';
import { CancelledError, type ErrorParams, LegError, type MailError } from '../errors.ts';
import type { LegTimeouts } from './limits.ts';
import type { LegEndpoint } from './types.ts';

type LegCode = Extract<MailError['code'], `leg.${string}`>;

export class Attempt {
  readonly endpoint: LegEndpoint;
  readonly timeouts: LegTimeouts;
  readonly #signal: AbortSignal | undefined;
  readonly #sockets: Duplex[] = [];
  readonly #deadline: NodeJS.Timeout;
  #failure: MailError | undefined;
  readonly #failed: Promise<never>;
  #reject: (error: MailError) => void = () => undefined;

  constructor(endpoint: LegEndpoint, timeouts: LegTimeouts, signal?: AbortSignal) {
    this.endpoint = endpoint;
    this.timeouts = timeouts;
    this.#signal = signal;
    this.#failed = new Promise((_resolve, reject) => {
      this.#reject = reject;
    });
    // A failure between two steps must not count as unhandled; the next step throws it.
    this.#failed.catch(() => undefined);
    this.#deadline = setTimeout(() => this.fail(this.error('leg.timeout')), timeouts.openMs);
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted) this.#onAbort();
  }

  readonly #onAbort = (): void => this.fail(new CancelledError());

  /** An error of this leg; `host`, `port` and `service` are always in its parameters. */
  error(code: LegCode, params: ErrorParams = {}, cause?: unknown): LegError {
    const { host, port, service } = this.endpoint;
    const options = cause === undefined ? undefined : { cause };
    return new LegError(code, { host, port, service, ...params }, options);
  }

  /** A peer that breaks the protocol; `reason` is for the log. */
  protocolError(reason: string): LegError {
    return this.error('leg.protocol', {}, new Error(reason));
  }

  /** Registers a socket to be destroyed when the attempt fails. Late errors of it are harmless. */
  own<T extends Duplex>(socket: T): T {
    socket.on('error', () => undefined);
    this.#sockets.push(socket);
    if (this.#failure) socket.destroy();
    return socket;
  }

  /**
   * Waits for one step, no longer than its limit, the whole attempt's, or the caller's patience.
   * @throws LegError `leg.timeout`, CancelledError, or what the step throws
   */
  async step<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.fail(this.error('leg.timeout')), timeoutMs);
    try {
      return await Promise.race([this.#failed, work]);
    } catch (error) {
      // Of two reasons the first counts: a destroyed socket's own error comes after it.
      throw this.#failure ?? error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the attempt: sockets are destroyed and every step throws `error`. */
  fail(error: MailError): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#stop();
    this.#reject(error);
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The leg is open: its sockets now belong to the caller. */
  succeed(): void {
    if (this.#failure) throw this.#failure;
    this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#deadline);
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}
