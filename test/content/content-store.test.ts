/** content.db and the thread that writes it: keeping, reading, removing, damage, unclean ends. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { until } from '../imap/engine-lab.ts';
import { letter, openLab } from './support.ts';

function found(dir: string, match: string): number {
  const db = new DatabaseSync(join(dir, 'content.db'), { readOnly: true });
  try {
    return db.prepare('SELECT rowid FROM search WHERE search MATCH ?').all(match).length;
  } finally {
    db.close();
  }
}

test('what is kept is read again, searchable, and noted in mail.db with its first words', async () => {
  const lab = openLab();
  const items = lab.add([letter('Boats', 'The tide was höher than usual.'), letter('Two', 'b')]);
  const kept = await lab.content.keep(items);
  assert.deepEqual(
    kept.map(({ snippet }) => snippet),
    ['The tide was höher than usual.', 'b'],
  );
  const message = lab.message(1);
  assert.deepEqual([message.content, message.snippet], ['kept', kept[0]?.snippet]);
  assert.equal(
    Buffer.from(lab.content.source(message) ?? []).compare(items[0]?.raw ?? Buffer.of()),
    0,
  );
  assert.equal(lab.content.source({ ...message, token: message.token + 1 }), undefined);
  assert.deepEqual([found(lab.dir, 'hoher'), found(lab.dir, 'sender:lovelace')], [1, 2]);
  await lab.end();
});

test('headers are searchable before the content is here, and stay so after', async () => {
  const lab = openLab();
  const items = lab.add([letter('Harbour festival', 'with fireworks')]);
  await until(() => found(lab.dir, 'harbour') === 1, 'the header to be indexed');
  assert.equal(found(lab.dir, 'fireworks'), 0);
  await lab.content.keep(items);
  assert.deepEqual([found(lab.dir, 'harbour'), found(lab.dir, 'fireworks')], [1, 1]);
  await lab.end();
});

test('contents of deleted messages go, and what another message put in their place stays', async () => {
  const lab = openLab();
  const [first, second] = lab.add([letter('One', 'pelican'), letter('Two', 'pelican')]);
  assert.ok(first && second);
  await lab.content.keep([first, second]);
  lab.store.writer.removeMessages(lab.mailbox('INBOX'), [1]);
  await until(() => found(lab.dir, 'pelican') === 1, 'the content to go');
  assert.equal(lab.content.source(first), undefined);
  assert.ok(lab.content.source(second));
  // The same second again: the same rowId for another message.
  const [again] = lab.add([letter('Three', 'heron')]);
  assert.equal(again?.rowId, first.rowId);
  assert.equal(lab.content.source(first), undefined);
  await until(() => lab.store.reader.contentGone(1).length === 0, 'the note to be cleared');
  await lab.end();
});

test('files are for the person alone', async () => {
  const lab = openLab();
  await lab.content.keep(lab.add([letter('One', 'x')]));
  const names = readdirSync(lab.dir);
  assert.ok(names.includes('content.db-wal'));
  for (const name of names) assert.equal(statSync(join(lab.dir, name)).mode & 0o077, 0, name);
  await lab.end();
});

test('a damaged file is set aside, and what was kept is to come again', async () => {
  const lab = openLab();
  await lab.content.keep(lab.add([letter('One', 'pelican')]));
  await lab.close();
  writeFileSync(join(lab.dir, 'content.db'), 'no database, '.repeat(1_000));
  const again = openLab(lab.dir);
  await until(() => again.message(1).content === 'none', 'the content to be forgotten');
  assert.ok(existsSync(join(lab.dir, 'content.db.damaged')));
  await until(() => found(lab.dir, 'subject:one') === 1, 'headers to be indexed again');
  await again.end();
});

test('a page that turns out damaged while the engine runs leads to a new file', async () => {
  const lab = openLab();
  const items = lab.add(
    Array.from({ length: 60 }, (_, index) =>
      letter(`Number ${index}`, `${index} words `.repeat(200)),
    ),
  );
  await lab.content.keep(items);
  await lab.close();
  // The first pages hold the schema; what comes after them is read only when it is needed.
  const path = join(lab.dir, 'content.db');
  const size = statSync(path).size;
  const db = new DatabaseSync(path);
  const pages = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'source'").get();
  db.close();
  const root = Number(pages?.rootpage);
  assert.ok(root * 4096 <= size);
  const bytes = Buffer.alloc(4096, 0xee);
  const { openSync, writeSync, closeSync } = await import('node:fs');
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, (root - 1) * 4096);
  closeSync(file);
  const again = openLab(lab.dir);
  assert.equal(again.content.source(again.message(3)), undefined);
  await until(() => again.message(3).content === 'none', 'the content to be forgotten');
  const item = items[2];
  assert.ok(item);
  await again.content.keep([item]);
  assert.ok(again.content.source(item));
  await again.end();
});

test('after an end without a goodbye the two files are compared', async () => {
  const lab = openLab();
  const items = lab.add([
    letter('One', 'pelican'),
    letter('Two', 'pelican'),
    letter('Three', 'tern'),
  ]);
  await lab.content.keep(items);
  await lab.close();
  const content = new DatabaseSync(join(lab.dir, 'content.db'));
  content.exec("UPDATE state SET value = '0' WHERE name = 'clean'");
  // Lost with the power: one that mail.db believes to be here.
  content.exec(`DELETE FROM source WHERE rowId = ${items[0]?.rowId}`);
  content.exec(`DELETE FROM doc WHERE rowId = ${items[0]?.rowId}`);
  content.close();
  const mail = new DatabaseSync(join(lab.dir, 'mail.db'));
  mail.exec(`DELETE FROM message WHERE rowId = ${items[2]?.rowId}; DELETE FROM content_gone`);
  mail.close();
  const again = openLab(lab.dir);
  await until(() => again.message(1).content === 'none', 'the lost content to be noticed');
  await until(() => found(lab.dir, 'tern') === 0, 'the orphan to go');
  assert.equal(again.message(2).content, 'kept');
  await again.end();
});

test('a profile that ended well is opened without comparing the two files', async () => {
  const lab = openLab();
  await lab.content.keep(lab.add([letter('One', 'pelican')]));
  await lab.close();
  const mail = new DatabaseSync(join(lab.dir, 'mail.db'));
  mail.exec('DELETE FROM message; DELETE FROM content_gone');
  mail.close();
  const again = openLab(lab.dir);
  // Answered after all that was asked before it.
  await again.content.keep(again.add([letter('Two', 'tern')], { from: 5 }));
  await again.content.sizes();
  assert.equal(found(lab.dir, 'pelican'), 1);
  await again.end();
});

test('a thread that ends by itself is started again', async () => {
  const lab = openLab();
  const [first, second] = lab.add([letter('One', 'pelican'), letter('Two', 'tern')]);
  assert.ok(first && second);
  const lost = lab.content.keep([{ ...first, rowId: Number.NaN }]);
  await assert.rejects(lost);
  await lab.content.keep([second]);
  assert.equal(found(lab.dir, 'tern'), 1);
  await lab.end();
});

test('keeping after the end is refused, and what was under way is finished', async () => {
  const lab = openLab();
  const items = lab.add([letter('One', 'pelican')]);
  const keeping = lab.content.keep(items);
  await lab.content.stop();
  await keeping.catch(() => undefined);
  await assert.rejects(lab.content.keep(items), { code: 'cancelled' });
  assert.equal(found(lab.dir, 'pelican'), 1);
  lab.store.close();
  rmSync(lab.dir, { recursive: true });
});
