import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ChosenSources } from '../../app/transfer/chosen-sources.ts';
import { folder, put } from './folder.ts';

const letter = 'Subject: x\n\nx\n';
const mbox = `From ada@example.org Sun Jan  3 04:05:06 2021\n${letter}\n`;

test('says what kind of mail lies in what was chosen, and names what has none', async (t) => {
  const dir = folder(t);
  put(dir, 'old.mbox', mbox);
  put(dir, 'letter.EML', letter);
  put(dir, 'notes.txt', 'no mail');
  put(dir, 'Maildir/cur/1:2,S', letter);
  put(dir, 'Maildir/.Work/cur/2:2,', letter);
  put(dir, 'Local Folders/Inbox', mbox);
  put(dir, 'letters/one.eml', letter);
  put(dir, 'empty/readme', 'no mail');
  const names = [
    'old.mbox',
    'letter.EML',
    'notes.txt',
    'Maildir',
    'Local Folders',
    'letters',
    'empty',
  ];
  const sources = new ChosenSources();
  const chosen = await sources.add([...names, 'gone'].map((name) => join(dir, name)));
  assert.deepEqual(
    chosen.sources.map(({ name, kind, mailboxes }) => [name, kind, mailboxes]),
    [
      ['old.mbox', 'mbox', 1],
      ['letter.EML', 'eml', 1],
      ['Maildir', 'maildir', 2],
      ['Local Folders', 'thunderbird', 1],
      ['letters', 'eml', 1],
    ],
  );
  assert.deepEqual(chosen.refused, ['notes.txt', 'empty', 'gone']);
  const first = chosen.sources[0];
  assert.ok(first);
  assert.deepEqual(sources.get(first.sourceId), { kind: 'mbox', path: join(dir, 'old.mbox') });
});

test('a name that this program did not give leads to no file, were it a path', async (t) => {
  const dir = folder(t);
  put(dir, 'old.mbox', mbox);
  const sources = new ChosenSources();
  for (const sourceId of [join(dir, 'old.mbox'), '', 'x']) {
    assert.throws(() => sources.get(sourceId), { code: 'transfer.source-unreadable' });
  }
});

test('the same place keeps its name', async (t) => {
  const dir = folder(t);
  put(dir, 'old.mbox', mbox);
  const sources = new ChosenSources();
  const path = join(dir, 'old.mbox');
  const ids = [await sources.add([path]), await sources.add([path])].map(
    (chosen) => chosen.sources[0]?.sourceId,
  );
  assert.ok(ids[0]);
  assert.equal(ids[0], ids[1]);
});
