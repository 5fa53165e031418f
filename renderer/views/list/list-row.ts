/** A line of a list: a message, or a conversation shown by one of its messages. Pure. */
import type { ConversationRow, MessageRow, ViewDto } from '../../../app/contract/index.ts';
import { sameRef } from '../refs.ts';

/** What a line says of its conversation; the message itself is the newest that the list passes. */
export interface ThreadFacts {
  readonly threadId: number;
  /** The list that the conversation is seen in: what is done to it is done to its part of it. */
  readonly view: ViewDto;
  readonly count: number;
  readonly unseen: number;
  readonly participants: readonly string[];
}

export type ListRow = MessageRow & { readonly thread?: ThreadFacts };

const known = new WeakMap<ConversationRow, ListRow>();

/** The same conversation gives the same object, so that its line is drawn once. */
export function toListRow(conversation: ConversationRow, view: ViewDto): ListRow {
  const before = known.get(conversation);
  if (before !== undefined) return before;
  const { threadId, row, count, unseen, participants } = conversation;
  const made: ListRow = {
    ...row,
    threadId,
    thread: { threadId, view, count, unseen, participants },
  };
  known.set(conversation, made);
  return made;
}

/** A conversation stays the same when another message becomes its newest. */
export function sameLine(a: ListRow, b: ListRow): boolean {
  if (a.thread !== undefined && b.thread !== undefined) {
    return a.thread.threadId === b.thread.threadId && a.ref.accountId === b.ref.accountId;
  }
  return sameRef(a.ref, b.ref);
}

export function unseenOf(row: ListRow): number {
  return row.thread?.unseen ?? (row.seen ? 0 : 1);
}

export function countOf(row: ListRow): number {
  return row.thread?.count ?? 1;
}
