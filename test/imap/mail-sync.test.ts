/** Mail sync against a real Dovecot: first sync, IDLE, flags, expunge, uidValidity, bodies. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { events } from '../../app/contract/index.ts';
import { accountId, type Lab, letter, startLab, startMail, until, user } from './engine-lab.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.stop());

const many = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => ({
    raw: letter(`${prefix} ${index}`),
    options: { receivedAt: new Date(Date.UTC(2026, 0, 1) + index * 60_000) },
  }));

async function emptyInbox() {
  await lab.dovecot.doveadm(['expunge', '-u', user, 'mailbox', 'INBOX', 'all']);
}

test('the first screen holds the newest fifty before the rest is fetched', async (t) => {
  await emptyInbox();
  await lab.dovecot.appendAll(user, many(330, 'first'));
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  const totals: number[] = [];
  const push = app.events.push.bind(app.events);
  app.events.push = (...items) => {
    for (const { name } of items) {
      if (name === 'messages.changed') totals.push(app.inbox().total);
    }
    return push(...items);
  };
  app.start();
  await until(() => app.inbox().complete, 'a complete INBOX');
  assert.equal(totals[0], 50);
  assert.equal(app.inbox().total, 330);
  const { total, rows } = app.mail.window(app.inbox().mailboxId, 0, 3);
  assert.equal(total, 330);
  assert.deepEqual(
    rows.map((row) => row.subject),
    ['first 329', 'first 328', 'first 327'],
  );
  assert.ok(!app.events.some(({ name }) => name === 'message.arrived'));
});

test('new mail arrives while idling, with its row', async (t) => {
  await emptyInbox();
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete, 'a complete INBOX');
  await lab.dovecot.deliver(user, letter('knock knock', { body: 'Are you there?' }));
  await until(() => app.events.some(({ name }) => name === 'message.arrived'), 'an arrival');
  const event = app.events.find(({ name }) => name === 'message.arrived');
  const { row } = events['message.arrived'].parse(event?.payload);
  assert.equal(row.subject, 'knock knock');
  await until(
    () => app.mail.window(app.inbox().mailboxId, 0, 1).rows[0]?.snippet === 'Are you there?',
    'a snippet from the body fetched ahead',
  );
});

test('flags changed elsewhere reach the store, and ours reach the server', async (t) => {
  await emptyInbox();
  await lab.dovecot.append(user, letter('flags'));
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete && app.inbox().total === 1, 'one message');
  const row = () => app.mail.window(app.inbox().mailboxId, 0, 1).rows[0];
  assert.equal(row()?.seen, false);
  assert.equal(app.inbox().unseen, 1);
  await lab.dovecot.doveadm(['flags', 'add', '-u', user, '\\Seen', 'mailbox', 'INBOX', 'all']);
  await until(() => row()?.seen === true, 'seen elsewhere');
  assert.equal(app.inbox().unseen, 0);
  const { path, uidValidity } = app.inbox();
  const uid = row()?.ref.uid ?? 0;
  app.tasks.add(accountId, 'flags', { path, uidValidity, uids: [uid], flagged: true, seen: false });
  assert.equal(row()?.flagged, true);
  await until(async () => {
    const said = await lab.dovecot.doveadm([
      'fetch',
      '-u',
      user,
      'flags',
      'mailbox',
      'INBOX',
      'all',
    ]);
    return said.includes('\\Flagged') && !said.includes('\\Seen');
  }, 'our flags on the server');
  await until(() => app.taskStore.list(accountId).length === 0, 'no task left');
});

test('a message expunged elsewhere goes from the store', async (t) => {
  await emptyInbox();
  await lab.dovecot.appendAll(user, many(3, 'gone'));
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete && app.inbox().total === 3, 'three messages');
  await lab.dovecot.doveadm(['expunge', '-u', user, 'mailbox', 'INBOX', 'subject', 'gone 1']);
  await until(() => app.inbox().total === 2, 'two messages');
  const { rows } = app.mail.window(app.inbox().mailboxId, 0, 10);
  assert.deepEqual(
    rows.map((row) => row.subject),
    ['gone 2', 'gone 0'],
  );
});

test('what changed while away is found on reconnecting', async (t) => {
  await emptyInbox();
  await lab.dovecot.appendAll(user, many(3, 'away'));
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete && app.inbox().total === 3, 'three messages');
  app.state.online = false;
  app.cut();
  await lab.dovecot.doveadm(['expunge', '-u', user, 'mailbox', 'INBOX', 'subject', 'away 0']);
  await lab.dovecot.doveadm([
    'flags',
    'add',
    '-u',
    user,
    '\\Seen',
    'mailbox',
    'INBOX',
    'subject',
    'away 1',
  ]);
  await lab.dovecot.append(user, letter('while away'));
  app.state.online = true;
  app.mail.retry(accountId);
  await until(() => {
    const { rows } = app.mail.window(app.inbox().mailboxId, 0, 10);
    const seen = rows.filter((row) => row.seen).map((row) => row.subject);
    const all = rows.map((row) => row.subject);
    return all.length === 3 && all.includes('while away') && seen.join() === 'away 1';
  }, "the server's state");
});

test('a changed uidValidity empties the mailbox and fills it anew', async (t) => {
  await emptyInbox();
  await lab.dovecot.appendAll(user, many(2, 'validity'));
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete && app.inbox().total === 2, 'two messages');
  const before = app.inbox();
  const ref = app.mail.window(before.mailboxId, 0, 1).rows[0]?.ref;
  assert.ok(ref);
  await lab.dovecot.doveadm([
    'mailbox',
    'update',
    '-u',
    user,
    '--uid-validity',
    String(before.uidValidity + 7),
    'INBOX',
  ]);
  app.cut();
  await until(() => app.inbox().uidValidity === before.uidValidity + 7, 'the new uidValidity');
  await until(() => app.inbox().complete && app.inbox().total === 2, 'two messages again');
  await assert.rejects(app.mail.bodies.openMessage(ref), { code: 'message.not-found' });
});

test('a change made offline is shown, survives a sync, and reaches the server later', async (t) => {
  await emptyInbox();
  await lab.dovecot.append(user, letter('offline'));
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete && app.inbox().total === 1, 'one message');
  app.state.online = false;
  app.cut();
  await until(
    () => app.events.some((event) => JSON.stringify(event).includes('"offline"')),
    'offline',
  );
  const { path, uidValidity, mailboxId } = app.inbox();
  const uid = app.mail.window(mailboxId, 0, 1).rows[0]?.ref.uid ?? 0;
  app.tasks.add(accountId, 'flags', { path, uidValidity, uids: [uid], seen: true });
  assert.equal(app.mail.window(mailboxId, 0, 1).rows[0]?.seen, true);
  assert.equal(app.taskStore.list(accountId).length, 1);
  // A change elsewhere makes the next sync read this message's flags.
  await lab.dovecot.doveadm(['flags', 'add', '-u', user, '\\Flagged', 'mailbox', 'INBOX', 'all']);
  app.state.online = true;
  app.mail.retry(accountId);
  await until(() => app.mail.window(mailboxId, 0, 1).rows[0]?.flagged === true, 'their flag');
  assert.equal(app.mail.window(mailboxId, 0, 1).rows[0]?.seen, true);
  await until(() => app.taskStore.list(accountId).length === 0, 'no task left');
  const said = await lab.dovecot.doveadm(['fetch', '-u', user, 'flags', 'mailbox', 'INBOX', 'all']);
  assert.match(said, /\\Seen/);
});

test('a refused password is tried once, and again only when asked', async (t) => {
  const app = startMail(lab.dovecot, { password: 'wrong' });
  t.after(() => app.stop());
  app.start();
  await until(() => app.problems.length === 1, 'the refusal');
  assert.equal(app.problems[0]?.code, 'auth.failed');
  const opened = app.state.opened;
  await assert.rejects(
    app.mail.account(accountId).run((client) => client.noop()),
    { code: 'auth.failed' },
  );
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.equal(app.state.opened, opened);
  app.state.password = 'right';
  app.mail.retry(accountId);
  await until(() => app.inbox().complete, 'a complete INBOX');
});

test('mailboxes have roles and counts, and one that is opened is filled', async (t) => {
  await lab.dovecot.append(user, letter('filed'), { mailbox: 'Archive' });
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete, 'a complete INBOX');
  // INBOX comes before the list of the others.
  const find = () => app.mail.mailboxes(accountId).find(({ role }) => role === 'archive');
  await until(() => find() !== undefined, 'the list of mailboxes');
  const archive = find();
  assert.ok(archive);
  await app.mail.syncMailbox(archive.mailboxId);
  assert.equal(app.mail.window(archive.mailboxId, 0, 10).rows[0]?.subject, 'filed');
  assert.equal(app.mail.mailboxes(accountId)[0]?.role, 'inbox');
});

test('the copy in Sent is made once, and found by its Message-ID', async (t) => {
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete, 'a complete INBOX');
  const raw = join(lab.dir, 'sent-once.eml');
  await writeFile(raw, letter('sent once', { id: 'sent-once@example.test' }));
  const { sentCopy } = app.mail;
  assert.equal(await sentCopy.findByMessageId(accountId, '<sent-once@example.test>'), 'absent');
  await sentCopy.append(accountId, raw, '<sent-once@example.test>');
  await sentCopy.append(accountId, raw, 'sent-once@example.test');
  assert.equal(await sentCopy.findByMessageId(accountId, '<sent-once@example.test>'), 'found');
  const sent = app.store.reader.mailboxByRole(accountId, 'sent');
  assert.equal(sent?.total, 1);
  assert.equal(app.mail.window(sent?.mailboxId ?? 0, 0, 1).rows[0]?.seen, true);
});

test('a Message-ID that carries a command is refused before the wire', async (t) => {
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete, 'a complete INBOX');
  await assert.rejects(
    async () => app.mail.sentCopy.findByMessageId(accountId, 'x"\r\nX1 STORE 1 +FLAGS (\\Deleted)'),
    { code: 'imap.failed' },
  );
});

test('after a renewal no connection of before stands, and mail still arrives', async (t) => {
  await emptyInbox();
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete, 'a complete INBOX');
  const before = app.openSockets();
  assert.ok(before.length > 0);
  app.mail.renew(accountId);
  await until(() => before.every((socket) => socket.destroyed), 'the old connections closed');
  await lab.dovecot.deliver(user, letter('after renewal'));
  await until(() => app.inbox().total === 1, 'the message');
});

test('an arrival that both connections see is told once', async (t) => {
  await emptyInbox();
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete, 'a complete INBOX');
  for (let round = 1; round <= 5; round++) {
    await lab.dovecot.append(user, letter(`round ${round}`));
    await app.mail.syncMailbox(app.inbox().mailboxId);
    await until(() => app.inbox().total === round, 'the message');
  }
  await app.mail.syncMailbox(app.inbox().mailboxId);
  const told = app.events
    .filter(({ name }) => name === 'message.arrived')
    .map(({ payload }) => events['message.arrived'].parse(payload).row.subject);
  assert.deepEqual([...new Set(told)].sort(), told.sort());
  assert.equal(told.length, 5);
});

test('what cannot be parsed says so, is fetched once, and can still be saved whole', async (t) => {
  await emptyInbox();
  const nested = Array.from(
    { length: 200 },
    (_, level) => `Content-Type: multipart/mixed; boundary="b${level}"\r\n\r\n--b${level}\r\n`,
  );
  const raw = `Subject: hostile\r\nMIME-Version: 1.0\r\n${nested.join('')}\r\nx\r\n`;
  await lab.dovecot.append(user, raw);
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete && app.inbox().total === 1, 'one message');
  const ref = app.mail.window(app.inbox().mailboxId, 0, 1).rows[0]?.ref;
  assert.ok(ref);
  await assert.rejects(app.mail.bodies.openMessage(ref), { code: 'message.unreadable' });
  const whole = await app.mail.bodies.readPart(ref, 'message');
  assert.equal(whole.fileName, 'hostile.eml');
  assert.equal(Buffer.from(whole.bytes).toString(), raw);
});

test('what is read ahead is what opening gives, and only of what is here', async (t) => {
  await emptyInbox();
  await lab.dovecot.append(user, letter('ahead'));
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete && app.inbox().total === 1, 'one message');
  const ref = app.mail.window(app.inbox().mailboxId, 0, 1).rows[0]?.ref;
  assert.ok(ref);
  const opened = await app.mail.bodies.openMessage(ref);
  await until(
    () => app.store.reader.message(ref.mailboxId, ref.uid)?.content === 'kept',
    'the message in the store',
  );
  assert.deepEqual(await app.mail.bodies.readAhead(ref), opened);

  // Known by its header only: nobody asks the server, and nobody is told of it.
  const { mailboxId, uidValidity } = app.inbox();
  const facts = { uid: 999_997, receivedAt: 0, to: [], subject: 'far', sizeBytes: 10 };
  const flags = { seen: false, flagged: false, answered: false, hasAttachment: false };
  app.store.writer.upsertMessages(mailboxId, [{ ...flags, ...facts }]);
  const far = { accountId, mailboxId, uidValidity, uid: 999_997 };
  assert.equal(await app.mail.bodies.readAhead(far), undefined);
  assert.ok(app.store.reader.message(mailboxId, 999_997), 'a fetch would have found it gone');
  assert.equal(await app.mail.bodies.readAhead({ ...far, uid: 999_996 }), undefined);
});

test('a message beyond the size limit is refused before it is fetched', async (t) => {
  await emptyInbox();
  await lab.dovecot.append(user, letter('small'));
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete && app.inbox().total === 1, 'one message');
  const { mailboxId, uidValidity } = app.inbox();
  const huge = { seen: true, flagged: false, answered: false, hasAttachment: false };
  const facts = {
    uid: 999_999,
    receivedAt: 0,
    to: [],
    subject: 'huge',
    sizeBytes: 61 * 1024 * 1024,
  };
  app.store.writer.upsertMessages(mailboxId, [{ ...huge, ...facts }]);
  const ref = { accountId, mailboxId, uidValidity, uid: 999_999 };
  await assert.rejects(app.mail.bodies.openMessage(ref), {
    code: 'message.unreadable',
    params: { sizeBytes: facts.sizeBytes },
  });
});

test('a message that was expunged before it was opened is not found, and leaves the list', async (t) => {
  await emptyInbox();
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().complete, 'a complete INBOX');
  const { mailboxId, uidValidity } = app.inbox();
  const flags = { seen: true, flagged: false, answered: false, hasAttachment: false };
  const facts = { uid: 999_998, receivedAt: 0, to: [], subject: 'ghost', sizeBytes: 10 };
  app.store.writer.upsertMessages(mailboxId, [{ ...flags, ...facts }]);
  const ref = { accountId, mailboxId, uidValidity, uid: 999_998 };
  await assert.rejects(app.mail.bodies.openMessage(ref), { code: 'message.not-found' });
  assert.equal(app.store.reader.message(mailboxId, 999_998), undefined);
});

test('"Try again" brings mailboxes that another client made, long before the next poll', async (t) => {
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.events.some(({ payload }) => isIdle(payload)), 'a session at rest');
  await lab.dovecot.doveadm(['mailbox', 'create', '-u', user, 'Elsewhere']);
  app.mail.retry(accountId);
  await until(
    () => app.store.reader.mailboxByPath(accountId, 'Elsewhere') !== undefined,
    'the mailbox',
  );
});

function isIdle(payload: unknown): boolean {
  return events['sync.changed'].safeParse(payload).data?.state === 'idle';
}
