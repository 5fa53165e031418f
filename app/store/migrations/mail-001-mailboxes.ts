/**
 * First schema of mail.db: a cache of what the server holds, rebuildable at any time.
 * `message.rowId` follows the arrival time, so that newest
 * first is a walk of the primary key. Counts are kept by triggers: no scan to show a number.
 */
import type { Migration } from '../database.ts';

export const mail001: Migration = {
  name: 'mail-001-mailboxes',
  sql: `
    CREATE TABLE mailbox (
      mailboxId INTEGER PRIMARY KEY AUTOINCREMENT,
      accountId TEXT NOT NULL,
      path TEXT NOT NULL,
      name TEXT NOT NULL,
      depth INTEGER NOT NULL,
      role TEXT NOT NULL,
      selectable INTEGER NOT NULL,
      position INTEGER NOT NULL,
      uidValidity INTEGER NOT NULL DEFAULT 0,
      uidNext INTEGER NOT NULL DEFAULT 0,
      highestModSeq TEXT NOT NULL DEFAULT '0',
      complete INTEGER NOT NULL DEFAULT 0,
      serverTotal INTEGER NOT NULL DEFAULT 0,
      serverUnseen INTEGER NOT NULL DEFAULT 0,
      total INTEGER NOT NULL DEFAULT 0,
      unseen INTEGER NOT NULL DEFAULT 0,
      UNIQUE (accountId, path)
    ) STRICT;

    CREATE TABLE message (
      rowId INTEGER PRIMARY KEY,
      mailboxId INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
      uid INTEGER NOT NULL,
      receivedAt INTEGER NOT NULL,
      sentAt INTEGER,
      fromName TEXT,
      fromAddress TEXT,
      toList TEXT NOT NULL,
      subject TEXT NOT NULL,
      messageId TEXT,
      inReplyTo TEXT,
      snippet TEXT NOT NULL DEFAULT '',
      seen INTEGER NOT NULL,
      flagged INTEGER NOT NULL,
      answered INTEGER NOT NULL,
      hasAttachment INTEGER NOT NULL,
      sizeBytes INTEGER NOT NULL,
      UNIQUE (mailboxId, uid)
    ) STRICT;
    CREATE INDEX message_newest ON message (mailboxId, receivedAt DESC, uid DESC);
    CREATE INDEX message_by_message_id ON message (messageId) WHERE messageId IS NOT NULL;

    CREATE TABLE message_source (
      rowId INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
      raw BLOB NOT NULL
    ) STRICT;

    CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
      UPDATE mailbox SET total = total + 1, unseen = unseen + (1 - NEW.seen)
        WHERE mailboxId = NEW.mailboxId;
    END;
    CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
      UPDATE mailbox SET total = total - 1, unseen = unseen - (1 - OLD.seen)
        WHERE mailboxId = OLD.mailboxId;
    END;
    CREATE TRIGGER message_read AFTER UPDATE OF seen ON message WHEN OLD.seen <> NEW.seen BEGIN
      UPDATE mailbox SET unseen = unseen + OLD.seen - NEW.seen,
        serverUnseen = max(0, serverUnseen + OLD.seen - NEW.seen)
        WHERE mailboxId = NEW.mailboxId;
    END;
  `,
};
