/**
 * Records of the sealed stream: 2 octets of length, then one Noise transport message that holds a
 * type octet and content. Seals and opens; knows no sockets. docs/protocol.md §6.
 */
import { LegError } from '../errors.ts';
import { limits } from './limits.ts';
import { allocate, free } from './memory.ts';
import type { CipherState } from './noise/cipher-state.ts';
import { tagLength } from './noise/primitives.ts';

export const recordTypes = { data: 0x01, close: 0x02 } as const;

const headerLength = 2;

/** Plaintext is gathered in one of two sizes, so that a command does not cost a whole record. */
const smallScratch = 1_024;

/** An incomplete record is kept in this much at first, and in more as more of it comes. */
const smallHeld = 8_192;

/** One direction's outgoing records: gathers content and seals it. */
export class RecordSealer {
  readonly #cipher: CipherState;
  readonly #rekeyRecords: number;
  /** Type octet and content of the record that is being gathered. */
  #scratch: Buffer | undefined;
  #pending = 0;

  constructor(cipher: CipherState, rekeyRecords: number = limits.rekeyRecords) {
    this.#cipher = cipher;
    this.#rekeyRecords = rekeyRecords;
  }

  /** Octets gathered and not yet sealed. */
  get pending(): number {
    return this.#pending;
  }

  /** Copies `octets`; together with what is pending at most limits.recordContent. */
  append(octets: Uint8Array): void {
    const scratch = this.#reserve(1 + this.#pending + octets.length);
    scratch.set(octets, 1 + this.#pending);
    this.#pending += octets.length;
  }

  /** @returns the data record of what is pending, in memory of its own */
  sealData(): Buffer {
    const scratch = this.#reserve(1 + this.#pending);
    scratch[0] = recordTypes.data;
    const record = this.#seal(scratch.subarray(0, 1 + this.#pending));
    this.#pending = 0;
    return record;
  }

  sealClose(): Buffer {
    return this.#seal(Buffer.of(recordTypes.close));
  }

  /** Lets a large working buffer go: an idle connection should not hold it. */
  release(): void {
    if (this.#scratch && this.#pending === 0 && this.#scratch.length > smallScratch) {
      free(this.#scratch);
      this.#scratch = undefined;
    }
  }

  #reserve(length: number): Buffer {
    const old = this.#scratch;
    if (old && old.length >= length) return old;
    const size = length <= smallScratch ? smallScratch : limits.recordContent + 1;
    // Not from the pool: it is kept, and would keep whatever else lies there.
    const scratch = Buffer.allocUnsafeSlow(size);
    old?.copy(scratch, 0, 0, 1 + this.#pending);
    this.#scratch = scratch;
    return scratch;
  }

  /** Copying what a cache holds costs less than more pieces to write would. */
  #seal(plain: Uint8Array): Buffer {
    rekeyWhenDue(this.#cipher, this.#rekeyRecords);
    const { text, tag } = this.#cipher.seal(plain);
    const length = text.length + tagLength;
    const record = allocate(headerLength + length);
    record.writeUInt16BE(length);
    record.set(text, headerLength);
    record.set(tag, headerLength + text.length);
    free(text);
    return record;
  }
}

/**
 * One direction's incoming records. Delivers nothing of a record before its tag was found right.
 * Holds at most one incomplete record.
 */
export class RecordOpener {
  readonly #cipher: CipherState;
  readonly #rekeyRecords: number;
  /** The front of a record whose end has not come yet, with its header. */
  #held: Buffer | undefined;
  #heldLength = 0;
  #closed = false;

  constructor(cipher: CipherState, rekeyRecords: number = limits.rekeyRecords) {
    this.#cipher = cipher;
    this.#rekeyRecords = rekeyRecords;
  }

  /** The peer's authenticated close record has come. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Opens what a chunk completes. Keeps nothing of the chunk's memory.
   * @param deliver gets the content of each authentic data record, in order
   * @throws LegError `leg.protocol` for a bad length, a forged record, or anything after the close
   */
  push(chunk: Buffer, deliver: (content: Buffer) => void): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#closed) throw broken('octets after the close record');
      if (this.#heldLength > 0) {
        offset = this.#complete(chunk, offset, deliver);
        continue;
      }
      const end = offset + recordLength(chunk, offset, chunk.length);
      if (end > chunk.length) {
        this.#hold(chunk, offset, chunk.length);
        return;
      }
      this.#open(chunk.subarray(offset + headerLength, end), deliver);
      offset = end;
    }
    this.#release();
  }

  /** Adds to the record that is held, and opens it when it is whole. @returns where it stopped */
  #complete(chunk: Buffer, start: number, deliver: (content: Buffer) => void): number {
    let offset = start;
    if (this.#heldLength < headerLength) {
      this.#hold(chunk, offset, offset + 1);
      offset += 1;
    }
    const length = recordLength(this.#held ?? chunk, 0, this.#heldLength);
    const end = Math.min(chunk.length, offset + length - this.#heldLength);
    this.#hold(chunk, offset, end);
    if (this.#held && this.#heldLength === length) {
      this.#heldLength = 0;
      this.#open(this.#held.subarray(headerLength, length), deliver);
    }
    return end;
  }

  /** Room grows with what has come: a length alone is no reason to hold a whole record's memory. */
  #hold(chunk: Buffer, start: number, end: number): void {
    const length = this.#heldLength + end - start;
    const old = this.#held;
    if (!old || old.length < length) {
      const size = Math.max(length, Math.min(2 * length, headerLength + limits.recordMax));
      this.#held = Buffer.allocUnsafeSlow(Math.max(size, smallHeld));
      old?.copy(this.#held, 0, 0, this.#heldLength);
      if (old) free(old);
    }
    if (this.#held) chunk.copy(this.#held, this.#heldLength, start, end);
    this.#heldLength = length;
  }

  #release(): void {
    if (this.#heldLength > 0 || !this.#held) return;
    free(this.#held);
    this.#held = undefined;
  }

  #open(message: Buffer, deliver: (content: Buffer) => void): void {
    const plain = this.#decrypt(message);
    switch (plain[0]) {
      case recordTypes.data:
        if (plain.length === 1) throw broken('empty data record');
        deliver(plain.subarray(1));
        return;
      case recordTypes.close:
        if (plain.length !== 1) throw broken('close record with content');
        this.#closed = true;
        return;
      default:
        throw broken('unknown record type');
    }
  }

  #decrypt(message: Buffer): Buffer {
    try {
      rekeyWhenDue(this.#cipher, this.#rekeyRecords);
      return this.#cipher.open(message);
    } catch (error) {
      throw broken('record not authentic, or no more keys', error);
    }
  }
}

/**
 * Of the record that begins at `start`, with its header; more than there is as long as the header
 * itself is incomplete.
 * @throws LegError `leg.protocol` for a length that no record has
 */
function recordLength(octets: Buffer, start: number, end: number): number {
  if (end - start < headerLength) return headerLength;
  const length = octets.readUInt16BE(start);
  if (length < limits.recordMin) throw broken('record too short');
  return headerLength + length;
}

/** Before record number k × interval, k ≥ 1; both ends count the same records. */
function rekeyWhenDue(cipher: CipherState, interval: number): void {
  if (cipher.nonce > 0 && cipher.nonce % interval === 0) cipher.rekey();
}

function broken(reason: string, cause?: unknown): LegError {
  return new LegError('leg.protocol', {}, { cause: new Error(reason, { cause }) });
}

/** Octets that a record adds to its content: length, type, tag. */
export const recordOverhead = headerLength + 1 + tagLength;
