/**
 * The texts that were unpacked last, so that the next letter typed unpacks few anew. Their octets lie
 * in one piece of memory, round and round: strings that live for a few seconds each are what the
 * collector has most work with.
 */
import type { ContentKey } from '../store/mail-types.ts';

/** A larger share of the room than this is not held. */
const largestShare = 1 / 16;

interface Place {
  readonly token: number;
  /** Counted on over all rounds. */
  readonly start: number;
  readonly length: number;
}

/** A piece of some octets of UTF-8. */
export interface HeldText {
  readonly octets: Buffer;
  readonly start: number;
  readonly end: number;
}

export class HeldTexts {
  readonly #octets: Buffer;
  /** The oldest first. */
  readonly #places = new Map<number, Place>();
  #end = 0;

  /** @param size octets */
  constructor(size: number) {
    this.#octets = Buffer.alloc(size);
  }

  /** Good until another is put. */
  get({ rowId, token }: ContentKey): HeldText | undefined {
    const place = this.#places.get(rowId);
    if (place?.token !== token || this.#isGone(place)) return undefined;
    const start = place.start % this.#octets.length;
    return { octets: this.#octets, start, end: start + place.length };
  }

  put({ rowId, token }: ContentKey, text: Uint8Array): void {
    const { length: size } = this.#octets;
    const { length } = text;
    if (length > size * largestShare) return;
    // None lies across the end.
    const isAcross = (this.#end % size) + length > size;
    const start = isAcross ? Math.ceil(this.#end / size) * size : this.#end;
    this.#octets.set(text, start % size);
    this.#end = start + length;
    this.#places.delete(rowId);
    this.#places.set(rowId, { token, start, length });
    for (const [oldest, place] of this.#places) {
      if (!this.#isGone(place)) break;
      this.#places.delete(oldest);
    }
  }

  /** Others lie there by now. */
  #isGone({ start }: Place): boolean {
    return start < this.#end - this.#octets.length;
  }

  clear(): void {
    this.#places.clear();
  }
}
