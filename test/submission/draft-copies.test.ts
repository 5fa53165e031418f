/** What a server should hold of a draft: blank, written, queued, sent, thrown away, moved elsewhere. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DraftCopies } from '../../app/submission/draft-copies.ts';
import { Drafts } from '../../app/submission/drafts.ts';
import { type OutboxRow, OutboxStore } from '../../app/submission/outbox-store.ts';

const blank = { accountId: 'a1', to: '', cc: '', bcc: '', subject: '', text: '' };

function start(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-copies-'));
  const store = new OutboxStore(dir);
  t.after(() => {
    store.close();
    rmSync(dir, { recursive: true });
  });
  const sender = (accountId: string) => ({ address: `mia@${accountId}.test`, name: 'Mia' });
  const ownAddress = (accountId: string) => `mia@${accountId}.test`;
  const touched: string[] = [];
  const drafts = new Drafts({
    store,
    onChanged: () => undefined,
    onTouched: (draftId) => touched.push(draftId),
  });
  return { store, drafts, touched, copies: new DraftCopies({ store, sender, ownAddress }) };
}

function queue(store: OutboxStore, draftId: string, change: Partial<OutboxRow>) {
  const row: OutboxRow = {
    outboxId: 'o1',
    accountId: 'a1',
    messageId: '<m@a1.test>',
    subject: '',
    reversePath: 'mia@a1.test',
    recipients: ['bob@x.test'],
    accepted: [],
    refused: [],
    sizeBytes: 1,
    state: 'waiting',
    queuedAt: new Date(),
    sentAt: undefined,
    nextAttemptAt: undefined,
    attempts: 0,
    error: undefined,
    dotStarted: false,
    copyPending: false,
    holdUntil: undefined,
    sendAt: undefined,
    answers: undefined,
    requireTls: false,
    ...change,
  };
  store.put(row);
  const draft = store.drafts.get(draftId);
  assert.ok(draft);
  store.drafts.put({ ...draft, outboxId: row.outboxId });
}

test('a blank draft has no copy, a written one has one until its content is there', async (t) => {
  const { drafts, copies, touched } = start(t);
  const { draftId } = drafts.create(blank);
  assert.deepEqual(copies.wanted(draftId, 'a1'), { kind: 'leave' });
  drafts.save(draftId, { ...blank, text: 'Dear Bob' });
  assert.deepEqual(touched, [draftId, draftId]);
  const first = copies.wanted(draftId, 'a1');
  assert.ok(first.kind === 'copy');
  assert.equal(first.messageId, `<${draftId}@a1.test>`);
  assert.ok(await copies.write(draftId, first.revision));
  copies.settled(draftId, 'a1', first.revision);
  assert.deepEqual(copies.due('a1'), []);
  // What was there is kept in step, also when all of it was taken out again.
  drafts.save(draftId, blank);
  const second = copies.wanted(draftId, 'a1');
  assert.ok(second.kind === 'copy' && second.revision !== first.revision);
  assert.equal(await copies.write(draftId, first.revision), undefined);
});

test('a copy holds Bcc and what else is known, half an address does no harm', async (t) => {
  const { drafts, copies } = start(t);
  const content = { ...blank, to: 'Ada <ada@x.test>, bo', bcc: 'eve@x.test', subject: 'Größe' };
  const { draftId } = drafts.create(content);
  const bytes = Buffer.from('attached');
  drafts.attachBytes(draftId, { fileName: 'a.txt', mimeType: 'text/plain', bytes });
  const wanted = copies.wanted(draftId, 'a1');
  assert.ok(wanted.kind === 'copy');
  const path = await copies.write(draftId, wanted.revision);
  assert.ok(path);
  const source = readFileSync(path, 'latin1');
  assert.match(source, /^To: Ada <ada@x\.test>\r$/m);
  assert.match(source, /^Bcc: eve@x\.test\r$/m);
  assert.match(source, new RegExp(`^X-Draft-Revision:\\s+${wanted.revision}\\r$`, 'm'));
  assert.match(source, /filename=a\.txt/);
  copies.release(path);
  assert.equal(existsSync(path), false);
});

test('a copy stays while the message waits, and goes when somebody has it', async (t) => {
  const { store, drafts, copies } = start(t);
  const { draftId } = drafts.create({ ...blank, text: 'soon' });
  const wanted = copies.wanted(draftId, 'a1');
  assert.ok(wanted.kind === 'copy' && (await copies.write(draftId, wanted.revision)));
  queue(store, draftId, { state: 'unknown' });
  assert.deepEqual(copies.wanted(draftId, 'a1'), { kind: 'leave' });
  assert.deepEqual(copies.leftOver('a1'), []);
  queue(store, draftId, { state: 'sent', recipients: [], accepted: ['bob@x.test'] });
  assert.equal(copies.wanted(draftId, 'a1').kind, 'none');
  assert.deepEqual(copies.leftOver('a1'), [draftId]);
  copies.forget(draftId, 'a1');
  assert.deepEqual(copies.due('a1'), []);
});

test('a draft that was sent before it had a copy asks nothing of the server', (t) => {
  const { store, drafts, copies } = start(t);
  const { draftId } = drafts.create({ ...blank, text: 'at once' });
  queue(store, draftId, { state: 'sent', recipients: [], accepted: ['bob@x.test'] });
  assert.deepEqual(copies.wanted(draftId, 'a1'), { kind: 'leave' });
});

test('a draft that goes over to another account leaves no copy behind', async (t) => {
  const { drafts, copies } = start(t);
  const { draftId } = drafts.create({ ...blank, text: 'from whom' });
  const wanted = copies.wanted(draftId, 'a1');
  assert.ok(wanted.kind === 'copy' && (await copies.write(draftId, wanted.revision)));
  drafts.save(draftId, { ...blank, accountId: 'a2', text: 'from whom' });
  assert.deepEqual(copies.accountsOf(draftId).sort(), ['a1', 'a2']);
  assert.equal(copies.wanted(draftId, 'a1').kind, 'none');
  assert.equal(copies.wanted(draftId, 'a2').kind, 'copy');
  drafts.discard(draftId);
  assert.deepEqual(copies.accountsOf(draftId), ['a1']);
});
