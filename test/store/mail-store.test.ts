/** mail.db: windows, counts, flags, reset, damage. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openMailStore } from '../../app/store/mail-store.ts';
import type { MessageHeader } from '../../app/store/mail-types.ts';

const header = (uid: number, more: Partial<MessageHeader> = {}): MessageHeader => ({
  uid,
  receivedAt: 1_700_000_000_000 + uid * 1_000,
  to: [],
  subject: `s${uid}`,
  seen: false,
  flagged: false,
  answered: false,
  hasAttachment: false,
  sizeBytes: 100,
  ...more,
});

function openWithInbox() {
  const store = openMailStore(':memory:');
  const inbox = {
    path: 'INBOX',
    name: 'INBOX',
    depth: 0,
    role: 'inbox',
    selectable: true,
  } as const;
  store.writer.mailboxes.replace('a', [inbox]);
  const mailbox = () => {
    const found = store.reader.mailboxByRole('a', 'inbox');
    if (found === undefined) throw new Error('no inbox');
    return found;
  };
  return { store, mailbox, id: mailbox().mailboxId, inbox };
}

test('a window is newest first, by arrival and then by uid', () => {
  const { store, id } = openWithInbox();
  const same = { receivedAt: 1_700_000_900_000 };
  store.writer.upsertMessages(id, [header(3), header(9, same), header(7, same), header(5)]);
  const uids = (offset: number, limit: number) =>
    store.reader.window(id, offset, limit).map(({ uid }) => uid);
  assert.deepEqual(uids(0, 10), [9, 7, 5, 3]);
  assert.deepEqual(uids(1, 2), [7, 5]);
  assert.deepEqual(uids(4, 2), []);
});

test('a window is read from an index, without a scan or a sort', () => {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-store-'));
  const path = join(dir, 'mail.db');
  openMailStore(path).close();
  const db = new DatabaseSync(path);
  const plan = db
    .prepare(
      `EXPLAIN QUERY PLAN SELECT * FROM message WHERE shownIn = ?
       ORDER BY rowId DESC LIMIT ? OFFSET ?`,
    )
    .all(1, 50, 0)
    .map((row) => String(row.detail));
  db.close();
  rmSync(dir, { recursive: true });
  assert.deepEqual(plan, ['SEARCH message USING INDEX message_shown (shownIn=?)']);
});

test('many messages of one second all find a place, and hostile times too', () => {
  const { store, id, mailbox } = openWithInbox();
  const second = { receivedAt: 1_700_000_000_000 };
  for (let from = 1; from <= 5_000; from += 200) {
    const batch = Array.from({ length: 200 }, (_, index) => header(from + index, second));
    store.writer.upsertMessages(id, batch);
  }
  const odd = [Number.MAX_SAFE_INTEGER, -5, 0.5].map((receivedAt, index) =>
    header(10_000 + index, { receivedAt }),
  );
  store.writer.upsertMessages(id, odd);
  assert.equal(mailbox().total, 5_003);
  assert.equal(store.reader.window(id, 0, 1)[0]?.uid, 10_000);
});

test('counts follow what comes, is read and goes', () => {
  const { store, id, mailbox } = openWithInbox();
  const counts = () => [mailbox().total, mailbox().unseen];
  store.writer.upsertMessages(id, [header(1), header(2), header(3, { seen: true })]);
  assert.deepEqual(counts(), [3, 2]);
  store.writer.setFlags(id, new Map([[1, { seen: true }]]));
  assert.deepEqual(counts(), [3, 1]);
  store.writer.setFlags(id, new Map([[3, { seen: false }]]));
  assert.deepEqual(counts(), [3, 2]);
  store.writer.removeMessages(id, [2, 99]);
  assert.deepEqual(counts(), [2, 1]);
  store.writer.upsertMessages(id, [header(1, { seen: false })]);
  assert.deepEqual(counts(), [2, 2]);
});

test('flags that are as they were count as no change', () => {
  const { store, id } = openWithInbox();
  store.writer.upsertMessages(id, [header(1)]);
  assert.equal(store.writer.setFlags(id, new Map([[1, { flagged: false }]])), 0);
  assert.equal(store.writer.setFlags(id, new Map([[1, { flagged: true }]])), 1);
  assert.equal(store.writer.setFlags(id, new Map([[2, { flagged: true }]])), 0);
  assert.equal(store.reader.message(id, 1)?.flagged, true);
});

test('a new uidValidity leaves nothing of the old messages, and notes their contents as gone', () => {
  const { store, id, mailbox } = openWithInbox();
  store.writer.upsertMessages(id, [header(1)]);
  const { rowId = 0, token = 0 } = store.reader.message(id, 1) ?? {};
  store.writer.setKept([{ rowId, token, snippet: 'first words' }]);
  const kept = store.reader.message(id, 1);
  assert.deepEqual([kept?.snippet, kept?.content], ['first words', 'kept']);
  store.writer.mailboxes.setSyncPoint(id, { uidNext: 2, highestModSeq: 9n, complete: true });
  store.writer.mailboxes.reset(id, 77);
  const { total, unseen, uidValidity, uidNext, complete, highestModSeq } = mailbox();
  assert.deepEqual(
    { total, unseen, uidValidity, uidNext, complete, highestModSeq },
    { total: 0, unseen: 0, uidValidity: 77, uidNext: 0, complete: false, highestModSeq: 0n },
  );
  const gone = store.reader.contentGone(10);
  assert.deepEqual(
    gone.map(({ key }) => key),
    [{ rowId, token }],
  );
  store.writer.clearContentGone(gone[0]?.goneId ?? 0);
  assert.deepEqual(store.reader.contentGone(10), []);
});

test('content that came for a message that went, or for another in its place, is not noted', () => {
  const { store, id } = openWithInbox();
  store.writer.upsertMessages(id, [header(1)]);
  const { rowId = 0, token = 0 } = store.reader.message(id, 1) ?? {};
  store.writer.setKept([
    { rowId: 12_345, token, snippet: 'x' },
    { rowId, token: token + 1, snippet: 'x' },
  ]);
  store.writer.setContent([{ rowId, token: token + 1 }], 'unavailable');
  const message = store.reader.message(id, 1);
  assert.deepEqual([message?.snippet, message?.content], ['', 'none']);
  assert.equal(store.reader.messageByKey({ rowId, token: token + 1 }), undefined);
});

test('contents can be forgotten in steps, when content.db was made anew', () => {
  const { store, id } = openWithInbox();
  const all = Array.from({ length: 450 }, (_, index) => header(index + 1));
  store.writer.upsertMessages(id, all);
  store.writer.setKept(store.reader.window(id, 0, 400).map((row) => ({ ...row, snippet: 's' })));
  let steps = 0;
  for (let from: number | undefined = 0; from !== undefined; steps += 1) {
    from = store.writer.forgetContents(from);
  }
  assert.equal(steps, 4);
  assert.equal(store.reader.newestWithoutContent(id, 500, 1_000).length, 450);
});

test('an account goes in steps, its mailboxes last', () => {
  const { store, id, inbox } = openWithInbox();
  store.writer.mailboxes.replace('b', [inbox]);
  store.writer.upsertMessages(
    id,
    Array.from({ length: 450 }, (_, index) => header(index + 1)),
  );
  let steps = 1;
  while (store.writer.removeSomeOfAccount('a')) {
    assert.equal(store.reader.mailboxes('a').length, 1);
    steps += 1;
  }
  assert.equal(steps, 3);
  assert.deepEqual(store.reader.mailboxes('a'), []);
  assert.equal(store.reader.mailboxes('b').length, 1);
  assert.equal(store.reader.contentGone(1_000).length, 450);
});

test('messages that came are told of once, and only those', () => {
  const { store, id } = openWithInbox();
  const told: number[] = [];
  store.writer.onInserted = (messages) => {
    const uids = messages.map((key) => store.reader.messageByKey(key)?.uid ?? 0);
    told.push(...uids);
  };
  store.writer.upsertMessages(id, [header(1), header(2)]);
  store.writer.upsertMessages(id, [header(2, { seen: true }), header(3)]);
  assert.deepEqual(told, [1, 2, 3]);
});

test('mailboxes gone from the server go; the others keep their id and messages', () => {
  const { store, id, inbox } = openWithInbox();
  store.writer.upsertMessages(id, [header(1)]);
  const old = { ...inbox, path: 'Old', role: 'none' } as const;
  store.writer.mailboxes.replace('a', [inbox, old]);
  store.writer.mailboxes.replace('b', [inbox]);
  store.writer.mailboxes.replace('a', [{ ...inbox, name: 'Eingang', total: 5 }]);
  assert.deepEqual(
    store.reader.mailboxes('a').map(({ mailboxId, name, total }) => ({ mailboxId, name, total })),
    [{ mailboxId: id, name: 'Eingang', total: 1 }],
  );
  assert.equal(store.reader.mailboxes('b').length, 1);
  while (store.writer.removeSomeOfAccount('a'));
  assert.deepEqual([store.reader.mailboxes('a'), store.reader.window(id, 0, 5)], [[], []]);
});

test('only small, recent messages without content are fetched ahead', () => {
  const { store, id } = openWithInbox();
  store.writer.upsertMessages(id, [header(1), header(2), header(3, { sizeBytes: 999 }), header(4)]);
  const { rowId = 0, token = 0 } = store.reader.message(id, 4) ?? {};
  store.writer.setKept([{ rowId, token, snippet: '' }]);
  assert.deepEqual(store.reader.newestWithoutContent(id, 3, 500), [2]);
});

test('a damaged file is set aside and an empty store opened; a sound one is kept', () => {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-store-'));
  const path = join(dir, 'mail.db');
  writeFileSync(path, 'this is no database, '.repeat(500));
  const first = openMailStore(path);
  assert.equal(first.rebuilt, true);
  assert.ok(existsSync(`${path}.damaged`));
  first.close();
  const second = openMailStore(path);
  assert.equal(second.rebuilt, false);
  second.close();
  assert.equal(statSync(path).mode & 0o777, 0o600);
  rmSync(dir, { recursive: true });
});

test('a store of a newer program is refused and left as it is', () => {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-store-'));
  const path = join(dir, 'mail.db');
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  assert.throws(() => openMailStore(path), { code: 'storage.newer-schema' });
  assert.ok(!existsSync(`${path}.damaged`));
  rmSync(dir, { recursive: true });
});

test('bodies that are here and bodies that lack are counted among the same messages', () => {
  const { store, id, inbox } = openWithInbox();
  const others = ['archive', 'trash'] as const;
  const named = others.map((role) => ({ ...inbox, path: role, name: role, role }));
  store.writer.mailboxes.replace('a', [inbox, ...named]);
  const [archive = 0, trash = 0] = others.map(
    (role) => store.reader.mailboxByRole('a', role)?.mailboxId,
  );
  store.writer.upsertMessages(id, [
    header(1),
    header(2, { deleted: true }),
    header(3),
    header(4),
    header(5, { emailId: 'e5', messageId: '<e5@x.test>' }),
  ]);
  store.writer.upsertMessages(archive, [header(1, { emailId: 'e5', messageId: '<e5@x.test>' })]);
  const counts = (mailboxId: number) => store.sync.contentCounts(mailboxId, 0);
  assert.deepEqual(counts(id), { total: 4, missing: 4 });
  store.placement.show(id, [3], trash);
  store.placement.show(id, [4], archive);
  assert.deepEqual(counts(id), { total: 2, missing: 2 });
  assert.deepEqual(counts(archive), { total: 2, missing: 2 });
  assert.deepEqual(counts(trash), { total: 1, missing: 1 });
  const { rowId = 0, token = 0 } = store.reader.message(archive, 1) ?? {};
  store.writer.setKept([{ rowId, token, snippet: '' }]);
  assert.deepEqual(counts(id), { total: 2, missing: 1 });
  assert.deepEqual(counts(archive), { total: 2, missing: 1 });
});

test('a moved message is shown where it is meant, at its new home when nothing else is known', () => {
  const { store, id, inbox } = openWithInbox();
  const other = (path: string, role: 'archive' | 'trash') => ({ ...inbox, path, name: path, role });
  store.writer.mailboxes.replace('a', [
    inbox,
    other('Archive', 'archive'),
    other('Trash', 'trash'),
  ]);
  const [archive = 0, trash = 0] = ['Archive', 'Trash'].map(
    (path) => store.reader.mailboxByPath('a', path)?.mailboxId,
  );
  store.writer.upsertMessages(
    id,
    [1, 2, 3, 4].map((uid) => header(uid)),
  );
  const shownIn = (mailboxId: number, uid: number) => store.reader.message(mailboxId, uid)?.shownIn;
  // On its way further; shown at home; being deleted for good; marked by the move itself.
  store.placement.show(id, [1], trash);
  store.placement.show(id, [3], 0);
  const marked = { deleted: true, seen: false, flagged: false, answered: false };
  store.writer.setFlags(id, new Map([[4, marked]]));
  const uids = new Map([1, 2, 3, 4].map((uid) => [uid, uid + 10]));
  assert.deepEqual(store.placement.relocate(id, archive, uids), { shownHome: 2, absent: 0 });
  assert.deepEqual(
    [11, 12, 13, 14].map((uid) => shownIn(archive, uid)),
    [trash, archive, 0, archive],
  );
  // A sync took the row away here, and brought one there or will.
  const gone = new Map([
    [7, 11],
    [8, 18],
  ]);
  assert.deepEqual(store.placement.relocate(id, archive, gone), { shownHome: 1, absent: 1 });
});
