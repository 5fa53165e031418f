/**
 * Schema of contacts.db: the address book. The person's own, and nowhere else: synchronous=FULL.
 * `contact` holds each entry as JSON of the contract's shape; the other tables find it.
 */
import type { Migration } from '../store/database.ts';

export const contactMigrations: readonly Migration[] = [
  {
    name: '001-contacts',
    sql: `
      CREATE TABLE contact (
        contact_id TEXT PRIMARY KEY,
        -- The name without case and diacritics.
        sort_key TEXT NOT NULL,
        content TEXT NOT NULL
      ) STRICT;
      CREATE INDEX contact_by_name ON contact (sort_key, contact_id);
      CREATE TABLE contact_address (
        address_key TEXT NOT NULL,
        contact_id TEXT NOT NULL REFERENCES contact(contact_id) ON DELETE CASCADE,
        PRIMARY KEY (address_key, contact_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX contact_address_of ON contact_address (contact_id);
      CREATE TABLE contact_word (
        word TEXT NOT NULL,
        contact_id TEXT NOT NULL REFERENCES contact(contact_id) ON DELETE CASCADE,
        PRIMARY KEY (word, contact_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX contact_word_of ON contact_word (contact_id);`,
  },
];
