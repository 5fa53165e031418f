/**
 * Schema of outbox.db: drafts, attachments and queued messages. Exists nowhere else: synchronous=FULL.
 * The bytes lie beside it as files: attachments/<attachmentId> and outbox/<outboxId>.eml.
 * A queued draft keeps its row (`outbox_id` set, not listed) so that it can be edited again.
 */
import type { Migration } from '../store/database.ts';

export const outboxMigrations: readonly Migration[] = [
  {
    name: '001-outbox',
    sql: `
      CREATE TABLE draft (
        draft_id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL,
        content TEXT NOT NULL,
        thread TEXT,
        saved_at INTEGER NOT NULL,
        outbox_id TEXT UNIQUE
      ) STRICT;
      CREATE TABLE attachment (
        attachment_id TEXT PRIMARY KEY,
        draft_id TEXT NOT NULL REFERENCES draft(draft_id) ON DELETE CASCADE,
        file_name TEXT NOT NULL,
        mime_type TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        received_bytes INTEGER NOT NULL,
        finished INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX attachment_of_draft ON attachment (draft_id);
      CREATE TABLE outbox (
        outbox_id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL,
        message_id TEXT NOT NULL,
        subject TEXT NOT NULL,
        reverse_path TEXT NOT NULL,
        recipients TEXT NOT NULL,
        accepted TEXT NOT NULL,
        refused TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'refused', 'unknown')),
        queued_at INTEGER NOT NULL,
        sent_at INTEGER,
        next_attempt_at INTEGER,
        attempts INTEGER NOT NULL,
        error TEXT,
        dot_started INTEGER NOT NULL,
        copy_pending INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX outbox_of_account ON outbox (account_id, state);`,
  },
  {
    // A table's CHECK cannot be changed: rows move, in the order in which they were queued.
    name: '002-scheduled',
    sql: `
      CREATE TABLE outbox_002 (
        outbox_id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL,
        message_id TEXT NOT NULL,
        subject TEXT NOT NULL,
        reverse_path TEXT NOT NULL,
        recipients TEXT NOT NULL,
        accepted TEXT NOT NULL,
        refused TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        state TEXT NOT NULL
          CHECK (state IN ('scheduled', 'waiting', 'sending', 'sent', 'refused', 'unknown')),
        queued_at INTEGER NOT NULL,
        sent_at INTEGER,
        next_attempt_at INTEGER,
        attempts INTEGER NOT NULL,
        error TEXT,
        dot_started INTEGER NOT NULL,
        copy_pending INTEGER NOT NULL,
        hold_until INTEGER,
        send_at INTEGER,
        answers TEXT
      ) STRICT;
      INSERT INTO outbox_002 SELECT *, NULL, NULL, NULL FROM outbox ORDER BY queued_at, rowid;
      DROP TABLE outbox;
      ALTER TABLE outbox_002 RENAME TO outbox;
      CREATE INDEX outbox_of_account ON outbox (account_id, state);`,
  },
  {
    // Outlives its draft: what is on the server then has to go.
    name: '003-draft-copy',
    sql: `
      CREATE TABLE draft_copy (
        draft_id TEXT NOT NULL,
        account_id TEXT NOT NULL,
        -- Of the content that the server has, or has refused; NULL when that is not known.
        revision TEXT,
        -- The message that the draft was made from, to be replaced by our copy.
        origin TEXT,
        PRIMARY KEY (draft_id, account_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX draft_copy_of_account ON draft_copy (account_id);`,
  },
  {
    name: '004-compose',
    sql: `
      -- Without angle brackets; set for images that stand in the draft's html.
      ALTER TABLE attachment ADD COLUMN content_id TEXT;
      -- Sent only with REQUIRETLS (RFC 8689).
      ALTER TABLE outbox ADD COLUMN require_tls INTEGER NOT NULL DEFAULT 0;`,
  },
];
