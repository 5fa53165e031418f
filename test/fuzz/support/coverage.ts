/** Tells whether an input did something new: a branch never taken, or taken in a new order of magnitude. */
import type { Counters } from './instrument.ts';

/** Number of hits as one bit: 1, 2, 3, 4-7, 8-15, 16-31, 32-127, 128 and more, as AFL has it. */
function bucketOf(hits: number): number {
  if (hits < 4) return hits === 3 ? 4 : hits;
  return 1 << Math.min(7, Math.floor(Math.log2(hits)) + 1);
}

const buckets = Uint8Array.from({ length: 256 }, (_, hits) => bucketOf(hits));

export class Coverage {
  readonly #counters: Counters;
  readonly #seen: Uint8Array;
  #branches = 0;

  constructor(counters: Counters) {
    this.#counters = counters;
    this.#seen = new Uint8Array(counters.hits.length);
  }

  /** Branches that some input has taken. */
  get branches(): number {
    return this.#branches;
  }

  /** Branches there are in the modules that are loaded. */
  get total(): number {
    return this.#counters.used();
  }

  /** Forgets the hits since the last call without learning from them. */
  reset(): void {
    this.#counters.hits.fill(0, 0, this.total);
  }

  /** True when the hits since the last call hold something new. Sets them to zero. */
  takeNovelty(): boolean {
    const { hits } = this.#counters;
    const seen = this.#seen;
    const total = this.total;
    let isNew = false;
    for (let index = 0; index < total; index += 1) {
      const count = hits[index] ?? 0;
      if (count === 0) continue;
      hits[index] = 0;
      const bucket = buckets[count] ?? 0;
      const before = seen[index] ?? 0;
      if ((before & bucket) !== 0) continue;
      if (before === 0) this.#branches += 1;
      seen[index] = before | bucket;
      isNew = true;
    }
    return isNew;
  }
}
