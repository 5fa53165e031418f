/**
 * The sealed stream as a plain Duplex: records over a socket, with an authenticated end.
 * It looks enough like a net.Socket for mail libraries. Needs a finished handshake.
 * Specification: docs/protocol.md §6.
 */
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { LegError } from '../errors.ts';
import type { SealKeys } from './handshake.ts';
import { limits } from './limits.ts';
import { free, minFreed } from './memory.ts';
import { RecordOpener, RecordSealer } from './records.ts';

/** Octets that a writer may be ahead of the socket: several records, so that it is seldom asked to wait. */
const writeAhead = 262_144;

type Callback = (error?: Error | null) => void;

export class SealedDuplex extends Duplex {
  readonly #inner: Duplex;
  /** A kernel socket copies what it writes and gives what it read to nobody else. */
  readonly #ownsMemory: boolean;
  readonly #sealer: RecordSealer;
  readonly #opener: RecordOpener;
  #flushDue = false;
  /** Goes on with a write that waits for the socket; gets an error when the stream is gone. */
  #afterDrain: Callback | undefined;
  #readableDone = false;
  #early: Buffer | undefined;
  #closeTimer: NodeJS.Timeout | undefined;

  /**
   * @param inner the TCP or TLS socket: paused, without other listeners than for errors
   * @param early record octets that were read together with the handshake's last line
   */
  constructor(inner: Duplex, keys: SealKeys, early?: Buffer) {
    super({
      // Like a socket: when the peer has ended, so do we.
      allowHalfOpen: false,
      readableHighWaterMark: limits.recordMax,
      writableHighWaterMark: writeAhead,
    });
    this.#inner = inner;
    this.#ownsMemory = inner instanceof Socket;
    this.#sealer = new RecordSealer(keys.send);
    this.#opener = new RecordOpener(keys.receive);
    if (early && early.length > 0) this.#early = early;
    inner.on('data', this.#onData);
    inner.pause();
    inner.on('end', this.#onEnd);
    inner.on('close', this.#onClose);
    inner.on('error', this.#onError);
    inner.on('drain', this.#onDrain);
    inner.on('timeout', this.#onTimeout);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#openEarly();
    if (!this.destroyed) this.#open(chunk);
    if (this.#ownsMemory) free(chunk);
  };

  /** What came with the handshake goes before anything that the socket delivers. */
  #openEarly(): void {
    const early = this.#early;
    this.#early = undefined;
    if (early) this.#open(early);
  }

  #open(chunk: Buffer): void {
    let wantsMore = true;
    try {
      this.#opener.push(chunk, (content) => {
        if (!this.destroyed) wantsMore = this.push(content);
      });
    } catch (error) {
      this.destroy(error instanceof Error ? error : new LegError('leg.protocol'));
      return;
    }
    if (this.#opener.closed) {
      // The socket is read on: anything after the close record is an error.
      if (!this.#readableDone) this.push(null);
      this.#readableDone = true;
    } else if (!wantsMore) {
      this.#inner.pause();
    }
  }

  /** End of the socket: without the peer's close record it is a cut. */
  readonly #onEnd = (): void => {
    this.#openEarly();
    if (!this.#opener.closed) this.destroy(new LegError('leg.truncated'));
  };

  readonly #onClose = (): void => {
    this.#openEarly();
    if (!this.#opener.closed) this.destroy(new LegError('leg.truncated'));
    else if (this.#afterDrain) this.#resumeWrite(new LegError('leg.truncated'));
  };

  readonly #onError = (cause: Error): void => {
    const finished = this.#opener.closed && this.writableFinished;
    this.destroy(finished ? undefined : new LegError('leg.truncated', {}, { cause }));
  };

  readonly #onTimeout = (): void => {
    this.emit('timeout');
  };

  override _read(): void {
    this.#openEarly();
    if (this.destroyed) return;
    this.#inner.resume();
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, callback: Callback): void {
    const octets = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    this.#writeFrom(octets, 0, callback);
  }

  /** Seals full records while the socket takes them; what is left waits for the end of the tick. */
  #writeFrom(octets: Buffer, start: number, callback: Callback): void {
    const inner = this.#inner;
    if (inner.writableEnded || inner.destroyed) {
      callback(new LegError('leg.truncated'));
      return;
    }
    let offset = start;
    while (this.#sealer.pending + octets.length - offset >= limits.recordContent) {
      if (inner.writableNeedDrain) {
        this.#waitForDrain((error) => this.#continueWrite(octets, offset, callback, error));
        return;
      }
      const end = offset + limits.recordContent - this.#sealer.pending;
      this.#sealer.append(octets.subarray(offset, end));
      this.#writeRecord(this.#sealer.sealData());
      offset = end;
    }
    if (offset < octets.length) this.#sealer.append(octets.subarray(offset));
    this.#scheduleFlush();
    if (inner.writableNeedDrain) this.#waitForDrain(callback);
    else callback();
  }

  #continueWrite(octets: Buffer, start: number, callback: Callback, error?: Error | null): void {
    if (error) callback(error);
    else this.#writeFrom(octets, start, callback);
  }

  #scheduleFlush(): void {
    if (this.#sealer.pending === 0 || this.#flushDue) return;
    this.#flushDue = true;
    process.nextTick(this.#onFlushDue);
  }

  readonly #onFlushDue = (): void => {
    this.#flushDue = false;
    // While the socket has enough, a crumb may become the front of a full record.
    if (this.destroyed || this.#afterDrain) return;
    this.#flush();
    this.#sealer.release();
  };

  #flush(): void {
    if (this.#sealer.pending > 0) this.#writeRecord(this.#sealer.sealData());
  }

  #writeRecord(record: Buffer): void {
    const inner = this.#inner;
    // After the peer's close a socket ends itself; writing then would be an error of its own.
    if (inner.writableEnded || inner.destroyed) return;
    if (!this.#ownsMemory || record.length < minFreed) {
      inner.write(record);
      return;
    }
    inner.write(record, () => free(record));
    // Taken already: the next record is then made in the same memory, which the cache still holds.
    if (inner.writableLength === 0) free(record);
  }

  #waitForDrain(goOn: Callback): void {
    this.#afterDrain = goOn;
  }

