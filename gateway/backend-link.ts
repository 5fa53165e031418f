/**
 * The gateway's connection to the real mail server: clear, on the same machine. Every unexpected end
 * is a cut for the client, never an answer of our own.
 */
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Endpoint } from './config.ts';
import { OctetReader } from './octet-reader.ts';
import { writeOctets } from './octet-writer.ts';
import { LineTooLong, SessionEnd } from './session-end.ts';

export class BackendLink {
  readonly stream: Duplex;
  readonly #reader: OctetReader;
  #farewell = false;

  /** Over a stream that is open already. */
  constructor(stream: Duplex) {
    this.stream = stream;
    this.#reader = new OctetReader(stream);
  }

  /**
   * @param header sent first (PROXY protocol); may be empty
   * @throws SessionEnd `backend-unreachable`
   */
  static async connect(
    endpoint: Endpoint,
    header: string,
    timeoutMs: number,
    adopt: (socket: Socket) => void,
  ): Promise<BackendLink> {
    const socket = connect({ host: endpoint.host, port: endpoint.port, allowHalfOpen: true });
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    adopt(socket);
    await new Promise<void>((resolve, reject) => {
      const give = (): void => {
        clearTimeout(timer);
        socket.off('connect', onConnect);
        socket.off('close', onClose);
      };
      const onConnect = (): void => {
        give();
        resolve();
      };
      const onClose = (): void => {
        give();
        reject(new SessionEnd('backend-unreachable'));
      };
      const timer = setTimeout(() => socket.destroy(), timeoutMs);
      socket.on('connect', onConnect);
      socket.on('close', onClose);
    });
    if (header !== '') socket.write(header);
    return new BackendLink(socket);
  }

  whenReadable(): Promise<void> {
    return this.#reader.whenReadable();
  }

  /** The server has said goodbye (221, 421, BYE): its next end is an orderly one. */
  expectEnd(): void {
    this.#farewell = true;
  }

  /** @throws SessionEnd when the backend has gone, or sends what no mail server sends */
  async readLine(maxOctets: number): Promise<Buffer> {
    return this.#guard(this.#reader.readLine(maxOctets));
  }

  async readExactly(count: number): Promise<Buffer> {
    return this.#guard(this.#reader.readExactly(count));
  }

  async write(octets: Uint8Array | string): Promise<void> {
    try {
      await writeOctets(this.stream, octets);
    } catch (cause) {
      throw new SessionEnd('backend-cut', { cut: true, cause });
    }
  }

  fail(reason: SessionEnd): void {
    this.#reader.fail(reason);
  }

  release(): Buffer {
    return this.#reader.release();
  }

  async #guard(read: Promise<Buffer | undefined>): Promise<Buffer> {
    let octets: Buffer | undefined;
    try {
      octets = await read;
    } catch (cause) {
      if (cause instanceof SessionEnd) throw cause;
      if (cause instanceof LineTooLong) throw new SessionEnd('backend-protocol', { cut: true });
      throw new SessionEnd('backend-cut', { cut: true, cause });
    }
    if (octets === undefined) throw new SessionEnd('backend-closed', { cut: !this.#farewell });
    return octets;
  }
}
