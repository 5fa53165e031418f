/** Words that begin so are read from the index's pages: as SQLite itself lists them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openContentDatabase } from '../../app/content/content-db.ts';
import { ContentReader } from '../../app/content/content-reader.ts';
import { wordsBeginning } from '../../app/content/index-words.ts';
import { Rng } from '../fuzz/support/rng.ts';

const syllables = 'ha ro mi é ж 東 ber lu sto ň a x9 gre'.split(' ');

function drawWord(rng: Rng): string {
  return Array.from({ length: 1 + rng.below(5) }, () => rng.pick(syllables)).join('');
}

/** Words of an index of many segments, some merged in part, some documents gone. */
function fill(db: DatabaseSync, rng: Rng): void {
  const add = db.prepare('INSERT INTO search(rowid, subject, body) VALUES (?, ?, ?)');
  const drop = db.prepare('DELETE FROM search WHERE rowid = ?');
  const merge = db.prepare("INSERT INTO search(search, rank) VALUES ('merge', ?)");
  const rare = Array.from({ length: 4_000 }, () => drawWord(rng));
  let rowId = 0;
  for (let round = 0; round < 12; round += 1) {
    db.exec('BEGIN');
    for (let count = 0; count < 700; count += 1) {
      rowId += 1;
      const body = Array.from({ length: 25 }, () => rng.pick(rare));
      add.run(rowId, 'berlusto harolu', `harolu harbour ${body.join(' ')}`);
    }
    for (let count = 0; count < 40; count += 1) drop.run(1 + rng.below(rowId));
    db.exec('COMMIT');
    if (round % 3 === 2) merge.run(60);
  }
}

test('words of a beginning are those that SQLite lists', (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'index-words-'));
  context.after(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  const path = join(dir, 'content.db');
  const { db } = openContentDatabase(path);
  const rng = new Rng(7);
  fill(db, rng);
  db.exec('CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, row)');
  const listed = db.prepare(
    'SELECT term FROM temp.words WHERE term >= ? AND term < ? || char(0x10ffff)',
  );
  new DatabaseSync(join(dir, 'mail.db')).close();
  const reader = new ContentReader(path, join(dir, 'mail.db'));
  let asked = 0;
  const beginnings = ['harol', 'harolu', 'berlus', 'berlusto', 'harbou', 'ha', 'x', 'nowhere'];
  for (let count = 0; count < 300; count += 1) {
    const word = drawWord(rng);
    beginnings.push(word.slice(0, 1 + rng.below(word.length)));
  }
  for (const letters of beginnings) {
    const { words } = wordsBeginning(reader, letters);
    if (words === undefined) continue;
    asked += 1;
    const wanted = listed.all(letters, letters).map(({ term }) => String(term));
    assert.deepEqual([...words].sort(), wanted.sort(), letters);
  }
  reader.close();
  db.close();
  assert.ok(asked >= 5, `${asked} beginnings were few words`);
});
