/**
 * Sets of uids as rising, disjoint spans: a mailbox of 100,000 messages is a few numbers, and
 * comparing two of them is one walk. Sets from a server are read with suspicion (RFC 9051 §9).
 */

/** Both ends belong to it. */
export type UidSpan = readonly [first: number, last: number];

const highestUid = 2 ** 32 - 1;

/**
 * A sequence set such as `1:3,9,7:5` as spans; undefined when it is none.
 * @param text without `*`: what a server says of known messages has none
 */
export function parseUidSet(text: string): UidSpan[] | undefined {
  const spans: UidSpan[] = [];
  for (const piece of text.split(',')) {
    const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(piece.trim());
    if (match === null) return undefined;
    const a = Number(match[1]);
    const b = Number(match[2] ?? match[1]);
    if (a < 1 || b < 1 || a > highestUid || b > highestUid) return undefined;
    spans.push(a < b ? [a, b] : [b, a]);
  }
  return joined(spans);
}

/** Numbers in any order. */
export function toSpans(uids: Iterable<number>): UidSpan[] {
  const spans: [number, number][] = [];
  let last: [number, number] | undefined;
  let rising = true;
  for (const uid of uids) {
    if (last !== undefined && uid === last[1] + 1) {
      last[1] = uid;
      continue;
    }
    if (last !== undefined && uid <= last[1]) rising = false;
    last = [uid, uid];
    spans.push(last);
  }
  return rising ? spans : joined(spans);
}

/** How many uids the spans hold. */
export function countUids(spans: readonly UidSpan[]): number {
  return spans.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** Spans in any order, overlapping or touching, as rising disjoint ones. */
export function joined(spans: readonly UidSpan[]): UidSpan[] {
  const sorted = [...spans].sort((a, b) => a[0] - b[0]);
  const out: [number, number][] = [];
  for (const [first, last] of sorted) {
    const before = out.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else out.push([first, last]);
  }
  return out;
}

/** What is in `a` and not in `b`; both rising and disjoint, as is the answer. */
export function without(a: readonly UidSpan[], b: readonly UidSpan[]): UidSpan[] {
  const out: UidSpan[] = [];
  let at = 0;
  for (const [first, last] of a) {
    let from = first;
    while (at < b.length && (b[at]?.[1] ?? 0) < from) at += 1;
    for (let other = at; from <= last; other += 1) {
      const cut = b[other];
      if (cut === undefined || cut[0] > last) break;
      if (cut[0] > from) out.push([from, cut[0] - 1]);
      from = cut[1] + 1;
    }
    if (from <= last) out.push([from, last]);
  }
  return out;
}

export interface UidBatch {
  /** As it goes on the wire. */
  readonly set: string;
  readonly spans: readonly UidSpan[];
  readonly count: number;
}

/**
 * Takes the highest uids away from `spans`, at most `most` of them. Where no uid of `kept` lies
 * between two spans the set on the wire has one range for both: uids in between do not exist.
 * @param kept uids that are not to be asked for
 */
export function takeHighest(
  spans: UidSpan[],
  most: number,
  kept: readonly UidSpan[],
): UidBatch | undefined {
  const taken: UidSpan[] = [];
  let count = 0;
  while (count < most && taken.length < 1_000) {
    const span = spans.pop();
    if (span === undefined) break;
    const [first, last] = span;
    const from = Math.max(first, last - (most - count) + 1);
    if (from > first) spans.push([first, from - 1]);
    taken.unshift([from, last]);
    count += last - from + 1;
  }
  const [first, last] = [taken[0]?.[0], taken.at(-1)?.[1]];
  if (first === undefined || last === undefined) return undefined;
  const between = kept.filter((span) => span[1] >= first && span[0] <= last);
  const ranges = between.length < taken.length ? without([[first, last]], between) : taken;
  return { set: ranges.map(toRange).join(','), spans: taken, count };
}

function toRange([first, last]: UidSpan): string {
  return first === last ? String(first) : `${first}:${last}`;
}