  #resumeWrite(error?: Error): void {
    const goOn = this.#afterDrain;
    this.#afterDrain = undefined;
    goOn?.(error);
  }

  readonly #onDrain = (): void => {
    this.#resumeWrite();
    this.#scheduleFlush();
  };

  override _final(callback: Callback): void {
    this.#flush();
    if (this.#inner.writableEnded || this.#inner.destroyed) {
      callback();
      return;
    }
    this.#writeRecord(this.#sealer.sealClose());
    this.#inner.end(() => {
      callback();
      // The peer answers an end with its own; one that does not is not waited for.
      this.#closeTimer = setTimeout(() => this.destroy(), limits.closeMs);
      this.#closeTimer.unref();
    });
  }

  override _destroy(error: Error | null, callback: Callback): void {
    clearTimeout(this.#closeTimer);
    const inner = this.#inner;
    inner.off('data', this.#onData);
    inner.off('end', this.#onEnd);
    inner.off('close', this.#onClose);
    inner.off('drain', this.#onDrain);
    inner.off('timeout', this.#onTimeout);
    // The error listener stays: a destroyed socket may still report, and nobody else listens.
    this.#early = undefined;
    if (this.#afterDrain) this.#resumeWrite(error ?? new LegError('leg.truncated'));
    inner.destroy();
    callback(error);
  }

  // What mail libraries expect of a socket beyond a Duplex.

  /** Idle time in milliseconds, 0 for none; then `timeout` is emitted and nothing else happens. */
  setTimeout(timeoutMs: number, listener?: () => void): this {
    if (listener) this.once('timeout', listener);
    this.#socket?.setTimeout(timeoutMs);
    return this;
  }

  setKeepAlive(enable?: boolean, initialDelayMs?: number): this {
    this.#socket?.setKeepAlive(enable, initialDelayMs);
    return this;
  }

  setNoDelay(noDelay?: boolean): this {
    this.#socket?.setNoDelay(noDelay);
    return this;
  }

  ref(): this {
    this.#socket?.ref();
    return this;
  }

  unref(): this {
    this.#socket?.unref();
    return this;
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  get remoteAddress(): string | undefined {
    return this.#socket?.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket?.remotePort;
  }

  get localAddress(): string | undefined {
    return this.#socket?.localAddress;
  }

  get localPort(): number | undefined {
    return this.#socket?.localPort;
  }

  get #socket(): Socket | undefined {
    return this.#inner instanceof Socket ? this.#inner : undefined;
  }
}
