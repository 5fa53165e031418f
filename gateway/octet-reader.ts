/**
 * Pull reading from a stream: lines, counted octets, whatever there is. Holds a bounded amount and
 * makes the peer wait beyond it. Knows no protocol. One reader at a time per method call.
 */
import type { Duplex } from 'node:stream';
import { sizes } from './limits.ts';
import { LineTooLong } from './session-end.ts';

const nothing = Buffer.alloc(0);
const lineFeed = 0x0a;

interface Signal {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function createSignal(): Signal {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

export class OctetReader {
  readonly #stream: Duplex;
  #held: Buffer = nothing;
  #ended = false;
  #failure: unknown;
  #failed = false;
  #released = false;
  #change: Signal | undefined;
  #readable: Promise<void> | undefined;

  /** Reading begins at once. */
  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', this.#onData);
    stream.on('end', this.#onEnd);
    stream.on('error', this.#onError);
    stream.on('close', this.#onClose);
    stream.resume();
  }

  /** Octets that were received and not yet taken, as far as this process has read them. */
  get waiting(): number {
    return this.#held.length + this.#stream.readableLength;
  }

  /** Resolves when there is something to take: octets, the end or a failure. Never rejects. */
  whenReadable(): Promise<void> {
    // Shared while it waits: a caller may give up on it again and again.
    this.#readable ??= this.#waitReadable();
    return this.#readable;
  }

  async #waitReadable(): Promise<void> {
    while (this.#held.length === 0 && !this.#ended && !this.#failed) await this.#changed();
    this.#readable = undefined;
  }

  /**
   * @param maxOctets with the line ending
   * @returns the line with its ending (LF, mostly CRLF); undefined at the stream's clean end
   * @throws LineTooLong, or what the stream failed with; an end inside a line is a clean end too,
   * and what there was of the line is dropped
   */
  async readLine(maxOctets: number): Promise<Buffer | undefined> {
    let scanned = 0;
    for (;;) {
      const at = this.#held.indexOf(lineFeed, scanned);
      if (at >= maxOctets || (at < 0 && this.#held.length >= maxOctets)) throw new LineTooLong();
      if (at >= 0) return this.#take(at + 1);
      scanned = this.#held.length;
      if (!(await this.#more())) return undefined;
    }
  }

  /** Between 1 and `maxOctets` octets; undefined at the clean end. */
  async readSome(maxOctets = Number.POSITIVE_INFINITY): Promise<Buffer | undefined> {
    while (this.#held.length === 0) if (!(await this.#more())) return undefined;
    return this.#take(Math.min(maxOctets, this.#held.length));
  }

  /** Exactly `count` octets (small: they are held); undefined when the stream ends before. */
  async readExactly(count: number): Promise<Buffer | undefined> {
    const pieces: Buffer[] = [];
    for (let missing = count; missing > 0; ) {
      const piece = await this.readSome(missing);
      if (piece === undefined) return undefined;
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** Puts back what was taken too much, to be read next. */
  unread(octets: Buffer): void {
    if (octets.length > 0) this.#held = Buffer.concat([octets, this.#held]);
  }

  /** Makes the waiting read, and each later one, reject. */
  fail(reason: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#failure = reason;
    this.#wake();
  }

  /** Gives back what was read and not taken, and leaves the stream paused and without our listeners. */
  release(): Buffer {
    if (!this.#released) {
      this.#released = true;
      this.#stream.pause();
      this.#stream.off('data', this.#onData);
      this.#stream.off('end', this.#onEnd);
      this.#stream.off('error', this.#onError);
      this.#stream.off('close', this.#onClose);
    }
    return this.#take(this.#held.length);
  }

  #take(count: number): Buffer {
    const taken = this.#held.subarray(0, count);
    this.#held = count === this.#held.length ? nothing : this.#held.subarray(count);
    if (!this.#released && this.#held.length < sizes.readAhead) this.#stream.resume();
    return taken;
  }

  /** True when there is more than before; false at the clean end. */
  async #more(): Promise<boolean> {
    const before = this.#held.length;
    for (;;) {
      if (this.#held.length > before) return true;
      if (this.#failed) throw this.#failure;
      if (this.#ended) return false;
      await this.#changed();
    }
  }

  /** One promise for all who wait: nothing piles up while a peer is silent. */
  #changed(): Promise<void> {
    this.#change ??= createSignal();
    return this.#change.promise;
  }

  #wake(): void {
    const change = this.#change;
    this.#change = undefined;
    change?.resolve();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    if (this.#held.length >= sizes.readAhead) this.#stream.pause();
    this.#wake();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake();
  };

  readonly #onError = (error: Error): void => this.fail(error);

  readonly #onClose = (): void => {
    if (!this.#ended) this.fail(new Error('closed before its end'));
  };
}
