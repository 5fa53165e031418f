/**
 * Fuzz target: SealedDuplex, both ends of a stream over a wire that is slow, cut or damaged. Input: one octet
 * of options, then a step an octet. What arrives is a beginning of what was written; an honest end
 * brings all of it; nothing waits for ever. docs/protocol.md §6.
 */
import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { LegError } from '../../app/errors.ts';
import { CipherState } from '../../app/leg/noise/cipher-state.ts';
import { referencePrimitives } from '../../app/leg/noise/primitives.ts';
import { SealedDuplex } from '../../app/leg/sealed-duplex.ts';
import { expectRule, type FuzzTarget } from './support/target.ts';
import { createWiredPair, type Wire } from './support/wire.ts';

/** Around every limit of records and of buffers, and nothing that takes long. */
const sizes = [1, 18, 300, 4_095, 8_192, 16_385, 40_000, 65_517, 65_518, 65_519, 65_536, 131_037];
const chunkSizes = [1_000, 7_001, 16_384, 65_536, 65_537, 1_000_000];
const maxWritten = 1_000_000;
/** Turns of the event loop in which everything that can happen has happened. */
const maxTurns = 300;
const letters = Buffer.alloc(2 * maxWritten);
for (let at = 0; at < letters.length; at += 1) letters[at] = (at * 31 + (at >> 8)) & 0xff;

/** One end: what it wrote, what it got, and how it ended. */
class End {
  readonly stream: SealedDuplex;
  readonly #from: number;
  written = 0;
  #received = 0;
  #calledBack = 0;
  #writes = 0;
  gotEnd = false;
  closed = false;
  error: Error | undefined;

  constructor(inner: Duplex, keys: readonly [Buffer, Buffer], from: number) {
    this.#from = from;
    this.stream = new SealedDuplex(inner, {
      send: new CipherState(referencePrimitives, keys[0]),
      receive: new CipherState(referencePrimitives, keys[1]),
      handshakeHash: Buffer.alloc(32),
    });
    this.stream.on('error', (error) => {
      this.error = error;
    });
    this.stream.on('end', () => {
      this.gotEnd = true;
    });
    this.stream.on('close', () => {
      this.closed = true;
    });
  }

