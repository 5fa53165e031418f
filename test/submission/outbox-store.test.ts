import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openDatabase } from '../../app/store/database.ts';
import { Drafts } from '../../app/submission/drafts.ts';
import { outboxMigrations } from '../../app/submission/outbox-schema.ts';
import { OutboxStore } from '../../app/submission/outbox-store.ts';
import { content } from './outbox-bench.ts';

test('files go after the commit: rows that come back without it find theirs', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'outbox-store-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const store = new OutboxStore(dir);
  t.after(() => store.close());
  const drafts = new Drafts({ store, onChanged: () => undefined });
  const { draftId } = drafts.create(content());
  const part = { fileName: 'x', mimeType: 'a/b', bytes: Buffer.from('x') };
  const { attachmentId } = drafts.attachBytes(draftId, part);
  const files = [store.messagePath('o1'), store.drafts.attachmentPath(attachmentId)];
  writeFileSync(store.messagePath('o1'), 'x');
  const remove = () => {
    store.remove('o1');
    store.drafts.remove(draftId);
    assert.deepEqual(files.map(existsSync), [true, true], 'before the commit');
  };
  // As after a kill: what was not committed did not happen.
  assert.throws(() =>
    store.transaction(() => {
      remove();
      throw new Error('killed');
    }),
  );
  assert.deepEqual(files.map(existsSync), [true, true]);
  assert.equal(store.drafts.attachments(draftId).length, 1);
  store.transaction(remove);
  assert.deepEqual(files.map(existsSync), [false, false]);
});

test('a message that is adopted as a draft is one with what it was made from, or is not there', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'outbox-store-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const store = new OutboxStore(dir);
  t.after(() => store.close());
  const drafts = new Drafts({ store, onChanged: () => undefined });
  const part = { fileName: 'x', mimeType: 'a/b', bytes: Buffer.from('x') };
  const adopted = { content: content(), pictures: new Map() };
  const killed = () => {
    throw new Error('killed');
  };
  assert.throws(() => drafts.make(adopted, [part], true, killed));
  assert.deepEqual(drafts.list(), []);
  assert.deepEqual(readdirSync(join(dir, 'attachments')), []);
  const origins: string[] = [];
  const draft = drafts.make(adopted, [part], true, (draftId) => origins.push(draftId));
  assert.deepEqual(origins, [draft.draftId]);
  assert.equal(draft.attachments.length, 1);
});

test('rows of the first schema are there after the second, in their order', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'outbox-store-'));
  t.after(() => rmSync(dir, { recursive: true }));
  await mkdir(join(dir, 'outbox'));
  const old = new DatabaseSync(join(dir, 'outbox.db'));
  old.exec(outboxMigrations[0]?.sql ?? '');
  old.exec('PRAGMA user_version = 1');
  for (const [id, queuedAt] of [
    ['late', 2_000],
    ['early', 1_000],
  ] as const) {
    old
      .prepare(
        `INSERT INTO outbox VALUES (?, 'a1', '<m@x>', 'Hi', 'ada@x', '["bob@x"]', '["eve@x"]', '[]',
           1, 'unknown', ?, NULL, NULL, 3, NULL, 1, 0)`,
      )
      .run(id, queuedAt);
    writeFileSync(join(dir, 'outbox', `${id}.eml`), 'x');
  }
  old.close();
  const store = new OutboxStore(dir);
  t.after(() => store.close());
  const rows = store.list();
  assert.deepEqual(
    rows.map(({ outboxId }) => outboxId),
    ['early', 'late'],
  );
  const [row] = rows;
  assert.ok(row);
  assert.deepEqual(row.recipients, ['bob@x']);
  assert.deepEqual(row.accepted, ['eve@x']);
  assert.deepEqual([row.state, row.dotStarted, row.attempts], ['unknown', true, 3]);
  assert.deepEqual([row.holdUntil, row.sendAt, row.answers], [undefined, undefined, undefined]);
  assert.ok(store.hasMessage('early'));
});

test('drafts and attachments from before rich text still open', () => {
  const dir = mkdtempSync(join(tmpdir(), 'outbox-old-'));
  const old = openDatabase(join(dir, 'outbox.db'), outboxMigrations.slice(0, 3), {
    synchronous: 'FULL',
  });
  const content = { accountId: 'a1', to: 'b@x', cc: '', bcc: '', subject: 's', text: 'old' };
  old
    .prepare('INSERT INTO draft VALUES (?, ?, ?, ?, ?, ?)')
    .run('d1', 'a1', JSON.stringify(content), null, 1, null);
  old
    .prepare('INSERT INTO attachment VALUES (?, ?, ?, ?, ?, ?, ?)')
    .run('f1', 'd1', 'a.png', 'image/png', 1, 1, 1);
  old.close();
  mkdirSync(join(dir, 'attachments'));
  writeFileSync(join(dir, 'attachments', 'f1'), 'x');
  const store = new OutboxStore(dir);
  const drafts = new Drafts({ store, onChanged: () => undefined });
  const [draft] = drafts.list();
  assert.equal(draft?.html, undefined);
  assert.deepEqual(
    draft?.attachments.map(({ fileName, inline, url }) => [fileName, inline, url]),
    [['a.png', false, '/part/draft-f1']],
  );
  store.close();
  rmSync(dir, { recursive: true });
});
