/**
 * Threads and the lists over many mailboxes. `conversation` holds one row for each thread in each
 * view: a mailbox's id, −1 for what is unread, −2 for what is starred. Triggers keep it, so that a
 * list of conversations is a walk of an index too. Keys of threads are 52-bit hashes of
 * Message-IDs. Messages of an earlier schema come again from the server.
 */
import type { Migration } from '../database.ts';

/** Views of `conversation` that are no mailbox. */
export const unreadView = -1;
export const starredView = -2;

interface Membership {
  readonly name: string;
  readonly view: (row: 'NEW' | 'OLD') => string;
  readonly holds: (row: 'NEW' | 'OLD') => string;
  /** Rows of OLD's thread that are in OLD's view. */
  readonly rest: string;
}

const memberships: readonly Membership[] = [
  {
    name: 'mailbox',
    view: (row) => `${row}.shownIn`,
    holds: (row) => `${row}.shownIn > 0`,
    rest: 'shownIn = OLD.shownIn',
  },
  {
    name: 'unread',
    view: () => String(unreadView),
    holds: (row) => `(${row}.seen = 0 AND ${row}.listed = 1)`,
    rest: 'seen = 0 AND listed = 1',
  },
  {
    name: 'starred',
    view: () => String(starredView),
    holds: (row) => `(${row}.flagged = 1 AND ${row}.listed = 1)`,
    rest: 'flagged = 1 AND listed = 1',
  },
];

function conversationTriggers({ name, view, holds, rest }: Membership): string {
  const enter = `
    INSERT INTO conversation (view, threadId, newestRowId, count, unseen)
      VALUES (${view('NEW')}, NEW.threadId, NEW.rowId, 1, 1 - NEW.seen)
      ON CONFLICT (view, threadId) DO UPDATE SET count = count + 1,
        newestRowId = max(newestRowId, excluded.newestRowId), unseen = unseen + excluded.unseen;`;
  const leave = `
    UPDATE conversation SET count = count - 1, unseen = unseen - (1 - OLD.seen),
        newestRowId = CASE WHEN newestRowId = OLD.rowId THEN coalesce((SELECT max(rowId)
          FROM message INDEXED BY message_thread WHERE threadId = OLD.threadId AND ${rest}), 0)
          ELSE newestRowId END
      WHERE view = ${view('OLD')} AND threadId = OLD.threadId;
    DELETE FROM conversation
      WHERE view = ${view('OLD')} AND threadId = OLD.threadId AND count = 0;`;
  const other = `(${view('OLD')} <> ${view('NEW')} OR OLD.threadId <> NEW.threadId)`;
  const changed = 'AFTER UPDATE OF shownIn, threadId, seen, flagged, listed ON message';
  return `
  CREATE TRIGGER conversation_${name}_added AFTER INSERT ON message
    WHEN ${holds('NEW')} BEGIN ${enter} END;
  CREATE TRIGGER conversation_${name}_removed AFTER DELETE ON message
    WHEN ${holds('OLD')} BEGIN ${leave} END;
  CREATE TRIGGER conversation_${name}_left ${changed}
    WHEN ${holds('OLD')} AND (NOT ${holds('NEW')} OR ${other}) BEGIN ${leave} END;
  CREATE TRIGGER conversation_${name}_entered ${changed}
    WHEN ${holds('NEW')} AND (NOT ${holds('OLD')} OR ${other}) BEGIN ${enter} END;
  CREATE TRIGGER conversation_${name}_read AFTER UPDATE OF seen ON message
    WHEN OLD.seen <> NEW.seen AND ${holds('OLD')} AND ${holds('NEW')} AND NOT ${other} BEGIN
      UPDATE conversation SET unseen = unseen + OLD.seen - NEW.seen
        WHERE view = ${view('NEW')} AND threadId = NEW.threadId;
    END;`;
}

export const mail004: Migration = {
  name: 'mail-004-threads',
  sql: `
    DELETE FROM message;
    UPDATE mailbox SET uidNext = 0, highestModSeq = '0', complete = 0;

    ALTER TABLE message ADD COLUMN threadId INTEGER NOT NULL DEFAULT 0;
    -- Month of arrival × 2^42 plus a hash of account and subject without prefixes.
    ALTER TABLE message ADD COLUMN subjectKey INTEGER;
    -- That hash, for an answer that names no message.
    ALTER TABLE message ADD COLUMN bareKey INTEGER;
    -- 1 when lists over all mailboxes show it: it is not in Junk, Trash or a mailbox of copies.
    ALTER TABLE message ADD COLUMN listed INTEGER NOT NULL DEFAULT 1;
    -- \\Deleted is set on the server.
    ALTER TABLE message ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;

    -- Found by its thread's key now.
    DROP INDEX message_by_message_id;
    CREATE INDEX message_thread ON message (threadId, shownIn);
    CREATE INDEX message_subject ON message (subjectKey) WHERE subjectKey IS NOT NULL;
    CREATE INDEX message_bare ON message (bareKey) WHERE bareKey IS NOT NULL;
    CREATE INDEX message_unread ON message (seen) WHERE seen = 0 AND listed = 1;
    CREATE INDEX message_starred ON message (flagged) WHERE flagged = 1 AND listed = 1;
    CREATE INDEX message_with_attachment ON message (shownIn) WHERE hasAttachment = 1;
    CREATE INDEX message_displaced ON message (shownIn) WHERE shownIn <> mailboxId;

    CREATE TABLE thread_account (
      accountNumber INTEGER PRIMARY KEY AUTOINCREMENT,
      accountId TEXT NOT NULL UNIQUE,
      -- Makes the keys of this store its own.
      seed INTEGER NOT NULL,
      nextThread INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    -- threadId is accountNumber × 2^32 plus a number: an account's threads are a range.
    CREATE TABLE thread_key (
      key INTEGER PRIMARY KEY,
      threadId INTEGER NOT NULL
    ) STRICT;
    -- Keys that came last, in the order in which they came: hashes lie all over thread_key, and a
    -- batch would write a page for each of them. Merged into thread_key a few thousand at a time.
    CREATE TABLE thread_key_fresh (
      key INTEGER NOT NULL,
      threadId INTEGER NOT NULL
    ) STRICT;
    -- Threads that turned out to be part of another.
    CREATE TABLE thread_alias (
      threadId INTEGER PRIMARY KEY,
      joined INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE conversation (
      view INTEGER NOT NULL,
      threadId INTEGER NOT NULL,
      newestRowId INTEGER NOT NULL,
      count INTEGER NOT NULL,
      unseen INTEGER NOT NULL,
      PRIMARY KEY (view, threadId)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX conversation_newest ON conversation (view, newestRowId);

    -- New messages are counted by the batch (MailStoreWriter): a trigger would count each.
    DROP TRIGGER message_added;
    ${memberships.map(conversationTriggers).join('\n')}
  `,
};
