/**
 * Makes a new input out of old ones: bit flips, splices, tokens of the protocol, edits of lengths and
 * numbers, lines moved about. Every choice comes from the seeded generator.
 */
import type { Rng } from './rng.ts';

export interface MutatorOptions {
  /** Words of the protocol, put in and written over. */
  readonly dictionary: readonly Buffer[];
  /** Octets; longer results are cut. */
  readonly maxLength: number;
}

type Step = (input: Buffer, rng: Rng, options: MutatorOptions, other: Buffer) => Buffer;

const interesting = [0, 1, 2, 16, 17, 32, 47, 48, 49, 64, 127, 128, 255];
const interestingWords = [0, 1, 16, 17, 255, 256, 4_096, 32_767, 32_768, 65_518, 65_534, 65_535];
const numbers = ['0', '1', '-1', '5', '17', '65535', '65536', '999999999999999', '1e9', '007'];

function edited(input: Buffer, start: number, removed: number, added: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, start), added, input.subarray(start + removed)]);
}

function overwritten(input: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(input);
  change(copy);
  return copy;
}

function block(input: Buffer, rng: Rng): { start: number; length: number } {
  const start = rng.below(input.length);
  const length = 1 + rng.below(Math.min(rng.oneIn(8) ? 4_096 : 32, input.length - start));
  return { start, length };
}

function splitLines(input: Buffer): string[] {
  return input.toString('latin1').split('\n');
}

const steps: readonly Step[] = [
  function flipBit(input, rng) {
    return overwritten(input, (copy) => {
      const at = rng.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << rng.below(8));
    });
  },
  function setOctet(input, rng) {
    return overwritten(input, (copy) => {
      copy[rng.below(copy.length)] = rng.oneIn(2) ? rng.pick(interesting) : rng.below(256);
    });
  },
  function setWord(input, rng) {
    if (input.length < 2) return input;
    const value = rng.oneIn(2) ? rng.pick(interestingWords) : rng.below(65_536);
    return overwritten(input, (copy) => copy.writeUInt16BE(value, rng.below(copy.length - 1)));
  },
  function addToWord(input, rng) {
    if (input.length < 2) return input;
    const at = rng.below(input.length - 1);
    const value = (input.readUInt16BE(at) + rng.below(9) - 4) & 0xffff;
    return overwritten(input, (copy) => copy.writeUInt16BE(value, at));
  },
  function remove(input, rng) {
    const { start, length } = block(input, rng);
    return edited(input, start, length, new Uint8Array(0));
  },
  function repeat(input, rng) {
    const { start, length } = block(input, rng);
    const piece = input.subarray(start, start + length);
    const times = rng.oneIn(16) ? 1 + rng.below(64) : 1;
    return edited(input, start, 0, Buffer.concat(Array.from({ length: times }, () => piece)));
  },
  function insertRandom(input, rng) {
    return edited(input, rng.below(input.length + 1), 0, rng.bytes(1 + rng.below(16)));
  },
  function insertToken(input, rng, { dictionary }) {
    if (dictionary.length === 0) return input;
    return edited(input, rng.below(input.length + 1), 0, rng.pick(dictionary));
  },
  function overwriteToken(input, rng, { dictionary }) {
    if (dictionary.length === 0) return input;
    const token = rng.pick(dictionary);
    return edited(input, rng.below(input.length), token.length, token);
  },
  function splice(input, rng, _options, other) {
    const tail = other.subarray(rng.below(other.length));
    return Buffer.concat([input.subarray(0, rng.below(input.length + 1)), tail]);
  },
  function insertPiece(input, rng, _options, other) {
    if (other.length === 0) return input;
    const { start, length } = block(other, rng);
    const at = rng.below(input.length + 1);
    return edited(input, at, 0, other.subarray(start, start + length));
  },
  function truncate(input, rng) {
    return input.subarray(0, rng.below(input.length));
  },
  function changeNumber(input, rng) {
    const text = input.toString('latin1');
    const found = [...text.matchAll(/\d+/g)];
    if (found.length === 0) return input;
    const match = rng.pick(found);
    const value = rng.oneIn(2) ? rng.pick(numbers) : String(Number(match[0]) + rng.below(5) - 2);
    return edited(input, match.index, match[0].length, Buffer.from(value, 'latin1'));
  },
  function swapCase(input, rng) {
    return overwritten(input, (copy) => {
      const at = rng.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ 0x20;
    });
  },
  function shuffleLines(input, rng) {
    const lines = splitLines(input);
    const from = rng.below(lines.length);
    const [line = ''] = lines.splice(from, 1);
    lines.splice(rng.below(lines.length + 1), 0, line);
    return Buffer.from(lines.join('\n'), 'latin1');
  },
  function repeatLine(input, rng) {
    const lines = splitLines(input);
    const line = rng.pick(lines);
    const times = rng.oneIn(16) ? 1 + rng.below(200) : 1;
    lines.splice(rng.below(lines.length + 1), 0, ...Array.from({ length: times }, () => line));
    return Buffer.from(lines.join('\n'), 'latin1');
  },
  function removeLine(input, rng) {
    const lines = splitLines(input);
    lines.splice(rng.below(lines.length), 1);
    return Buffer.from(lines.join('\n'), 'latin1');
  },
];

/**
 * @param input where to start from
 * @param other a second input, for splices
 * @returns a new buffer of at most `maxLength` octets; never empty
 */
export function mutate(input: Buffer, other: Buffer, rng: Rng, options: MutatorOptions): Buffer {
  let result = input;
  // Mostly one or two steps: an input that is wrong in one place gets further than one wrong in ten.
  const count = rng.oneIn(8) ? 3 + rng.below(12) : 1 + rng.below(3);
  for (let step = 0; step < count; step += 1) {
    if (result.length === 0) result = rng.bytes(1 + rng.below(8));
    result = rng.pick(steps)(result, rng, options, other);
    if (result.length > options.maxLength) result = result.subarray(0, options.maxLength);
  }
  return result.length === 0 ? Buffer.of(0) : result;
}

/** Tokens for a dictionary. */
export function tokens(...words: string[]): Buffer[] {
  return words.map((word) => Buffer.from(word, 'latin1'));
}
