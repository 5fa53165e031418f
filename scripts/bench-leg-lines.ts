/**
 * What both processes of the leg's measurement share: lines over any stream, and what they tell each
 * other about ports, keys and spent CPU.
 */
import type { Duplex } from 'node:stream';

export interface ServerFacts {
  /** TLS 1.3, then one bulk command. */
  readonly tlsPort: number;
  /** The handshake alone, then one bulk command inside the seal. */
  readonly sealPort: number;
  /** One bulk command in clear: what the machine can do. */
  readonly tcpPort: number;
  /** SMTP with STARTTLS, and with XPUBKEY and XSEAL. */
  readonly smtpPort: number;
  readonly certificate: string;
  /** Base64, 32 octets: X25519, for every suite. */
  readonly sealKey: string;
  readonly identity: string;
}

export interface Usage {
  readonly cpuMs: number;
  /** Octets after a garbage collection. */
  readonly rss: number;
  readonly heap: number;
  readonly external: number;
}

export const keyId = 'bench';
export const prologue = Buffer.from('letterlock bench');

export function cpuMs(since: NodeJS.CpuUsage = { user: 0, system: 0 }): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}

/** Reads lines, and after the last one leaves the stream as it found it. */
export class Lines {
  readonly #stream: Duplex;
  #text = '';
  #wake: () => void = () => undefined;
  #ended = false;
  readonly #onData = (chunk: Buffer): void => {
    this.#text += chunk.toString('latin1');
    this.#wake();
  };
  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake();
  };

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', this.#onData);
    stream.on('close', this.#onEnd);
    stream.on('error', this.#onEnd);
    stream.resume();
  }

  async next(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end + 1);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      if (this.#ended) throw new Error('connection ended');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** A whole SMTP reply. */
  async reply(): Promise<string> {
    let text = '';
    for (;;) {
      const line = await this.next();
      text += line;
      if (line[3] !== '-') return text;
    }
  }

  release(): void {
    this.#stream.pause();
    this.#stream.off('data', this.#onData);
    this.#stream.off('close', this.#onEnd);
  }
}

const chunk = Buffer.alloc(65_536, 'Letterlock ');

/** Writes `octets` octets in writes of `writeOctets`, as fast as the other side takes them. */
export function pour(stream: Duplex, octets: number, writeOctets: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = octets;
    const piece = chunk.subarray(0, writeOctets);
    const go = (): void => {
      while (left > 0) {
        const size = Math.min(left, piece.length);
        left -= size;
        const last = left === 0;
        const goesOn = stream.write(piece.subarray(0, size), last ? () => resolve() : undefined);
        if (!goesOn && !last) {
          stream.once('drain', go);
          return;
        }
      }
    };
    stream.once('error', reject);
    go();
  });
}

/** Resolves when `octets` octets have come. */
export function drain(stream: Duplex, octets: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = 0;
    const onData = (data: Buffer): void => {
      seen += data.length;
      if (seen < octets) return;
      stream.off('data', onData);
      resolve();
    };
    stream.on('data', onData);
    stream.resume();
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('connection ended')));
  });
}
