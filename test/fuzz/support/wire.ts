/** A connection between two ends in memory, slow and cut into chunks as a script wants it. */
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';

type Done = (error?: Error | null) => void;

/** What one end sends: kept until the script lets it through. */
export class Wire {
  #queue: { readonly octets: Buffer; readonly done: Done }[] = [];
  #far: Duplex | undefined;
  #ended: Done | undefined;
  /** Every write is done with only when the script says so; otherwise at once. */
  isSlow = false;
  /** The next octets to pass are damaged by this. */
  damage: ((octets: Buffer) => void) | undefined;

  connect(far: Duplex): void {
    this.#far = far;
  }

  carry(chunk: Buffer, done: Done): void {
    // A copy, as a kernel makes one: the writer may use its memory again.
    this.#queue.push({ octets: Buffer.from(chunk), done });
    if (!this.isSlow) this.pass(Number.POSITIVE_INFINITY);
  }

  end(done: Done): void {
    this.#ended = done;
    if (!this.isSlow) this.pass(Number.POSITIVE_INFINITY);
  }

  /** Lets everything through that was sent until now, in chunks of at most `size` octets. */
  pass(size: number): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const { octets, done } of queue) {
      this.damage?.(octets);
      this.damage = undefined;
      for (let at = 0; at < octets.length; at += size) {
        this.#push(Buffer.from(octets.subarray(at, at + size)));
      }
      done();
    }
    const ended = this.#ended;
    if (!ended || this.#queue.length > 0) return;
    this.#ended = undefined;
    this.#push(null);
    ended();
  }

  /** The near end is gone: the far one hears no more. */
  cut(): void {
    for (const { done } of this.#queue.splice(0)) done();
    this.#push(null);
  }

  #push(octets: Buffer | null): void {
    if (this.#far && !this.#far.destroyed && !this.#far.readableEnded) this.#far.push(octets);
  }
}

class PlainEnd extends Duplex {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    super();
    this.#wire = wire;
  }

  override _read(): void {
    // What there is was pushed already.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#wire.carry(chunk, done);
  }

  override _final(done: Done): void {
    this.#wire.end(done);
  }
}

/** For code that treats a net.Socket in its own way. */
class SocketEnd extends Socket {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    super({ allowHalfOpen: true });
    this.#wire = wire;
  }

  override _read(): void {
    // What there is was pushed already.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#wire.carry(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: Done): void {
    this.#wire.carry(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: Done): void {
    this.#wire.end(done);
  }
}

export interface WiredPair {
  readonly ends: readonly [Duplex, Duplex];
  /** What the end of the same place sends. */
  readonly wires: readonly [Wire, Wire];
}

export function createWiredPair(asSockets: boolean): WiredPair {
  const wires = [new Wire(), new Wire()] as const;
  const create = (wire: Wire) => (asSockets ? new SocketEnd(wire) : new PlainEnd(wire));
  const ends = [create(wires[0]), create(wires[1])] as const;
  wires[0].connect(ends[1]);
  wires[1].connect(ends[0]);
  for (const [at, end] of ends.entries()) {
    end.on('error', () => undefined);
    end.on('close', () => wires[at]?.cut());
  }
  return { ends, wires };
}
