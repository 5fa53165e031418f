/**
 * Messages as everyday use needs them: where each is shown (a move is seen before the server
 * knows of it), what it answers, its keywords, and a token that ties it to its content in
 * content.db. `rowId` is the second of arrival × 4,096,000 plus a place that follows the uid, so
 * that newest first is a walk of the primary key. A cache: rows of the first schema are dropped and come again from the server.
 */
import type { Migration } from '../database.ts';

export const mail002: Migration = {
  name: 'mail-002-whole-mailboxes',
  sql: `
    DROP TABLE message_source;
    DROP TABLE message;
    UPDATE mailbox SET uidNext = 0, highestModSeq = '0', complete = 0, total = 0, unseen = 0;
    -- Messages that the server keeps in this mailbox; total and unseen count what is shown in it.
    ALTER TABLE mailbox ADD COLUMN stored INTEGER NOT NULL DEFAULT 0;

    CREATE TABLE message (
      rowId INTEGER PRIMARY KEY,
      mailboxId INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
      uid INTEGER NOT NULL,
      -- The mailbox that the person sees it in; 0 while its deletion is on the way.
      shownIn INTEGER NOT NULL,
      receivedAt INTEGER NOT NULL,
      sentAt INTEGER,
      fromName TEXT,
      fromAddress TEXT,
      toList TEXT NOT NULL,
      subject TEXT NOT NULL,
      messageId TEXT,
      inReplyTo TEXT,
      -- Message-IDs with brackets, a space between them, oldest first.
      referenceIds TEXT,
      -- Gmail's X-GM-MSGID or the EMAILID of RFC 8474: the same message in several mailboxes.
      emailId TEXT,
      -- Keywords as on the wire, a space between them.
      keywords TEXT NOT NULL DEFAULT '',
      snippet TEXT NOT NULL DEFAULT '',
      seen INTEGER NOT NULL,
      flagged INTEGER NOT NULL,
      answered INTEGER NOT NULL,
      hasAttachment INTEGER NOT NULL,
      sizeBytes INTEGER NOT NULL,
      -- Random: a rowId may be used again, a token is not.
      token INTEGER NOT NULL,
      -- 0 not here yet, 1 in content.db, 2 not to be had (too large, or refused by the server).
      content INTEGER NOT NULL DEFAULT 0,
      UNIQUE (mailboxId, uid)
    ) STRICT;
    -- The rowId is in every index and follows the time: newest first without a sort.
    CREATE INDEX message_shown ON message (shownIn);
    CREATE INDEX message_unseen ON message (shownIn) WHERE seen = 0;
    CREATE INDEX message_flagged ON message (shownIn) WHERE flagged = 1;
    CREATE INDEX message_without_content ON message (mailboxId) WHERE content = 0;
    CREATE INDEX message_by_message_id ON message (messageId) WHERE messageId IS NOT NULL;

    CREATE TABLE message_source (
      rowId INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
      raw BLOB NOT NULL
    ) STRICT;

    CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
      UPDATE mailbox SET stored = stored + 1 WHERE mailboxId = NEW.mailboxId;
      UPDATE mailbox SET total = total + 1, unseen = unseen + (1 - NEW.seen)
        WHERE mailboxId = NEW.shownIn;
    END;
    CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
      UPDATE mailbox SET stored = stored - 1 WHERE mailboxId = OLD.mailboxId;
      UPDATE mailbox SET total = total - 1, unseen = unseen - (1 - OLD.seen)
        WHERE mailboxId = OLD.shownIn;
    END;
    CREATE TRIGGER message_read AFTER UPDATE OF seen ON message WHEN OLD.seen <> NEW.seen BEGIN
      UPDATE mailbox SET unseen = unseen + OLD.seen - NEW.seen,
        serverUnseen = max(0, serverUnseen + OLD.seen - NEW.seen)
        WHERE mailboxId = NEW.shownIn;
    END;
    CREATE TRIGGER message_stored AFTER UPDATE OF mailboxId ON message
      WHEN OLD.mailboxId <> NEW.mailboxId BEGIN
      UPDATE mailbox SET stored = stored - 1 WHERE mailboxId = OLD.mailboxId;
      UPDATE mailbox SET stored = stored + 1 WHERE mailboxId = NEW.mailboxId;
    END;
    CREATE TRIGGER message_moved AFTER UPDATE OF shownIn ON message
      WHEN OLD.shownIn <> NEW.shownIn BEGIN
      UPDATE mailbox SET total = total - 1, unseen = unseen - (1 - NEW.seen)
        WHERE mailboxId = OLD.shownIn;
      UPDATE mailbox SET total = total + 1, unseen = unseen + (1 - NEW.seen)
        WHERE mailboxId = NEW.shownIn;
    END;
  `,
};
