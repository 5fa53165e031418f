/** Nothing of a removed account is left in the files of the profile. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { until } from '../imap/engine-lab.ts';
import { letter, listed, openLab } from './support.ts';

function filesWith(dir: string, word: string): string[] {
  return readdirSync(dir).filter((name) => readFileSync(join(dir, name)).includes(word));
}

/** Words that no compressor shortens: they stand alone in a message too short to be packed. */
function raw(word: string, index: number): string {
  return letter(
    `${word} ${index}`,
    `${word}body${index} ${index}`,
    `From: ${word} <${word}@x.test>`,
  );
}

test('after removal and compaction a word of its mail is in no file', async () => {
  const lab = openLab();
  lab.store.writer.mailboxes.replace('b', [listed('INBOX', 'inbox')]);
  const keepAll = async (word: string, path: string) => {
    for (let from = 1; from <= 600; from += 100) {
      const raws = Array.from({ length: 100 }, (_, index) => raw(word, from + index));
      await lab.content.keep(lab.add(raws, { path, from }));
    }
  };
  await keepAll('xylophone', 'INBOX');
  const other = lab.store.reader.mailboxByPath('b', 'INBOX');
  assert.ok(other);
  const header = { to: [], seen: true, flagged: false, answered: false, hasAttachment: false };
  lab.store.writer.upsertMessages(other.mailboxId, [
    { ...header, uid: 1, receivedAt: 1_700_000_000_000, subject: 'marimba', sizeBytes: 5 },
  ]);
  await lab.content.sizes();
  lab.store.writer.checkpoint();
  assert.ok(filesWith(lab.dir, 'xylophone').length >= 2, 'the word lies readable before');
  while (lab.store.writer.removeSomeOfAccount('a'));
  writeFileSync(join(lab.dir, 'mail.db.damaged'), 'xylophone');
  await lab.content.wipe();
  assert.deepEqual(filesWith(lab.dir, 'xylophone'), []);
  assert.notDeepEqual(filesWith(lab.dir, 'marimba'), [], 'other accounts keep theirs');
  assert.deepEqual(await lab.content.sizes(), []);
  await lab.end();
});

test('a wipe that was cut short by the end is made good at the next start', async () => {
  const lab = openLab();
  for (let from = 1; from <= 600; from += 100) {
    const raws = Array.from({ length: 100 }, (_, index) => raw('xylophone', from + index));
    await lab.content.keep(lab.add(raws, { from }));
  }
  while (lab.store.writer.removeSomeOfAccount('a'));
  await until(() => lab.store.reader.contentGone(1).length === 0, 'the contents to go');
  await lab.close();
  // Only a wipe takes this away.
  writeFileSync(join(lab.dir, 'content.db.damaged'), 'xylophone');
  assert.notDeepEqual(filesWith(lab.dir, 'xylophone'), [], 'something is left to be wiped');
  const db = new DatabaseSync(join(lab.dir, 'content.db'));
  db.exec("INSERT OR REPLACE INTO state (name, value) VALUES ('compacting', '1')");
  db.close();
  const again = openLab(lab.dir);
  await until(
    () => filesWith(lab.dir, 'xylophone').length === 0 && !again.content.reader.noted('compacting'),
    'nothing to be left',
  );
  await again.end();
});
