/** Lists over mailboxes, conversations, and where messages are shown while a change is on its way. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { MailboxRole, ViewDto } from '../../app/contract/index.ts';
import { openMailStore } from '../../app/store/mail-store.ts';
import type { MessageHeader } from '../../app/store/mail-types.ts';

const roles: readonly MailboxRole[] = ['inbox', 'sent', 'archive', 'junk', 'trash', 'all'];

function header(uid: number, more: Partial<MessageHeader> = {}): MessageHeader {
  return {
    uid,
    receivedAt: 1_700_000_000_000 + uid * 1_000,
    to: [],
    subject: `s${uid}`,
    messageId: `<${uid}@x>`,
    from: { name: `Person ${uid}`, address: `p${uid}@x` },
    seen: false,
    flagged: false,
    answered: false,
    hasAttachment: false,
    sizeBytes: 1,
    ...more,
  };
}

function open(path = ':memory:') {
  const store = openMailStore(path);
  const listed = roles.map((role) => ({
    path: role,
    name: role,
    depth: 0,
    role,
    selectable: true,
  }));
  store.writer.mailboxes.replace('a', listed);
  store.writer.mailboxes.replace('b', listed);
  const id = (role: MailboxRole, accountId = 'a') =>
    store.reader.mailboxByRole(accountId, role)?.mailboxId ?? 0;
  const uids = (view: ViewDto, filter?: 'unread' | 'starred' | 'attachments') => {
    const { total, messages } = store.views.list(view, filter, 0, 100);
    assert.equal(total, messages.length);
    return messages.map(({ uid }) => uid);
  };
  const shown = (mailboxId: number) =>
    store.reader.window(mailboxId, 0, 100).map(({ uid, mailboxId: keptIn }) => `${keptIn}/${uid}`);
  return { store, id, uids, shown };
}

test('a view is newest first over mailboxes and accounts; Junk, Trash and copies are left out', () => {
  const { store, id, uids } = open();
  store.writer.upsertMessages(id('inbox'), [header(1), header(4, { flagged: true })]);
  store.writer.upsertMessages(id('inbox', 'b'), [header(2), header(5, { seen: true })]);
  store.writer.upsertMessages(id('archive'), [header(3, { flagged: true, seen: true })]);
  for (const role of ['junk', 'trash', 'all'] as const) {
    store.writer.upsertMessages(id(role), [header(9, { flagged: true })]);
  }
  assert.deepEqual(uids({ kind: 'unified', role: 'inbox' }), [5, 4, 2, 1]);
  assert.deepEqual(uids({ kind: 'unread' }), [4, 2, 1]);
  assert.deepEqual(uids({ kind: 'starred' }), [4, 3]);
  assert.deepEqual(uids({ kind: 'starred' }, 'unread'), [4]);
  assert.deepEqual(uids({ kind: 'unified', role: 'inbox' }, 'unread'), [4, 2, 1]);
  assert.deepEqual(uids({ kind: 'mailbox', mailboxId: id('junk') }), [9]);
  assert.deepEqual(uids({ kind: 'unified', role: 'drafts' }), []);
  assert.deepEqual(store.views.counts(), {
    unread: 3,
    starred: 2,
    inbox: { total: 4, unseen: 3 },
  });
});

test('a mailbox that becomes Junk leaves the lists over all mailboxes, and comes back', () => {
  const { store, id, uids } = open();
  store.writer.upsertMessages(id('archive'), [header(1)]);
  const listed = (role: MailboxRole) => [
    { path: 'archive', name: 'archive', depth: 0, role, selectable: true },
  ];
  store.writer.mailboxes.replace('a', listed('junk'));
  assert.deepEqual(uids({ kind: 'unread' }), []);
  store.writer.mailboxes.replace('a', listed('archive'));
  assert.deepEqual(uids({ kind: 'unread' }), [1]);
});

test('every list walks an index: no sort, no scan of messages', () => {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-views-'));
  const path = join(dir, 'mail.db');
  const { store, id } = open(path);
  const db = new DatabaseSync(path);
  const views: ViewDto[] = [
    { kind: 'mailbox', mailboxId: id('inbox') },
    { kind: 'unified', role: 'inbox' },
    { kind: 'unread' },
    { kind: 'starred' },
  ];
  let plans = 0;
  for (const view of views) {
    for (const filter of [undefined, 'unread', 'starred', 'attachments'] as const) {
      for (const sql of store.views.queries(view, filter)) {
        const plan = db
          .prepare(`EXPLAIN QUERY PLAN ${sql}`)
          .all(...(sql.includes('?') ? [50, 90_000] : []))
          .map((row) => String(row.detail));
        assert.ok(!plan.some((line) => /TEMP B-TREE/.test(line)), `${sql}\n${plan.join('\n')}`);
        assert.ok(
          !plan.some((line) => /SCAN (?:message|conversation)/.test(line)),
          `${sql}\n${plan.join('\n')}`,
        );
        plans += 1;
      }
    }
  }
  assert.ok(plans >= 128);
  db.close();
  store.close();
  rmSync(dir, { recursive: true });
});

test('a filter of conversations shows each thread once, by the newest message that passes it', () => {
  const { store, id } = open();
  store.writer.upsertMessages(id('inbox'), [
    header(1),
    header(2, { seen: true, hasAttachment: true }),
    header(3, { inReplyTo: '<1@x>' }),
    header(4, { inReplyTo: '<3@x>', seen: true }),
  ]);
  const inbox: ViewDto = { kind: 'mailbox', mailboxId: id('inbox') };
  const list = (filter: 'unread' | 'attachments', order: 'newest' | 'oldest' = 'newest') => {
    const found = store.views.conversations(inbox, 0, 10, { filter, order });
    assert.equal(found.total, found.conversations.length);
    return found.conversations.map(({ newest, count, unseen }) => [newest.uid, count, unseen]);
  };
  assert.deepEqual(list('unread'), [[3, 3, 2]]);
  assert.deepEqual(list('attachments'), [[2, 1, 0]]);
});

test('oldest first is the same list from its other end, and a thread names what of it is shown', () => {
  const { store, id } = open();
  store.writer.upsertMessages(id('inbox'), [
    header(1),
    header(2),
    header(3, { inReplyTo: '<1@x>' }),
  ]);
  store.writer.upsertMessages(id('archive'), [header(4, { inReplyTo: '<3@x>' })]);
  const inbox: ViewDto = { kind: 'mailbox', mailboxId: id('inbox') };
  const oldest = store.views.list(inbox, undefined, 0, 10, { order: 'oldest' }).messages;
  assert.deepEqual(
    oldest.map(({ uid }) => uid),
    [1, 2, 3],
  );
  const { conversations } = store.views.conversations(inbox, 0, 10, { order: 'oldest' });
  assert.deepEqual(
    conversations.map(({ newest }) => newest.uid),
    [2, 3],
  );
  const threadId = oldest[0]?.threadId ?? 0;
  const uidsIn = (view: ViewDto) => store.views.threadInView(view, threadId).map(({ uid }) => uid);
  assert.deepEqual(uidsIn(inbox), [3, 1]);
  assert.deepEqual(uidsIn({ kind: 'unified', role: 'archive' }), [4]);
  assert.deepEqual(uidsIn({ kind: 'unread' }), [4, 3, 1]);
});

test('conversations are told by their newest message, with counts and names', () => {
  const { store, id } = open();
  const reply = { inReplyTo: '<1@x>' };
  store.writer.upsertMessages(id('inbox'), [
    header(1, { seen: true }),
    header(2),
    header(3, { ...reply, flagged: true }),
    header(4, { inReplyTo: '<3@x>' }),
  ]);
  const list = (view: ViewDto) => {
    const { total, conversations } = store.views.conversations(view, 0, 10);
    assert.equal(total, conversations.length);
    return conversations.map(({ newest, count, unseen }) => [newest.uid, count, unseen]);
  };
  const inbox: ViewDto = { kind: 'mailbox', mailboxId: id('inbox') };
  assert.deepEqual(list(inbox), [
    [4, 3, 2],
    [2, 1, 1],
  ]);
  const [first] = store.views.conversations(inbox, 0, 1).conversations;
  assert.deepEqual(first?.participants, ['Person 4', 'Person 3', 'Person 1']);
  assert.deepEqual(list({ kind: 'unread' }), [
    [4, 2, 2],
    [2, 1, 1],
  ]);
  assert.deepEqual(list({ kind: 'starred' }), [[3, 1, 1]]);
  store.writer.setFlags(id('inbox'), new Map([[4, { seen: true }]]));
  assert.deepEqual(list(inbox)[0], [4, 3, 1]);
  assert.deepEqual(list({ kind: 'unread' })[0], [3, 1, 1]);
  store.writer.removeMessages(id('inbox'), [4]);
  assert.deepEqual(list(inbox)[0], [3, 2, 1]);
  store.placement.show(id('inbox'), [3], id('trash'));
  assert.deepEqual(list(inbox), [
    [2, 1, 1],
    [1, 1, 0],
  ]);
  assert.deepEqual(list({ kind: 'starred' }), []);
});

test('a whole thread has each message once, the inbox’s copy before others, without Junk and Trash', () => {
  const { store, id } = open();
  const reply = { inReplyTo: '<1@x>' };
  store.writer.upsertMessages(id('inbox'), [header(1)]);
  store.writer.upsertMessages(id('all'), [
    header(1, { uid: 51 }),
    header(2, { uid: 52, ...reply }),
  ]);
  store.writer.upsertMessages(id('sent'), [header(3, reply)]);
  store.writer.upsertMessages(id('junk'), [header(4, reply)]);
  store.writer.upsertMessages(id('trash'), [header(5, reply)]);
  const threadId = store.reader.message(id('inbox'), 1)?.threadId ?? 0;
  assert.deepEqual(
    store.views.thread('a', threadId).map(({ uid }) => uid),
    [1, 52, 3],
  );
});

test('a moved message is shown at once where it will be, and named by where it is', () => {
  const { store, id, shown } = open();
  const { placement, writer, reader } = store;
  writer.upsertMessages(id('inbox'), [header(1), header(2)]);
  assert.deepEqual(
    [...placement.show(id('inbox'), [1], id('archive'))].sort(),
    [id('inbox'), id('archive')].sort(),
  );
  assert.deepEqual(shown(id('archive')), [`${id('inbox')}/1`]);
  assert.equal(reader.mailbox(id('archive'))?.total, 1);
  // A sync of either mailbox undoes nothing and shows nothing twice.
  writer.upsertMessages(id('inbox'), [header(1, { flagged: true })]);
  writer.removeMessages(id('inbox'), [1]);
  writer.upsertMessages(id('archive'), [header(1, { uid: 70 })]);
  assert.deepEqual(shown(id('archive')), [`${id('inbox')}/1`]);
  assert.equal(placement.showArrived(id('archive')), false);
  placement.relocate(id('inbox'), id('archive'), new Map([[1, 70]]));
  assert.deepEqual(shown(id('archive')), [`${id('archive')}/70`]);
  assert.deepEqual(shown(id('inbox')), [`${id('inbox')}/2`]);
  assert.equal(reader.mailbox(id('inbox'))?.stored, 1);
});

test('a move without known uids: the old row goes, and what came is shown', () => {
  const { store, id, shown } = open();
  const { placement, writer } = store;
  writer.upsertMessages(id('inbox'), [header(1)]);
  placement.show(id('inbox'), [1], id('archive'));
  writer.upsertMessages(id('archive'), [header(1, { uid: 70 })]);
  placement.remove(id('inbox'), [1]);
  assert.equal(placement.showArrived(id('archive')), true);
  assert.deepEqual(shown(id('archive')), [`${id('archive')}/70`]);
});

test('what is marked as deleted is not shown, and is again without the mark', () => {
  const { store, id, shown, uids } = open();
  store.writer.upsertMessages(id('inbox'), [header(1, { deleted: true }), header(2)]);
  assert.deepEqual(shown(id('inbox')), [`${id('inbox')}/2`]);
  assert.deepEqual(uids({ kind: 'unread' }), [2]);
  assert.equal(store.writer.setFlags(id('inbox'), new Map([[2, { deleted: true }]])), 1);
  assert.deepEqual(shown(id('inbox')), []);
  store.writer.upsertMessages(id('inbox'), [header(1, { deleted: false })]);
  assert.deepEqual(shown(id('inbox')), [`${id('inbox')}/1`]);
  assert.deepEqual(uids({ kind: 'unread' }), [1]);
});

test('after a start all is shown where the server keeps it, deletions included', () => {
  const { store, id, shown } = open();
  store.writer.upsertMessages(id('inbox'), [header(1), header(2), header(3, { deleted: true })]);
  store.placement.show(id('inbox'), [1], id('archive'));
  store.placement.show(id('inbox'), [2], 0);
  store.placement.showAllBack('b');
  assert.deepEqual(shown(id('inbox')), []);
  store.placement.showAllBack('a');
  assert.deepEqual(shown(id('inbox')), [`${id('inbox')}/2`, `${id('inbox')}/1`]);
});
