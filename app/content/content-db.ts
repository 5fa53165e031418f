/**
 * content.db: messages as they came, their text and the index of words. A cache beside mail.db
 * that may be deleted at any time; `token` ties a row to the message it belongs to, since a rowId
 * may be used again. The index holds no text of its own; its rowids follow the time of arrival.
 */
import type { DatabaseSync } from 'node:sqlite';
import { type Migration, openCache } from '../store/database.ts';

const content001: Migration = {
  name: 'content-001',
  sql: `
    -- Small rows, so that walking all of them is cheap; blobs lie elsewhere.
    CREATE TABLE doc (
      rowId INTEGER PRIMARY KEY,
      token INTEGER NOT NULL,
      -- 0: only headers are in the index. 1: source and text are here.
      kept INTEGER NOT NULL,
      storedBytes INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE source (rowId INTEGER PRIMARY KEY, raw BLOB NOT NULL) STRICT;
    CREATE TABLE text (rowId INTEGER PRIMARY KEY, text BLOB NOT NULL) STRICT;
    CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

    CREATE VIRTUAL TABLE search USING fts5(
      subject, sender, recipients, copies, body, names,
      content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
    );
    -- Fewer, larger merges: each transaction writes a segment of its own.
    INSERT INTO search(search, rank) VALUES ('automerge', 8);
  `,
};

/** What the index was given of the headers: NULL for what was stored before. */
const content002: Migration = {
  name: 'content-002',
  sql: 'ALTER TABLE text ADD COLUMN heads TEXT;',
};

export function openContentDatabase(path: string): { db: DatabaseSync; rebuilt: boolean } {
  return openCache(path, [content001, content002]);
}
