/** Which rows a range of a selection covers. Pure. */

/** So many rows are picked at most: more are a matter for a search or a mailbox's own menu. */
export const pickAtMost = 5_000;

/** Rows `first` to `last` between the anchor and where the keys go, and where they are then. */
export function rangeOf(
  anchor: number,
  to: number,
  total: number,
): { first: number; last: number; target: number } {
  const inside = (index: number) => Math.max(0, Math.min(total - 1, index));
  const from = inside(anchor);
  const way = inside(to) - from;
  const target = from + Math.sign(way) * Math.min(Math.abs(way), pickAtMost - 1);
  return { first: Math.min(from, target), last: Math.max(from, target), target };
}
