/** A socket without a network: the other end is two methods. For code that wants a net.Socket. */
import { Socket } from 'node:net';

type Done = (error?: Error | null) => void;

export class MemorySocket extends Socket {
  readonly #onWrite: (octets: Buffer) => void;
  readonly #onEnd: () => void;

  /**
   * @param onWrite told what the code under test writes
   * @param onEnd told that it has ended its side
   */
  constructor(onWrite: (octets: Buffer) => void, onEnd: () => void) {
    super({ allowHalfOpen: true });
    this.#onWrite = onWrite;
    this.#onEnd = onEnd;
    this.on('error', () => undefined);
  }

  /** Octets of the other end. */
  deliver(octets: Uint8Array): void {
    if (!this.readableEnded && !this.destroyed && octets.length > 0) this.push(octets);
  }

  deliverEnd(): void {
    if (!this.readableEnded && !this.destroyed) this.push(null);
  }

  override _read(): void {
    // What there is was pushed already.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#onWrite(chunk);
    done();
  }

  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: Done): void {
    for (const { chunk } of chunks) this.#onWrite(chunk);
    done();
  }

  override _final(done: Done): void {
    this.#onEnd();
    done();
  }

  override resetAndDestroy(): this {
    this.destroy();
    return this;
  }
}
