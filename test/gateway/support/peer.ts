/** One end of a conversation in a test: sends octets, waits for text, sees how the stream ended. */
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const waitMs = 15_000;

export class Peer {
  readonly stream: Duplex;
  /** Everything received so far; octets as Latin-1. */
  text = '';
  /** Undefined while open. `end`: the other side finished. `cut`: it broke off. */
  ended: 'end' | 'cut' | undefined;
  error: Error | undefined;
  #read = 0;
  #wake: () => void = () => undefined;

  constructor(stream: Duplex) {
    this.stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
      this.#wake();
    });
    stream.on('end', () => {
      this.ended ??= 'end';
      this.#wake();
    });
    stream.on('error', (error) => {
      this.error = error;
      this.ended ??= 'cut';
      this.#wake();
    });
    stream.on('close', () => {
      this.ended ??= 'cut';
      this.#wake();
    });
  }

  static async connect(port: number, allowHalfOpen = false): Promise<Peer> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.setNoDelay(true);
    return new Peer(socket);
  }

  get socket(): Socket {
    if ('remotePort' in this.stream && 'setNoDelay' in this.stream) return this.stream as Socket;
    throw new Error('not a socket');
  }

  send(octets: string | Uint8Array): void {
    this.stream.write(typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets);
  }

  /** The text since the last call up to and with what matches. @throws Error when it never comes */
  async until(pattern: RegExp): Promise<string> {
    return this.#wait(`${pattern}`, () => {
      const match = pattern.exec(this.text.slice(this.#read));
      if (match === null) return undefined;
      const end = this.#read + match.index + match[0].length;
      const text = this.text.slice(this.#read, end);
      this.#read = end;
      return text;
    });
  }

  /** A whole SMTP reply. */
  async reply(): Promise<string> {
    return this.until(/^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/);
  }

  async line(): Promise<string> {
    return this.until(/^[^\n]*\n/);
  }

  /** Sends a line and waits for the reply. */
  async ask(line: string): Promise<string> {
    this.send(`${line}\r\n`);
    return this.reply();
  }

  /** Sends an IMAP command and gives all up to its tagged response. */
  async command(tag: string, line: string): Promise<string> {
    this.send(`${tag} ${line}\r\n`);
    return this.until(new RegExp(`^(?:[^\\n]*\\n)*?${tag} [^\\n]*\\n`));
  }

  /** What was not read yet, at the end of the stream. */
  async rest(): Promise<string> {
    await this.#wait('the end', () => this.ended);
    const text = this.text.slice(this.#read);
    this.#read = this.text.length;
    return text;
  }

  async #wait<T>(what: string, look: () => T | undefined): Promise<T> {
    const until = Date.now() + waitMs;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const left = until - Date.now();
      if (left <= 0 || (this.ended !== undefined && what !== 'the end')) {
        const seen = JSON.stringify(this.text.slice(this.#read).slice(-400));
        throw new Error(`waited for ${what}; got ${seen}, stream ${this.ended ?? 'open'}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.stream.destroy();
  }
}
