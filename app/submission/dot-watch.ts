/**
 * A submission leg as nodemailer's connection sees it, which remembers what the library's error
 * cannot tell: whether the final dot of DATA (RFC 5321 §4.1.1.4) was handed to the leg and whether
 * a whole reply came after it. The owner is told before the dot leaves, so that it can be kept first.
 * Decides nothing about the message; outcome.ts does.
 */
import { Duplex } from 'node:stream';

export interface DotWatchOptions {
  /** Silence after which the leg is given up before the dot, and after it (RFC 5321 §4.5.3.2), ms. */
  readonly idleMs: number;
  readonly afterDotMs: number;
}

type Callback = (error?: Error | null) => void;

const terminator = Buffer.from('\r\n.\r\n');
const dataCommand = Buffer.from('DATA\r\n');
/** A reply that never ends is cut by nodemailer; this much of its last line is looked at. */
const replyTailLength = 4_096;

export class DotWatch extends Duplex {
  readonly #leg: Duplex;
  readonly #options: DotWatchOptions;
  #inData = false;
  #tail = Buffer.alloc(0);
  #dotStarted = false;
  #reply = '';
  #replyCode: number | undefined;
  #beforeDot: (() => void) | undefined;
  #legError: unknown;
  #timer: NodeJS.Timeout | undefined;
  #timedOut = false;
  #ended = false;

  constructor(leg: Duplex, options: DotWatchOptions) {
    super({ allowHalfOpen: true });
    this.#leg = leg;
    this.#options = options;
    leg.pause();
    leg.on('data', (chunk: Buffer) => this.#received(chunk));
    leg.on('end', () => {
      this.#ended = true;
      this.push(null);
    });
    leg.on('error', (error) => this.#lost(error));
    leg.on('close', () => {
      if (!this.#ended) this.destroy();
    });
    // The library listens only for part of the time; an error without a listener ends the process.
    this.on('error', () => undefined);
    this.#arm();
  }

  /**
   * The next message on this leg: what was seen of the one before no longer counts.
   * @param beforeDot called before the bytes that complete the final dot leave; a throw keeps them back
   */
  begin(beforeDot?: () => void): void {
    this.#beforeDot = beforeDot;
    this.#inData = false;
    this.#tail = Buffer.alloc(0);
    this.#dotStarted = false;
    this.#reply = '';
    this.#replyCode = undefined;
    this.#arm();
  }

  /** True from just before the final dot was handed to the leg. */
  get dotStarted(): boolean {
    return this.#dotStarted;
  }

  /** Code of the first whole reply after the final dot. */
  get replyCode(): number | undefined {
    return this.#replyCode;
  }

  /** What ended the leg or kept the dot back; the library only sees a stand-in and may alter that. */
  get legError(): unknown {
    return this.#legError;
  }

  get timedOut(): boolean {
    return this.#timedOut;
  }

  /** nodemailer sets its socket timeout here; the watch keeps its own times. */
  setTimeout(_ms: number): this {
    return this;
  }

  setNoDelay(noDelay?: boolean): this {
    if (isSocketLike(this.#leg)) this.#leg.setNoDelay(noDelay);
    return this;
  }

  override _read(): void {
    this.#leg.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: Callback): void {
    try {
      this.#inspect(chunk);
    } catch (error) {
      this.#legError ??= error;
      callback(new Error('held back'));
      return;
    }
    this.#arm();
    this.#leg.write(chunk, (error) => callback(error ? new Error('leg lost') : null));
  }

  override _final(callback: Callback): void {
    this.#leg.end(() => callback());
  }

  override _destroy(_error: Error | null, callback: Callback): void {
    clearTimeout(this.#timer);
    this.#leg.destroy();
    callback(_error);
  }

  #inspect(chunk: Buffer): void {
    if (!this.#inData) {
      // nodemailer writes each command in one piece; text of a message cannot come before this one.
      if (chunk.equals(dataCommand)) {
        this.#inData = true;
        // The dot of an empty message follows the command's own line end.
        this.#tail = Buffer.from('\r\n');
      }
      return;
    }
    if (this.#dotStarted) return;
    const seam = Buffer.concat([this.#tail, chunk.subarray(0, terminator.length - 1)]);
    if (seam.includes(terminator) || chunk.includes(terminator)) {
      this.#beforeDot?.();
      this.#dotStarted = true;
    }
    this.#tail = Buffer.concat([this.#tail, chunk.subarray(-4)]).subarray(-4);
  }

  #received(chunk: Buffer): void {
    this.#arm();
    if (this.#dotStarted && this.#replyCode === undefined) this.#readReply(chunk);
    if (!this.push(chunk)) this.#leg.pause();
  }

  #readReply(chunk: Buffer): void {
    const lines = (this.#reply + chunk.toString('latin1')).split('\r\n');
    this.#reply = (lines.pop() ?? '').slice(0, replyTailLength);
    for (const line of lines) {
      const code = /^([2-5]\d\d)(?: |$)/.exec(line)?.[1];
      if (code !== undefined) {
        this.#replyCode = Number(code);
        return;
      }
    }
  }

  #lost(error: unknown): void {
    this.#legError ??= error;
    this.destroy(new Error('leg lost'));
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.destroyed) return;
    const ms = this.#dotStarted ? this.#options.afterDotMs : this.#options.idleMs;
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.destroy(new Error('leg silent'));
    }, ms);
  }
}

/** TCP, TLS and sealed streams can turn Nagle's delay off; an in-memory pipe cannot and need not. */
function isSocketLike(leg: Duplex): leg is Duplex & { setNoDelay(noDelay?: boolean): unknown } {
  return 'setNoDelay' in leg && typeof leg.setNoDelay === 'function';
}
