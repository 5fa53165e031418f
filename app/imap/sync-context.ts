/** What every part of a sync works with, and the person's own changes, which win over the server's word. */
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { FlagsChange, MessageFlags, StoredMailbox } from '../store/mail-types.ts';
import type { MailStoreWriter } from '../store/mail-writer.ts';
import type { HiddenCopies } from '../store/placement.ts';
import type { SyncReader } from '../store/sync-reader.ts';

/** Changes of the person's that the server has not confirmed yet: they win over what it says. */
export interface PendingChanges {
  flags(mailbox: StoredMailbox, uid: number): Partial<MessageFlags> | undefined;
  /** The message's keywords with the person's changes. */
  keywords(mailbox: StoredMailbox, uid: number, fromServer: readonly string[]): readonly string[];
  /** Messages that a move is taking from there: their rows go when it is noted, not before. */
  leaving(mailbox: StoredMailbox): ReadonlySet<number>;
  /** What a move is bringing there; undefined when there is none. */
  arriving(mailbox: StoredMailbox): HiddenCopies | undefined;
  /** Rows are in the store that were not: some may belong elsewhere. */
  came(mailbox: StoredMailbox, uids: readonly number[]): void;
}

/** What the person changed about a message and the server does not know of yet. */
export function withPending(
  pending: PendingChanges,
  mailbox: StoredMailbox,
  uid: number,
  fromServer: readonly string[],
): FlagsChange {
  return {
    ...pending.flags(mailbox, uid),
    keywords: pending.keywords(mailbox, uid, fromServer),
  };
}

export interface SyncContext {
  readonly reader: MailStoreReader;
  readonly writer: MailStoreWriter;
  readonly sync: SyncReader;
  readonly pending: PendingChanges;
  /** Rows or counts of the mailbox changed. */
  changed(mailbox: StoredMailbox): void;
  /** Messages that came since the mailbox was last complete, newest first. */
  arrived(mailbox: StoredMailbox, uids: readonly number[]): void;
}
