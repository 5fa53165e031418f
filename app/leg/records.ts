/**
 * Records of the sealed stream: 2 octets of length, then one Noise transport message that holds a
 * type octet and content. Seals and opens; knows no sockets. docs/protocol.md §6.
 */
import { LegError } from '../errors.ts';
import { limits } from './limits.ts';
import type { CipherState } from './noise/cipher-state.ts';
import { tagLength } from './noise/primitives.ts';

export const recordTypes = { data: 0x01, close: 0x02 } as const;

const headerLength = 2;

/** Plaintext is gathered in one of two sizes, so that a command does not cost a whole record. */
const smallScratch = 4_096;

/** One direction's outgoing records: gathers content, then seals it with one AEAD call. */
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

  /** @returns the data record of what is pending, to be written in order */
  sealData(): Buffer[] {
    const scratch = this.#reserve(1);
    scratch[0] = recordTypes.data;
    const record = this.#seal(scratch.subarray(0, 1 + this.#pending));
    this.#pending = 0;
    return record;
  }

  sealClose(): Buffer[] {
    return this.#seal(Buffer.of(recordTypes.close));
  }

  /** Lets a large working buffer go: an idle connection should not hold 64 KiB. */
  release(): void {
    if (this.#pending === 0 && (this.#scratch?.length ?? 0) > smallScratch) {
      this.#scratch = undefined;
    }
  }

  #reserve(length: number): Buffer {
    const old = this.#scratch;
    if (old && old.length >= length) return old;
    const size = length <= smallScratch ? smallScratch : limits.recordContent + 1;
    const scratch = Buffer.allocUnsafeSlow(size);
    old?.copy(scratch, 0, 0, 1 + this.#pending);
    this.#scratch = scratch;
    return scratch;
  }

  #seal(plain: Uint8Array): Buffer[] {
    rekeyWhenDue(this.#cipher, this.#rekeyRecords);
    const { text, tag } = this.#cipher.seal(plain);
    const header = Buffer.allocUnsafe(headerLength);
    header.writeUInt16BE(text.length + tag.length);
    // One system call either way; joining a small record is cheaper than three entries.
    return text.length <= 4_096 ? [Buffer.concat([header, text, tag])] : [header, text, tag];
  }
}

/** One direction's incoming records. Holds at most one incomplete record. */
export class RecordOpener {
  readonly #cipher: CipherState;
  readonly #rekeyRecords: number;
  readonly #header = Buffer.alloc(headerLength);
  #headerFilled = 0;
  /** Length of the record that is being read; 0 while its header is incomplete. */
  #length = 0;
  #partial: Buffer | undefined;
  #filled = 0;
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
   * Opens what a chunk completes.
   * @param deliver gets the content of each authentic data record, in order
   * @throws LegError `leg.protocol` for a bad length, a forged record, or anything after the close
   */
  push(chunk: Buffer, deliver: (content: Buffer) => void): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#closed) throw broken('octets after the close record');
      if (this.#length === 0) {
        offset = this.#readHeader(chunk, offset);
        continue;
      }
      const missing = this.#length - this.#filled;
      const available = chunk.length - offset;
      if (this.#filled === 0 && available >= missing) {
        this.#open(chunk.subarray(offset, offset + missing), deliver);
        offset += missing;
        continue;
      }
      this.#partial ??= Buffer.allocUnsafe(this.#length);
      const taken = chunk.copy(this.#partial, this.#filled, offset);
      this.#filled += taken;
      offset += taken;
      if (taken === missing) this.#open(this.#partial, deliver);
    }
  }

  #readHeader(chunk: Buffer, start: number): number {
    let offset = start;
    while (this.#headerFilled < headerLength && offset < chunk.length) {
      this.#header[this.#headerFilled] = chunk[offset] ?? 0;
      this.#headerFilled += 1;
      offset += 1;
    }
    if (this.#headerFilled === headerLength) {
      this.#length = this.#header.readUInt16BE();
      if (this.#length < limits.recordMin) throw broken('record too short');
    }
    return offset;
  }

  #open(record: Buffer, deliver: (content: Buffer) => void): void {
    this.#headerFilled = 0;
    this.#length = 0;
    this.#filled = 0;
    this.#partial = undefined;
    const plain = this.#decrypt(record);
    const content = plain.subarray(1);
    switch (plain[0]) {
      case recordTypes.data:
        if (content.length === 0) throw broken('empty data record');
        deliver(content);
        return;
      case recordTypes.close:
        if (content.length !== 0) throw broken('close record with content');
        this.#closed = true;
        return;
      default:
        throw broken('unknown record type');
    }
  }

  #decrypt(record: Buffer): Buffer {
    try {
      rekeyWhenDue(this.#cipher, this.#rekeyRecords);
      return this.#cipher.open(record);
    } catch (error) {
      throw broken('record not authentic', error);
    }
  }
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
