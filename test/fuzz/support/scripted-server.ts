/** A server as a stream in memory: says its pieces in turn, keeps what it hears. No timers, no sockets. */
import { Duplex } from 'node:stream';
import { readScript } from './script.ts';

export class ScriptedServer extends Duplex {
  /** What the client took out of the stream, in order. */
  readonly taken: Buffer[] = [];
  readonly #turns: Buffer[][] = [[]];
  readonly #onLine: (line: string) => void;
  #waiting: NodeJS.Immediate | undefined;

  /**
   * @param conversation `~T` before what follows the client's next line (or its silence: when both wait,
   *   the server speaks), `~|` between two chunks; the end of it is the end of the connection
   * @param onLine told of each write of the client
   */
  constructor(conversation: Buffer, onLine: (line: string) => void) {
    // One octet: chunks stay chunks.
    super({ readableHighWaterMark: 1, autoDestroy: false });
    this.#onLine = onLine;
    for (const { mark, octets } of readScript(conversation, 'T|')) {
      if (mark === 'T') this.#turns.push([]);
      if (octets.length > 0) this.#turns.at(-1)?.push(Buffer.from(octets));
    }
  }

  override _read(): void {
    const chunk = this.#turns[0]?.shift();
    if (chunk !== undefined) this.push(chunk);
    else if (this.#turns.length <= 1) this.push(null);
    else this.#waiting ??= setImmediate(() => this.#nextTurn());
  }

  override read(size?: number): unknown {
    const chunk: unknown = super.read(size);
    if (chunk instanceof Buffer) this.taken.push(chunk);
    return chunk;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#onLine(chunk.toString('latin1'));
    callback();
    if (this.#waiting !== undefined) this.#nextTurn();
    else if (this.#turns.length > 1) {
      // What was still on its way arrives all the same.
      const late = this.#turns.shift() ?? [];
      this.#turns[0]?.unshift(...late);
    }
  }

  override _destroy(_error: Error | null, callback: () => void): void {
    clearImmediate(this.#waiting);
    callback();
  }

  #nextTurn(): void {
    clearImmediate(this.#waiting);
    this.#waiting = undefined;
    this.#turns.shift();
    this._read();
  }
}
