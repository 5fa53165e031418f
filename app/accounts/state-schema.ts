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
    // Senders whose pictures the person loads always.
    name: '003-remote-senders',
    sql: `
      CREATE TABLE remote_sender (
        address TEXT PRIMARY KEY,
        since INTEGER NOT NULL
      ) STRICT`,
  },
];
