/** Sets of uids as IMAP sequence sets (RFC 9051 §9, sequence-set). */

/** Compact form of the uids, in any order: `1:3,7`. */
export function toUidSet(uids: readonly number[]): string {
  const sorted = [...uids].sort((a, b) => a - b);
  const ranges: string[] = [];
  let first: number | undefined;
  let last: number | undefined;
  const close = () => {
    if (first !== undefined && last !== undefined) {
      ranges.push(first === last ? String(first) : `${first}:${last}`);
    }
  };
  for (const uid of sorted) {
    if (last !== undefined && (uid === last || uid === last + 1)) {
      last = uid;
      continue;
    }
    close();
    first = uid;
    last = uid;
  }
  close();
  return ranges.join(',');
}

/** `items` in pieces of at most `size`. */
export function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
