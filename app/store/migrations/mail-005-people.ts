/**
 * People of the mail, for suggestions while an address is typed. Messages that came, or went to
 * Junk, are noted by triggers and counted a few at a time, so that neither sync nor typing waits.
 */
import type { Migration } from '../database.ts';

export const mail005: Migration = {
  name: 'mail-005-people',
  sql: `
    CREATE TABLE person (
      personId INTEGER PRIMARY KEY,
      accountId TEXT NOT NULL,
      addressKey TEXT NOT NULL,
      address TEXT NOT NULL,
      name TEXT NOT NULL,
      -- When the name was last seen.
      nameAt INTEGER NOT NULL,
      -- 2 written to, 1 wrote, 0 a machine or junk.
      tier INTEGER NOT NULL,
      -- Logarithm of a sum that fades: how often and how lately. Larger is more.
      weight REAL NOT NULL,
      -- Beginnings to be found by, between spaces.
      words TEXT NOT NULL,
      UNIQUE (addressKey, accountId)
    ) STRICT;
    CREATE INDEX person_best ON person (tier DESC, weight DESC);
    CREATE TABLE person_word (
      word TEXT NOT NULL,
      personId INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,
      PRIMARY KEY (word, personId)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX person_word_of ON person_word (personId);

    -- Messages that are not counted yet.
    CREATE TABLE person_todo (rowId INTEGER PRIMARY KEY) STRICT;
    INSERT INTO person_todo SELECT rowId FROM message;
    CREATE TRIGGER person_message_added AFTER INSERT ON message BEGIN
      INSERT OR IGNORE INTO person_todo VALUES (NEW.rowId);
    END;
    CREATE TRIGGER person_message_removed AFTER DELETE ON message BEGIN
      DELETE FROM person_todo WHERE rowId = OLD.rowId;
    END;
    CREATE TRIGGER person_message_junk AFTER UPDATE OF shownIn ON message
      WHEN OLD.shownIn <> NEW.shownIn
        AND (SELECT role FROM mailbox WHERE mailboxId = NEW.shownIn) = 'junk' BEGIN
      INSERT OR IGNORE INTO person_todo VALUES (NEW.rowId);
    END;
  `,
};
