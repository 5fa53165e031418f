/** The order of accounts, changed by one step. Pure. */

/** @returns undefined when there is nothing at `index`, or no place to go to */
export function movedBy(order: readonly string[], index: number, by: -1 | 1): string[] | undefined {
  const moved = order[index];
  const target = index + by;
  if (moved === undefined || target < 0 || target >= order.length) return undefined;
  return order.toSpliced(index, 1).toSpliced(target, 0, moved);
}
