/**
 * Records of the sealed stream: 2 octets of length, then one Noise transport message that holds a
 * type octet and content. Seals and opens; knows no sockets. docs/protocol.md §6.
 */
import { LegError } from '../errors.ts';
import { limits } from './limits.ts';
import type { CipherState } from './noise/cipher-state.ts';
import { type AeadOpener, tagLength } from './noise/primitives.ts';

export const recordTypes = { data: 0x01, close: 0x02 } as const;

const headerLength = 2;

/** Plaintext is gathered in one of two sizes, so that a command does not cost a whole record. */
const smallScratch = 4_096;

/** Pieces of a record smaller than this are joined before they are decrypted. */
const minOpenPiece = 8_192;

/** One direction's outgoing records: gathers small content, seals large content where it lies. */
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

  /**
   * @param octets content after what is pending: not copied, together at most limits.recordContent
   * @returns the data record of both, to be written in order
   */
  sealData(octets?: Uint8Array): Buffer[] {
    const scratch = this.#reserve(1 + this.#pending);
    scratch[0] = recordTypes.data;
    const gathered = scratch.subarray(0, 1 + this.#pending);
    const record = this.#seal(octets ? [gathered, octets] : [gathered]);
    this.#pending = 0;
    return record;
  }

  sealClose(): Buffer[] {
    return this.#seal([Buffer.of(recordTypes.close)]);
  }

  /** Lets a large working buffer go: an idle connection should not hold it. */
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

  #seal(plain: readonly Uint8Array[]): Buffer[] {
    rekeyWhenDue(this.#cipher, this.#rekeyRecords);
    const { pieces, tag } = this.#cipher.sealPieces(plain);
    const header = Buffer.allocUnsafe(headerLength);
    const record = [header, ...pieces, tag];
    const length = record.reduce((sum, piece) => sum + piece.length, -headerLength);
    header.writeUInt16BE(length);
    // One system call either way; joining a small record is cheaper than more entries.
    return length <= smallScratch ? [Buffer.concat(record)] : record;
  }
}

/**
 * One direction's incoming records. Decrypts as octets come, and delivers nothing of a record before
 * its tag was found right. Holds at most one incomplete record.
 */
export class RecordOpener {
  readonly #cipher: CipherState;
  readonly #rekeyRecords: number;
  readonly #header = Buffer.alloc(headerLength);
  #headerFilled = 0;
  /** The record that is being read. */
  #opener: AeadOpener | undefined;
  /** Octets of the record's ciphertext, without its tag, that have not come yet. */
  #textLeft = 0;
  /** Decrypted and not yet authentic. */
  #plain: Buffer[] = [];
  /** Ciphertext that came in pieces too small to be worth a call each. */
  #small: Buffer | undefined;
  #smallFilled = 0;
  #tag: Buffer | undefined;
  #tagFilled = 0;
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
   * @param deliver gets the content of each authentic data record, in order and in one or more pieces
   * @throws LegError `leg.protocol` for a bad length, a forged record, or anything after the close
   */
  push(chunk: Buffer, deliver: (content: Buffer) => void): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#closed) throw broken('octets after the close record');
      if (!this.#opener) offset = this.#readHeader(chunk, offset);
      else if (this.#textLeft > 0) offset = this.#readText(this.#opener, chunk, offset);
      else offset = this.#readTag(this.#opener, chunk, offset, deliver);
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
      const length = this.#header.readUInt16BE();
      if (length < limits.recordMin) throw broken('record too short');
      this.#headerFilled = 0;
      this.#textLeft = length - tagLength;
      this.#opener = this.#createOpener();
    }
    return offset;
  }

  #createOpener(): AeadOpener {
    try {
      rekeyWhenDue(this.#cipher, this.#rekeyRecords);
      return this.#cipher.opener();
    } catch (error) {
      throw broken('no more keys', error);
    }
  }

  #readText(opener: AeadOpener, chunk: Buffer, start: number): number {
    const end = Math.min(chunk.length, start + this.#textLeft);
    const piece = chunk.subarray(start, end);
    this.#textLeft -= piece.length;
    const total = this.#smallFilled + piece.length;
    if (this.#textLeft === 0 || total >= minOpenPiece) {
      if (this.#small && this.#smallFilled > 0) {
        this.#plain.push(opener.update(this.#small.subarray(0, this.#smallFilled)));
      }
      this.#small = undefined;
      this.#smallFilled = 0;
      this.#plain.push(opener.update(piece));
    } else {
      this.#small ??= Buffer.allocUnsafe(Math.min(minOpenPiece, total + this.#textLeft));
      piece.copy(this.#small, this.#smallFilled);
      this.#smallFilled = total;
    }
    return end;
  }

  #readTag(
    opener: AeadOpener,
    chunk: Buffer,
    start: number,
    deliver: (content: Buffer) => void,
  ): number {
    const end = Math.min(chunk.length, start + tagLength - this.#tagFilled);
    let tag = chunk.subarray(start, end);
    if (tag.length < tagLength) {
      this.#tag ??= Buffer.alloc(tagLength);
      this.#tag.set(tag, this.#tagFilled);
      this.#tagFilled += tag.length;
      if (this.#tagFilled < tagLength) return end;
      tag = this.#tag;
    }
    try {
      opener.finish(tag);
    } catch (error) {
      throw broken('record not authentic', error);
    }
    const plain = this.#plain;
    this.#opener = undefined;
    this.#plain = [];
    this.#tag = undefined;
    this.#tagFilled = 0;
    this.#accept(plain, deliver);
    return end;
  }

  /** @param plain an authentic record; its first piece is not empty */
  #accept(plain: readonly Buffer[], deliver: (content: Buffer) => void): void {
    const type = plain[0]?.[0];
    const length = plain.reduce((sum, piece) => sum + piece.length, -1);
    switch (type) {
      case recordTypes.data:
        if (length === 0) throw broken('empty data record');
        for (const [index, piece] of plain.entries()) {
          const content = index === 0 ? piece.subarray(1) : piece;
          if (content.length > 0) deliver(content);
        }
        return;
      case recordTypes.close:
        if (length !== 0) throw broken('close record with content');
        this.#closed = true;
        return;
      default:
        throw broken('unknown record type');
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
