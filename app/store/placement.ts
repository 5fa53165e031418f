/** Words that the store's writers share about where a message is shown. */

/** `shownIn` of a message for which another row stands until a move is done. */
export const shownAsAnother = -1;

/** Messages that other rows stand for until the move that brings them is noted. */
export interface HiddenCopies {
  /** None is below. */
  readonly fromUid: number;
  /** As `sameMessageKey` makes them. */
  readonly keys: ReadonlySet<string>;
}

/**
 * Whether lists over all mailboxes (unread, starred) show a mailbox: not what was thrown away, and
 * not the mailboxes that hold copies of all others' messages. A SQL term over `mailbox`.
 */
export const isListedSql = "(role NOT IN ('junk', 'trash', 'all', 'flagged'))";

/** The same for copies of one message in two mailboxes, as far as that can be told. */
export function sameMessageKey(message: {
  readonly messageId?: string | undefined;
  readonly receivedAt: number;
  readonly sizeBytes: number;
}): string {
  // A copy keeps size and INTERNALDATE (RFC 9051 §6.4.7).
  return message.messageId ?? `${Math.trunc(message.receivedAt / 1_000)} ${message.sizeBytes}`;
}
