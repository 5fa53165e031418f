/** Opening a profile and searching it walk indexes: no statement reads all of a table. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { letter, openLab } from './support.ts';

/** `SCAN` of a table is a walk over all of it; of FTS5 and of a subquery it is not. */
function scans(db: DatabaseSync, sql: string): string[] {
  return db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => String(row.detail))
    .filter((detail) => /^SCAN\b/.test(detail) && !/VIRTUAL TABLE|^SCAN hit\b/.test(detail));
}

test('no statement of opening, reading or searching is a scan or a sort', async (context) => {
  const lab = openLab();
  context.after(() => lab.end());
  await lab.content.keep(lab.add([letter('One', 'pelican')]));
  const db = new DatabaseSync(join(lab.dir, 'content.db'), { readOnly: true });
  db.prepare('ATTACH ? AS mail').run(join(lab.dir, 'mail.db'));
  const statements = [
    "SELECT value FROM state WHERE name = 'clean'",
    'SELECT raw FROM source JOIN doc USING (rowId) WHERE rowId = 1 AND token = 2 AND kept = 1',
    'SELECT * FROM mail.message WHERE rowId = 1 AND token = 2',
    'SELECT * FROM mail.message INDEXED BY message_thread WHERE threadId = 1 LIMIT 30',
    'SELECT rowId FROM mail.message WHERE shownIn = 1 AND rowId < 9 AND rowId >= 0 ORDER BY rowId DESC LIMIT 9',
    'SELECT rowId FROM mail.message WHERE shownIn = 1 AND seen = 0 AND rowId < 9 ORDER BY rowId DESC LIMIT 9',
    'SELECT rowId FROM mail.message WHERE shownIn = 1 AND flagged = 1 AND rowId < 9 ORDER BY rowId DESC LIMIT 9',
    `SELECT hit.id, m.rowId FROM (SELECT rowid AS id FROM search WHERE search MATCH 'a' AND rowid < 9
       ORDER BY rowid DESC LIMIT 9) AS hit LEFT JOIN doc ON doc.rowId = hit.id
       LEFT JOIN mail.message AS m ON m.rowId = hit.id AND m.token = doc.token`,
  ];
  for (const sql of statements) {
    assert.deepEqual(scans(db, sql), [], sql);
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    assert.ok(!plan.some((row) => String(row.detail).includes('TEMP B-TREE')), sql);
  }
  assert.notDeepEqual(
    scans(db, 'SELECT * FROM mail.message WHERE subject = 1'),
    [],
    'the check sees one',
  );
  db.close();
});
