/**
 * Lines over a socket before the seal, with limits, every octet into the transcript, and no octet
 * unnoticed. Not for traffic after the leg is open. docs/protocol.md §5.2 and §7.3.
 */
import type { Duplex } from 'node:stream';
import type { Attempt } from './attempt.ts';
import { limits } from './limits.ts';
import { Transcript } from './transcript.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export class ClearChannel {
  readonly attempt: Attempt;
  readonly socket: Duplex;
  /** TLS is up and verified: what the server says is authentic. */
  readonly authenticated: boolean;
  readonly transcript = new Transcript();
  #unread: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;

  /** @param socket connected, unread, owned by the attempt */
  constructor(attempt: Attempt, socket: Duplex, authenticated: boolean) {
    this.attempt = attempt;
    this.socket = socket;
    this.authenticated = authenticated;
    socket.on('readable', this.#onReadable);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onEnd);
  }

  readonly #onReadable = (): void => this.#wake?.();

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake?.();
  };

  /**
   * The next line without its CRLF, as Latin-1: nothing is lost and nothing is interpreted.
   * @throws LegError `leg.protocol` for a line that is too long or does not end in CRLF,
   *   `leg.unreachable` when the connection ends, `leg.timeout`
   */
  async readLine(): Promise<string> {
    return this.attempt.step(this.attempt.timeouts.replyMs, this.#nextLine());
  }

  async #nextLine(): Promise<string> {
    for (;;) {
      const end = this.#unread.indexOf(lineFeed);
      if (end >= limits.clearLineOctets || (end < 0 && this.#tooMuch())) {
        throw this.attempt.protocolError('endless line');
      }
      if (end >= 0) return this.#takeLine(end);
      if (this.#pull()) continue;
      if (this.#ended) throw this.attempt.error('leg.unreachable');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  #tooMuch(): boolean {
    return this.#unread.length >= limits.clearLineOctets;
  }

  #takeLine(end: number): string {
    if (end === 0 || this.#unread[end - 1] !== carriageReturn) {
      throw this.attempt.protocolError('line without CRLF');
    }
    const line = this.#unread.subarray(0, end + 1);
    this.transcript.server(line);
    this.#unread = this.#unread.subarray(end + 1);
    return line.toString('latin1', 0, end - 1);
  }

  /** Moves what the socket holds here; true when there was something. */
  #pull(): boolean {
    const chunk: unknown = this.socket.read();
    if (!(chunk instanceof Buffer) || chunk.length === 0) return false;
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    return true;
  }

  /**
   * Sends one command line.
   * @throws LegError `leg.protocol` when the server has spoken out of turn: injected octets
   */
  send(line: string): void {
    this.assertAllRead();
    const octets = Buffer.from(`${line}\r\n`, 'latin1');
    this.transcript.client(octets);
    this.socket.write(octets);
  }

  /**
   * The XSEAL line: as `send`, but it is not part of the transcript that it is bound to.
   * @returns a function that adds the line after all, for when the server refused it
   */
  sendSeal(line: string): () => void {
    this.assertAllRead();
    const octets = Buffer.from(`${line}\r\n`, 'latin1');
    this.socket.write(octets);
    return () => this.transcript.client(octets);
  }

  /** @throws LegError `leg.protocol` when octets wait that no command asked for */
  assertAllRead(): void {
    this.#pull();
    if (this.#unread.length > 0) throw this.attempt.protocolError('octets out of turn');
  }

  /**
   * Lets go of the socket.
   * @returns octets that came after the last line that was read
   */
  release(): Buffer {
    this.#pull();
    this.socket.off('readable', this.#onReadable);
    this.socket.off('end', this.#onEnd);
    this.socket.off('close', this.#onEnd);
    const rest = this.#unread;
    this.#unread = Buffer.alloc(0);
    return rest;
  }
}
