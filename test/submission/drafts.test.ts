import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Drafts } from '../../app/submission/drafts.ts';
import { OutboxStore } from '../../app/submission/outbox-store.ts';
import { content } from './outbox-bench.ts';

let dir: string;
let store: OutboxStore;
let drafts: Drafts;
let changes: number;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drafts-'));
  changes = 0;
  open();
});
afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

function open(): void {
  store = new OutboxStore(dir);
  drafts = new Drafts({
    store,
    onChanged: () => {
      changes += 1;
    },
  });
}
function reopen(): void {
  store.close();
  open();
}

const files = () => readdirSync(join(dir, 'attachments'));
const base64 = (text: string) => Buffer.from(text).toString('base64');
const begin = (draftId: string, sizeBytes: number) =>
  drafts.beginAttachment({ draftId, fileName: 'a.txt', mimeType: 'text/plain', sizeBytes });

test('what is typed is there after a restart', () => {
  const { draftId } = drafts.create(content({ to: 'half an addr' }));
  drafts.save(draftId, content({ text: 'more' }));
  reopen();
  assert.equal(drafts.list()[0]?.text, 'more');
  assert.equal(changes, 2);
});

test('chunks are kept in order, and the attachment counts once it is finished', () => {
  const { draftId } = drafts.create(content());
  const { attachmentId } = begin(draftId, 11);
  drafts.appendAttachment(attachmentId, base64('hello '));
  assert.deepEqual(drafts.list()[0]?.attachments, []);
  drafts.appendAttachment(attachmentId, base64('world'));
  const finished = drafts.finishAttachment(attachmentId);
  assert.deepEqual(drafts.list()[0]?.attachments, [finished]);
  const path = store.drafts.attachmentPath(attachmentId);
  assert.equal(readFileSync(path, 'utf8'), 'hello world');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.throws(() => drafts.appendAttachment(attachmentId, base64('!')), {
    code: 'attachment.not-found',
  });
});

test('more bytes than announced end the attachment, fewer too', () => {
  const { draftId } = drafts.create(content());
  const more = begin(draftId, 3).attachmentId;
  assert.throws(() => drafts.appendAttachment(more, base64('four')), {
    code: 'attachment.too-large',
  });
  const fewer = begin(draftId, 3).attachmentId;
  drafts.appendAttachment(fewer, base64('no'));
  assert.throws(() => drafts.finishAttachment(fewer), { code: 'contract.invalid-input' });
  assert.deepEqual(files(), []);
});

test('an attachment may be as large as the limit, and not larger', () => {
  const { draftId } = drafts.create(content());
  assert.throws(() => begin(draftId, 100 * 1024 * 1024 + 1), { code: 'attachment.too-large' });
  begin(draftId, 100 * 1024 * 1024);
});

test('a restart clears attachments that never finished, and files that nothing names', () => {
  const { draftId } = drafts.create(content());
  const { attachmentId } = begin(draftId, 5);
  drafts.appendAttachment(attachmentId, base64('half'));
  writeFileSync(join(dir, 'attachments', 'stray'), 'x');
  const kept = drafts.attachBytes(draftId, {
    fileName: 'b',
    mimeType: 'a/b',
    bytes: Buffer.from('kept'),
  });
  reopen();
  assert.deepEqual(files(), [kept.attachmentId]);
  assert.deepEqual(drafts.list()[0]?.attachments, [kept]);
});

test('discarding a draft, or one attachment, removes the bytes', () => {
  const { draftId } = drafts.create(content());
  const part = { fileName: 'b', mimeType: 'a/b', bytes: Buffer.from('x') };
  const first = drafts.attachBytes(draftId, part);
  drafts.attachBytes(draftId, part);
  drafts.removeAttachment(first.attachmentId);
  assert.equal(files().length, 1);
  drafts.discard(draftId);
  assert.deepEqual(files(), []);
  assert.deepEqual(drafts.list(), []);
});

test('a queued draft is no draft any more: it cannot be saved, discarded or attached to', () => {
  const { draftId } = drafts.create(content());
  const row = store.drafts.get(draftId);
  assert.ok(row);
  store.drafts.put({ ...row, outboxId: 'queued' });
  assert.deepEqual(drafts.list(), []);
  const code = 'draft.not-found';
  assert.throws(() => drafts.save(draftId, content()), { code });
  assert.throws(() => drafts.discard(draftId), { code });
  assert.throws(() => begin(draftId, 1), { code });
});

test('the file name that a person chose is never a path here', () => {
  const { draftId } = drafts.create(content());
  const part = { fileName: '../../evil', mimeType: 'a/b', bytes: Buffer.from('x') };
  const { attachmentId } = drafts.attachBytes(draftId, part);
  assert.deepEqual(files(), [attachmentId]);
});

test('a draft says whether its layout is more than can be sent', () => {
  const check = (html: string | undefined) =>
    drafts.check(drafts.create(content(html === undefined ? {} : { html })).draftId);
  assert.deepEqual(check(undefined), { plainOnly: false });
  assert.deepEqual(check('<p>A few <b>words</b>.</p>'), { plainOnly: false });
  assert.deepEqual(check(`${'<div>'.repeat(260)}deep${'</div>'.repeat(260)}`), { plainOnly: true });
  assert.deepEqual(check('<br>'.repeat(40_001)), { plainOnly: true });
});
