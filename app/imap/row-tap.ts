/**
 * Stands between a leg and imapflow: while a header sync runs, rows of headers are read here
 * (HeaderRowReader) and never reach the library; everything else goes on as it came. Lines and
 * literals are told apart exactly as the library does, all the time: octets of a message are
 * never taken for a response.
 */
import { Transform, type TransformCallback } from 'node:stream';
import type { ImapFlow } from 'imapflow';
import { type FetchedRow, HeaderRowReader } from './header-row.ts';

export interface RowSink {
  row(row: FetchedRow): void;
  /** Asked now and then; nothing more is read until it resolves. Never rejects. */
  settle(): Promise<void> | undefined;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const curlyClose = 0x7d;
/** Longer responses are left to the library, which has limits of its own. */
const heldBytes = 256 * 1_024;
/** Enough of a line's end to find the announcement of a literal in it. */
const tailBytes = 40;

const none = Buffer.alloc(0);

export class RowTap extends Transform {
  readonly #reader = new HeaderRowReader();
  #sink: RowSink | undefined;
  /** The line end could not be told from a literal's: the library decides, nothing is taken. */
  #blind = false;
  #literalLeft = 0;
  #literals = 0;
  /** The end of a line of which only the beginning is here. */
  #tail: Buffer = none;
  /** A response of which only the beginning is here, in pieces; undefined when it went on already. */
  #held: Buffer[] | undefined = [];
  #heldLength = 0;

  /** Rows go to `sink` until the returned function is called. */
  takeRows(sink: RowSink): () => void {
    this.#sink = sink;
    return () => {
      if (this.#sink === sink) this.#sink = undefined;
    };
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#blind) {
      done(null, chunk);
      return;
    }
    this.#read(chunk);
    const settled = this.#sink?.settle();
    if (settled === undefined) done();
    else void settled.then(() => done());
  }

  override _flush(done: TransformCallback): void {
    this.#passHeld();
    done();
  }

  #read(chunk: Buffer): void {
    // Where the response begins that is being read, and what did not go on yet.
    let start = 0;
    let pass = 0;
    for (let at = 0; at < chunk.length; ) {
      if (this.#literalLeft > 0) {
        const length = Math.min(this.#literalLeft, chunk.length - at);
        this.#literalLeft -= length;
        at += length;
        continue;
      }
      const end = chunk.indexOf(lineFeed, at);
      if (end < 0) {
        this.#tail = Buffer.concat([this.#tail, chunk.subarray(at)]).subarray(-tailBytes);
        break;
      }
      const announced = this.#literalAt(chunk.subarray(at, end));
      at = end + 1;
      if (announced !== undefined) {
        this.#literalLeft = announced;
        this.#literals += 1;
        continue;
      }
      if (this.#blind) break;
      if (this.#takes(chunk.subarray(start, at))) {
        this.#pass(chunk.subarray(pass, start));
        pass = at;
      }
      start = at;
    }
    this.#keepRest(chunk, start, pass);
  }

  /** Octets of the literal that this end of a line announces (RFC 9051 §4.3). */
  #literalAt(segment: Buffer): number | undefined {
    const line = this.#tail.length === 0 ? segment : Buffer.concat([this.#tail, segment]);
    this.#tail = none;
    const last = line.at(-1) === carriageReturn ? line.length - 2 : line.length - 1;
    if (last < 1 || line[last] !== curlyClose) return undefined;
    const from = Math.max(0, line.length - tailBytes);
    const digits = /(\{?)(\d+)\}\r?$/.exec(line.toString('latin1', from));
    if (digits === null) return undefined;
    const [, brace, number = ''] = digits;
    if (brace === '{') {
      if (Number.isSafeInteger(Number(number))) return Number(number);
      this.#blind = true;
    } else if (number.length > tailBytes / 2) this.#blind = true;
    return undefined;
  }

  /** A response ended; true when it goes no further. */
  #takes(end: Buffer): boolean {
    const held = this.#held;
    const literals = this.#literals;
    this.#literals = 0;
    let row: FetchedRow | undefined;
    if (held !== undefined && this.#sink !== undefined) {
      const response = held.length === 0 ? end : Buffer.concat([...held, end]);
      row = this.#reader.read(response, literals);
    }
    if (row === undefined) this.#passHeld();
    else this.#sink?.row(row);
    this.#held = [];
    this.#heldLength = 0;
    return row !== undefined;
  }

  /** The response that begins at `start` goes on with the next chunk. */
  #keepRest(chunk: Buffer, start: number, pass: number): void {
    const rest = chunk.subarray(start);
    const holds = this.#sink !== undefined && !this.#blind && this.#held !== undefined;
    if (holds && this.#heldLength + rest.length <= heldBytes) {
      this.#pass(chunk.subarray(pass, start));
      if (rest.length === 0) return;
      this.#held?.push(rest);
      this.#heldLength += rest.length;
      return;
    }
    this.#passHeld();
    this.#pass(chunk.subarray(pass));
    this.#held = rest.length === 0 ? [] : undefined;
    this.#heldLength = 0;
  }

  #passHeld(): void {
    for (const piece of this.#held ?? []) this.#pass(piece);
  }

  #pass(octets: Buffer): void {
    if (octets.length > 0) this.push(octets);
  }
}

const taps = new WeakMap<ImapFlow, RowTap>();

/** Called where the connection is made. */
export function keepTap(client: ImapFlow, tap: RowTap): void {
  taps.set(client, tap);
}

/** Rows that the connection reads from now on go to `sink`, until the returned function is called. */
export function takeRows(client: ImapFlow, sink: RowSink): () => void {
  return taps.get(client)?.takeRows(sink) ?? (() => undefined);
}
