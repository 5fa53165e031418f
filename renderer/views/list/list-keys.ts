/** Which row a key leads to. Pure; keeping it inside the list is the caller's. */

export interface Standing {
  /** -1 when nothing is selected. */
  readonly at: number;
  readonly last: number;
  readonly pageRows: number;
}

/** Where a key leads; undefined when it leads nowhere. */
export function targetOf(key: string, { at, last, pageRows }: Standing): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return at + 1;
    case 'ArrowUp':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'PageDown':
      return at + pageRows;
    case 'PageUp':
      return at - pageRows;
    case 'Enter':
      return at < 0 ? undefined : at;
    default:
      return undefined;
  }
}
