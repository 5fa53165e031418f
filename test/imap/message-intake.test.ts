/** Rows of one mailbox that come over two connections. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FetchMessageObject } from 'imapflow';
import { LiveChanges } from '../../app/imap/live-changes.ts';
import { MailboxSync } from '../../app/imap/mailbox-sync.ts';
import { MessageIntake } from '../../app/imap/message-intake.ts';
import { openMailStore } from '../../app/store/mail-store.ts';
import { PendingFlags } from '../../app/tasks/pending-flags.ts';

function openIntake() {
  const store = openMailStore(':memory:');
  store.writer.mailboxes.replace('a', [
    { path: 'INBOX', name: 'INBOX', depth: 0, role: 'inbox', selectable: true },
  ]);
  const mailboxId = store.reader.mailboxByRole('a', 'inbox')?.mailboxId ?? 0;
  store.writer.mailboxes.reset(mailboxId, 7);
  const live = new LiveChanges();
  const context = {
    ...store,
    pending: new PendingFlags(),
    changed: () => undefined,
    arrived: () => undefined,
  };
  const intake = new MessageIntake(context, mailboxId, live);
  const seen = (uid: number) => store.reader.message(mailboxId, uid)?.seen;
  return { store, live, intake, seen, sync: new MailboxSync(context, mailboxId), mailboxId };
}

function row(flags: string[], modseq: bigint): FetchMessageObject {
  const envelope = { subject: 's' };
  const internalDate = new Date('2026-11-01T10:00:00Z');
  return { seq: 1, uid: 1, flags: new Set(flags), modseq, envelope, internalDate, size: 10 };
}

test('a row that was overtaken by a newer one on another connection does not undo it', async () => {
  const { store, live, intake, seen } = openIntake();
  const slow = live.begin();
  const quick = live.begin();
  await intake.headers([row(['\\Seen'], 12n)], 7);
  quick();
  await intake.headers([row([], 11n)], 7);
  slow();
  assert.equal(seen(1), true);
  store.close();
});

test('a row that is newer than what another connection stored is taken', async () => {
  const { store, live, intake, seen } = openIntake();
  const slow = live.begin();
  const quick = live.begin();
  await intake.headers([row(['\\Seen'], 12n)], 7);
  quick();
  await intake.headers([row([], 13n)], 7);
  slow();
  assert.equal(seen(1), false);
  store.close();
});

test('a change that was told late, after another connection has been further, is no news', async () => {
  const { store, intake, seen, sync, mailboxId } = openIntake();
  await intake.headers([row(['\\Seen'], 12n)], 7);
  store.writer.mailboxes.setSyncPoint(mailboxId, {
    uidNext: 2,
    highestModSeq: 12n,
    complete: true,
  });
  sync.noteFlags(1, new Set(), 11n);
  assert.equal(seen(1), true);
  sync.noteFlags(1, new Set(), 13n);
  assert.equal(seen(1), false);
  store.close();
});
