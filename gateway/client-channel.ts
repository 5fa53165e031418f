/**
 * The client's side of a session at one level of protection: clear, TLS or sealed. A new level is a
 * new channel, with nothing carried over. Keeps the transcript that the seal binds.
 * docs/protocol.md §5.2.
 */
import type { Duplex } from 'node:stream';
import { Transcript } from '../app/leg/transcript.ts';
import { OctetReader } from './octet-reader.ts';
import { writeOctets } from './octet-writer.ts';
import { LineTooLong, SessionEnd } from './session-end.ts';

export class ClientChannel {
  readonly stream: Duplex;
  readonly #reader: OctetReader;
  #transcript: Transcript | undefined = new Transcript();
  /** The line or octets read last: only the next read shows that they were not the XSEAL line. */
  #latest: Buffer | undefined;

  constructor(stream: Duplex) {
    this.stream = stream;
    // A socket may report after everyone has left; unheard, that would end the process.
    stream.on('error', () => undefined);
    this.#reader = new OctetReader(stream);
  }

  /** Octets that came and were not read yet: injected, if they came before a new protection. */
  get waiting(): number {
    return this.#reader.waiting;
  }

  whenReadable(): Promise<void> {
    return this.#reader.whenReadable();
  }

  /** As OctetReader.readLine, but ends the session when the client has gone. */
  async readLine(maxOctets: number): Promise<Buffer> {
    return this.#keep(await this.#guard(this.#reader.readLine(maxOctets)));
  }

  async readSome(maxOctets?: number): Promise<Buffer> {
    return this.#keep(await this.#guard(this.#reader.readSome(maxOctets)));
  }

  async readExactly(count: number): Promise<Buffer> {
    return this.#keep(await this.#guard(this.#reader.readExactly(count)));
  }

  /** Only after dropTranscript: what was read counts as sent by the client there. */
  unread(octets: Buffer): void {
    if (this.#transcript !== undefined) throw new Error('read octets are in the transcript');
    this.#reader.unread(octets);
  }

  async write(octets: Uint8Array | string): Promise<void> {
    this.#transcript?.server(octets);
    try {
      await writeOctets(this.stream, octets);
    } catch (cause) {
      throw new SessionEnd('client-cut', { cut: true, cause });
    }
  }

  /** What both sides sent, up to but not with the line read last. 32 octets. */
  transcriptDigest(): Uint8Array {
    if (this.#transcript === undefined) throw new Error('no transcript any more');
    return this.#transcript.digest();
  }

  /** From here on no seal is possible, so that nothing needs to be hashed. */
  dropTranscript(): void {
    this.#transcript = undefined;
    this.#latest = undefined;
  }

  fail(reason: SessionEnd): void {
    this.#reader.fail(reason);
  }

  /** The stream for another owner, and what was read ahead. */
  release(): Buffer {
    return this.#reader.release();
  }

  #keep(octets: Buffer): Buffer {
    if (this.#transcript !== undefined) {
      if (this.#latest !== undefined) this.#transcript.client(this.#latest);
      this.#latest = octets;
    }
    return octets;
  }

  async #guard(read: Promise<Buffer | undefined>): Promise<Buffer> {
    let octets: Buffer | undefined;
    try {
      octets = await read;
    } catch (error) {
      if (error instanceof SessionEnd || error instanceof LineTooLong) throw error;
      throw new SessionEnd('client-cut', { cut: true, cause: error });
    }
    if (octets === undefined) throw new SessionEnd('client-closed');
    return octets;
  }
}
