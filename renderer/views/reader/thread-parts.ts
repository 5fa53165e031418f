/** A thread around the message that is open: what comes before it and after it. Pure. */
import type { MessageRow } from '../../../app/contract/index.ts';
import { refKey } from '../desk-state.ts';

export interface ThreadParts {
  readonly earlier: readonly MessageRow[];
  readonly later: readonly MessageRow[];
}

/** So many earlier ones stand as lines; those before them wait behind one button. */
export const shownEarlier = 3;

/**
 * @param rows the whole thread, oldest first
 * @returns undefined when the message stands alone, or is not part of the thread that came
 */
export function threadParts(
  rows: readonly MessageRow[],
  open: MessageRow,
): ThreadParts | undefined {
  if (rows.length < 2) return undefined;
  const key = refKey(open.ref);
  let at = rows.findIndex((row) => refKey(row.ref) === key);
  // A message that lies in several mailboxes comes once, perhaps from another of them.
  if (at < 0) at = rows.findIndex((row) => isCopy(row, open));
  if (at < 0) return undefined;
  return { earlier: rows.slice(0, at), later: rows.slice(at + 1) };
}

/**
 * Where a message stands that is no longer where it was: a move gives it another name.
 * @param rows its thread
 */
export function movedTo(rows: readonly MessageRow[], gone: MessageRow): MessageRow | undefined {
  return rows.find((row) => isCopy(row, gone) && refKey(row.ref) !== refKey(gone.ref));
}

function isCopy(a: MessageRow, b: MessageRow): boolean {
  return a.subject === b.subject && a.from?.address === b.from?.address && a.snippet === b.snippet;
}
