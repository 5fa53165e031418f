/**
 * A long list brought into order only where somebody looks. To order 100,000 subjects by the rules
 * of a language takes a fifth of a second; to find the first hundred, one comparison for each.
 */

/** Shorter stretches are sorted whole. */
const wholeLength = 4_096;
/** How many are drawn to guess where a place lies. */
const sampleLength = 512;

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly sorted: boolean;
}

export class LazyOrder {
  readonly #items: Uint32Array;
  readonly #compare: (a: number, b: number) => number;
  /** From first to last, without gaps: nothing in one comes after anything in the next. */
  #stretches: Stretch[];

  /**
   * @param compare of two numbers below `length`; never 0 for two that differ
   */
  constructor(length: number, compare: (a: number, b: number) => number) {
    this.#items = new Uint32Array(length);
    for (let index = 0; index < length; index += 1) this.#items[index] = index;
    this.#compare = compare;
    this.#stretches = length === 0 ? [] : [{ start: 0, end: length, sorted: false }];
  }

  get length(): number {
    return this.#items.length;
  }

  /** The items at these places of the order; fewer at its end. */
  slice(offset: number, limit: number): number[] {
    const end = Math.min(this.length, offset + limit);
    for (let at = offset; at < end; ) at = this.#sortAround(at);
    return [...this.#items.subarray(offset, Math.max(offset, end))];
  }

  /** @returns the end of the sorted stretch that holds `at` */
  #sortAround(at: number): number {
    let index = this.#stretches.findIndex(({ end }) => at < end);
    for (;;) {
      const stretch = this.#stretches[index];
      if (stretch === undefined || stretch.sorted) return stretch?.end ?? this.length;
      const { start, end } = stretch;
      if (end - start <= wholeLength) {
        this.#items.subarray(start, end).sort(this.#compare);
        this.#stretches[index] = { start, end, sorted: true };
        return end;
      }
      const middle = this.#split(stretch, at);
      const parts = [
        { start, end: middle, sorted: false },
        { start: middle, end, sorted: false },
      ];
      this.#stretches.splice(index, 1, ...parts);
      if (at >= middle) index += 1;
    }
  }

  /** Parts a stretch in two a little before or behind `at`. @returns where the second begins */
  #split({ start, end }: Stretch, at: number): number {
    const items = this.#items;
    const length = end - start;
    const sample = Uint32Array.from(
      { length: sampleLength },
      // Odd steps through the stretch: the same list is always split alike.
      (_, n) => items[start + ((n * 7_919 + (n >> 3)) % length)] ?? 0,
    ).sort(this.#compare);
    // So far from the place that it lies in the smaller part, of which all is sorted then.
    const margin = wholeLength / 2 / length + 0.01;
    const share = (at - start) / length;
    const wanted = share + margin < 0.9 ? share + margin : share - margin;
    const rank = Math.min(sampleLength - 2, Math.max(1, Math.floor(wanted * sampleLength)));
    const pivot = sample[rank] ?? 0;
    let low = start;
    let high = end - 1;
    while (low <= high) {
      const item = items[low] ?? 0;
      if (this.#compare(item, pivot) < 0) low += 1;
      else {
        items[low] = items[high] ?? 0;
        items[high] = item;
        high -= 1;
      }
    }
    if (low > start) return low;
    // Drawn was the very first of all: it is a stretch of its own.
    const where = items.indexOf(pivot, start);
    items[where] = items[start] ?? 0;
    items[start] = pivot;
    return start + 1;
  }
}
