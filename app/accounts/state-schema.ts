/**
 * Schema of state.db. What lies here exists nowhere else, so it is written with synchronous=FULL.
 * `server_memory` outlives accounts on purpose: removing and re-adding an account must not undo
 * the ratchet or forget a pin. It holds a host name and a public key, nothing about a person.
 */
import type { Migration } from '../store/database.ts';

export const stateMigrations: readonly Migration[] = [
  {
    name: '001-accounts',
    sql: `
      CREATE TABLE account (
        account_id TEXT PRIMARY KEY,
        position INTEGER NOT NULL,
        address TEXT NOT NULL,
        address_key TEXT NOT NULL UNIQUE,
        display_name TEXT NOT NULL,
        user_name TEXT NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE secret (
        account_id TEXT PRIMARY KEY REFERENCES account(account_id) ON DELETE CASCADE,
        sealed BLOB NOT NULL
      ) STRICT;
      CREATE TABLE leg (
        account_id TEXT NOT NULL REFERENCES account(account_id) ON DELETE CASCADE,
        service TEXT NOT NULL CHECK (service IN ('imap', 'submission')),
        host TEXT NOT NULL,
        port INTEGER NOT NULL,
        transport TEXT NOT NULL,
        floor TEXT NOT NULL,
        allow_clear INTEGER NOT NULL,
        PRIMARY KEY (account_id, service)
      ) STRICT;
      CREATE TABLE server_memory (
        service TEXT NOT NULL,
        host TEXT NOT NULL,
        port INTEGER NOT NULL,
        floor TEXT NOT NULL,
        pin TEXT,
        PRIMARY KEY (service, host, port)
      ) STRICT;
      CREATE TABLE setting (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
      ) STRICT;`,
  },
  {
    // When the floor was reached, so that a person can be told what is remembered since when.
    name: '002-memory-since',
    sql: 'ALTER TABLE server_memory ADD COLUMN since INTEGER',
  },
  {
    name: '003-identities',
    sql: `
      CREATE TABLE identity (
        identity_id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES account(account_id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        address TEXT NOT NULL,
        reply_to TEXT,
        signature_text TEXT NOT NULL,
        signature_html TEXT,
        is_default INTEGER NOT NULL,
        is_own INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX identity_of_account ON identity (account_id);
      INSERT INTO identity
        SELECT 'own:' || account_id, account_id, display_name, address, NULL, '', NULL, 1, 1
        FROM account ORDER BY position;
      CREATE TRIGGER account_identity AFTER INSERT ON account BEGIN
        INSERT INTO identity VALUES ('own:' || NEW.account_id, NEW.account_id, NEW.display_name,
          NEW.address, NULL, '', NULL, 1, 1);
      END;
      -- What the submission server said that it can do, when it was last asked.
      CREATE TABLE submission_offer (
        account_id TEXT PRIMARY KEY REFERENCES account(account_id) ON DELETE CASCADE,
        require_tls INTEGER NOT NULL,
        max_bytes INTEGER
      ) STRICT;`,
  },
  {
    // Senders whose pictures the person loads always.
    name: '004-remote-senders',
    sql: `
      CREATE TABLE remote_sender (
        address TEXT PRIMARY KEY,
        since INTEGER NOT NULL
      ) STRICT`,
  },
];