  /** What arrives here must be what the other end wrote, from its start. */
  listen(other: End): void {
    this.stream.on('data', (content: Buffer) => {
      expectRule(this.#received + content.length <= other.written, 'nothing is made up');
      const at = other.#from + this.#received;
      const isSame = content.equals(letters.subarray(at, at + content.length));
      expectRule(isSame, 'what arrives is a beginning of what was written');
      expectRule(!this.gotEnd, 'nothing arrives after the end');
      this.#received += content.length;
    });
  }

  write(size: number): void {
    if (this.stream.writableEnded || this.stream.destroyed) return;
    if (this.written + size > maxWritten) return;
    const at = this.#from + this.written;
    // A copy that is spoilt once it is said to be done with.
    const octets = Buffer.from(letters.subarray(at, at + size));
    this.written += size;
    this.#writes += 1;
    this.stream.write(octets, () => {
      octets.fill(0);
      this.#calledBack += 1;
    });
  }

  hasAllOf(other: End): boolean {
    return this.#received === other.written;
  }

  /** @param isHonest nothing was damaged or cut */
  judge(other: End, isHonest: boolean): void {
    expectRule(this.closed, 'every stream comes to its end');
    expectRule(this.#calledBack === this.#writes, 'every write is answered once');
    const isKnown = this.error === undefined || this.error instanceof LegError;
    expectRule(isKnown, `no error but a LegError, not ${this.error?.message}`);
    if (this.gotEnd) expectRule(this.hasAllOf(other), 'an end means that all has come');
    if (!isHonest) return;
    expectRule(this.error === undefined, 'an honest stream has no error');
    expectRule(this.gotEnd, 'an honest end arrives');
  }
}

interface Run {
  readonly ends: readonly [End, End];
  readonly wires: readonly [Wire, Wire];
  readonly inner: readonly [Duplex, Duplex];
  isHonest: boolean;
}

function flip(octets: Buffer, at: number): void {
  const place = at % octets.length;
  octets[place] = (octets[place] ?? 0) ^ 0x10;
}

/** @param code three bits of step, one of side, four of how much */
async function step(run: Run, code: number): Promise<void> {
  const side = (code >> 3) & 1;
  const amount = code >> 4;
  const end = side === 0 ? run.ends[0] : run.ends[1];
  const wire = side === 0 ? run.wires[0] : run.wires[1];
  switch (code & 7) {
    case 0:
    case 1:
    case 2:
      end.write(sizes[amount % sizes.length] ?? 1);
      return;
    case 3:
      wire.isSlow = amount % 2 === 0;
      return;
    case 4:
      wire.pass(chunkSizes[amount % chunkSizes.length] ?? 1);
      return;
    case 5:
      for (let count = amount % 3; count >= 0; count -= 1) await turn();
      return;
    case 6:
      if (amount % 2 === 0) end.stream.pause();
      else end.stream.resume();
      return;
    default:
      breakOrEnd(run, side, amount);
  }
}

function breakOrEnd(run: Run, side: number, amount: number): void {
  const end = side === 0 ? run.ends[0] : run.ends[1];
  const wire = side === 0 ? run.wires[0] : run.wires[1];
  if (amount < 3) end.stream.end();
  if (amount < 12) return;
  run.isHonest = false;
  if (amount === 12) run.inner[side === 0 ? 0 : 1].destroy();
  else if (amount === 13) end.stream.destroy();
  else wire.damage = (octets) => flip(octets, amount === 14 ? 0 : octets.length >> 1);
}

/** Lets everything happen that can, until `done` holds. */
async function settle(run: Run, done: () => boolean): Promise<void> {
  for (let turns = 0; turns < maxTurns && !done(); turns += 1) {
    for (const wire of run.wires) wire.pass(Number.POSITIVE_INFINITY);
    await turn();
  }
}

async function finish(run: Run): Promise<void> {
  const [one, other] = run.ends;
  for (const wire of run.wires) wire.isSlow = false;
  for (const end of run.ends) end.stream.resume();
  if (run.isHonest) {
    // Without an end that would bring it along: what was written must not wait for more.
    await settle(run, () => one.hasAllOf(other) && other.hasAllOf(one));
    expectRule(one.hasAllOf(other) && other.hasAllOf(one), 'what is written arrives');
  }
  for (const end of run.ends) end.stream.end();
  await settle(run, () => one.closed && other.closed);
  one.judge(other, run.isHonest);
  other.judge(one, run.isHonest);
}

export function createTarget(): FuzzTarget {
  const counts = { honest: 0, broken: 0 };
  const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] as const;
  const steps = (...codes: number[]) => Buffer.from(codes);
  return {
    seeds: [
      // One octet; a full record and a crumb; writes against a slow wire that is let go bit by bit.
      steps(0, 0x00, 0x05),
      steps(1, 0xa0, 0xa8, 0x05, 0x07),
      steps(0, 0x03, 0xb0, 0xb0, 0xb0, 0x05, 0x04, 0x10, 0x05, 0x34, 0x05, 0x07),
      steps(1, 0x03, 0x90, 0x10, 0x80, 0x05, 0x44, 0x06, 0x24, 0x16, 0xf7, 0x05),
      steps(0, 0xb8, 0x06, 0xb8, 0xb8, 0x05, 0xcf, 0x05),
    ],
    dictionary: [steps(0x05), steps(0x03, 0xb0), steps(0x04, 0x05), steps(0x07), steps(0xf7)],
    maxLength: 60,
    counts,
    async run(input) {
      const { ends: inner, wires } = createWiredPair(((input[0] ?? 0) & 1) === 1);
      const ends = [
        new End(inner[0], keys, 0),
        new End(inner[1], [keys[1], keys[0]], maxWritten),
      ] as const;
      ends[0].listen(ends[1]);
      ends[1].listen(ends[0]);
      const run: Run = { ends, wires, inner, isHonest: true };
      for (const code of input.subarray(1)) await step(run, code);
      await finish(run);
      counts[run.isHonest ? 'honest' : 'broken'] += 1;
    },
  };
}
