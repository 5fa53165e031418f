/**
 * Contents live in content.db. What is deleted here is noted in the same transaction, so that its
 * content goes too, whatever happens in between; the note is cleared when that is done.
 */
import type { Migration } from '../database.ts';

export const mail003: Migration = {
  name: 'mail-003-content',
  sql: `
    DROP TABLE message_source;
    UPDATE message SET content = 0;

    CREATE TABLE content_gone (
      goneId INTEGER PRIMARY KEY,
      messageRowId INTEGER NOT NULL,
      token INTEGER NOT NULL
    ) STRICT;
    CREATE TRIGGER message_content_gone AFTER DELETE ON message BEGIN
      INSERT INTO content_gone (messageRowId, token) VALUES (OLD.rowId, OLD.token);
    END;
  `,
};
