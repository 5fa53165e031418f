/** Uploads into mailboxes of a real Dovecot: names, what is there already, what is refused. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ImapError } from '../../app/errors.ts';
import type { MessageToAppend } from '../../app/ports.ts';
import { accountId, type Lab, letter, startLab, startMail, until, user } from './engine-lab.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.stop());

function message(text: string, messageId?: string): MessageToAppend {
  const raw = Buffer.from(text);
  const sha256 = createHash('sha256').update(raw).digest('hex');
  return { raw, sha256, flags: [], ...(messageId === undefined ? {} : { messageId }) };
}

function start(t: { after(work: () => Promise<void>): void }) {
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  return app;
}

async function mailboxes(): Promise<string[]> {
  const said = await lab.dovecot.doveadm(['mailbox', 'list', '-8', '-s', '-u', user]);
  return said.trim().split('\n');
}

test('mailboxes are made with those above them, subscribed, and listed at once', async (t) => {
  const app = start(t);
  await app.mail.uploads.ensureMailbox(accountId, ['Neu', 'Ä/B', 'So * so %']);
  const listed = await mailboxes();
  for (const path of ['Neu', 'Neu/Ä_B', 'Neu/Ä_B/So _ so _'])
    assert.ok(listed.includes(path), path);
  assert.notEqual(app.store.reader.mailboxByPath(accountId, 'Neu/Ä_B/So _ so _'), undefined);
  // Names of another file system, and of another case for INBOX, mean the same mailbox.
  await app.mail.uploads.ensureMailbox(accountId, ['Neu', 'A\u0308/B']);
  await app.mail.uploads.ensureMailbox(accountId, ['inbox']);
  const again = await mailboxes();
  assert.equal(again.filter((path) => path.startsWith('Neu')).length, 3);
  assert.ok(!again.includes('inbox'));
});

test('a name that this server refuses is made plainer', async (t) => {
  const app = start(t);
  await app.mail.uploads.ensureMailbox(accountId, ['pop.example.org', 'Inbox']);
  assert.ok((await mailboxes()).includes('pop_example_org/Inbox'));
});

test('a mailbox that cannot be is an error that says so', async (t) => {
  const app = start(t);
  await assert.rejects(
    app.mail.uploads.ensureMailbox(accountId, ['x'.repeat(2_000)]),
    (error) => error instanceof ImapError && error.params.status === 'NO',
  );
});

test('what is there is known by Message-ID, else by its bytes', async (t) => {
  const name = 'Known';
  await lab.dovecot.doveadm(['mailbox', 'create', '-u', user, name]);
  const withId = letter('with an id', { id: 'known@example.test' });
  const without = 'Subject: no id\r\n\r\nsame size 1\r\n';
  await lab.dovecot.appendAll(
    user,
    [withId, without].map((raw) => ({ raw, options: { mailbox: name } })),
  );
  const app = start(t);
  const target = await app.mail.uploads.ensureMailbox(accountId, [name]);
  const known = message(withId, '<known@example.test>');
  assert.equal(await target.has(known, 'message-id'), true);
  assert.equal(await target.has(known, 'bytes'), true);
  const changed = message(withId.replace('This is', 'That is'), '<known@example.test>');
  assert.equal(await target.has(changed, 'message-id'), true);
  assert.equal(await target.has(changed, 'bytes'), false);
  // SEARCH finds parts of a value; a part is not the id.
  assert.equal(await target.has(message(withId, '<nown@example.test>'), 'message-id'), false);
  assert.equal(await target.has(message(without), 'bytes'), true);
  assert.equal(await target.has(message(without.replace('1', '2')), 'bytes'), false);
  assert.deepEqual(await target.append(changed), { kind: 'appended' });
  assert.equal(await target.has(changed, 'bytes'), true);
  await target.finished();
  await until(
    () => app.store.reader.mailboxByPath(accountId, name)?.total === 3,
    'the message in the list',
  );
});

test('flags and the date are kept, also in a mailbox that is not selected', async (t) => {
  const app = start(t);
  const target = await app.mail.uploads.ensureMailbox(accountId, ['Flags']);
  const receivedAt = new Date('2001-02-03T04:05:06Z');
  const flags = ['\\Seen', '\\Draft'];
  const done = await target.append({ ...message(letter('flags')), flags, receivedAt });
  assert.equal(done.kind, 'appended');
  const said = await lab.dovecot.doveadm([
    ...['fetch', '-u', user, 'flags date.received.unixtime', 'mailbox', 'Flags', 'all'],
  ]);
  assert.match(said, /\\Seen/);
  assert.match(said, /\\Draft/);
  assert.match(said, new RegExp(String(receivedAt.getTime() / 1_000)));
});

test('a mailbox that went away is an error, not a refusal of the message', async (t) => {
  const app = start(t);
  const target = await app.mail.uploads.ensureMailbox(accountId, ['Gone']);
  await lab.dovecot.doveadm(['mailbox', 'delete', '-u', user, 'Gone']);
  await assert.rejects(target.append(message(letter('gone'))), { code: 'imap.mailbox-gone' });
});
