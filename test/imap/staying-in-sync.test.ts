/** Mailboxes of thousands, changed by others while they are read; renames, pauses. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createElsewhere, many } from './elsewhere.ts';
import { accountId, type Lab, letter, startLab, startMail, until, user } from './engine-lab.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.stop());

const { elsewhere, inMailbox, serverState, agree } = createElsewhere(() => lab);

test('changes by others during the first sync of 3,000 messages end in the same state', async (t) => {
  await lab.dovecot.appendAll(user, many(3_000, 'crowd'));
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.inbox().total >= 50, 'the first screen');
  await inMailbox('INBOX', async (client) => {
    for (let round = 0; round < 10; round += 1) {
      await client.messageFlagsAdd(`${round * 290 + 1}:${round * 290 + 40}`, ['\\Seen']);
      await client.messageFlagsAdd(`${round * 290 + 20}:${round * 290 + 60}`, ['$work']);
      await client.messageDelete(`${round * 280 + 5}:${round * 280 + 25}`);
      await client.append('INBOX', letter(`late ${round}`), ['\\Flagged']);
    }
  });
  await agree(app);
  const { stored, total } = app.inbox();
  assert.equal(stored, 3_000 - 210 + 10);
  assert.equal(total, stored);
});

test('changes of every kind while offline cost one look', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'letterlock-away-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const first = startMail(lab.dovecot, { dir });
  first.start();
  await agree(first);
  await first.stop();
  await inMailbox('INBOX', async (client) => {
    await client.messageFlagsRemove('1:500', ['\\Seen']);
    await client.messageFlagsAdd('700:900', ['$later', '\\Flagged']);
    await client.messageDelete('1000:1100');
    await client.append('INBOX', letter('after the pause'));
  });
  const again = startMail(lab.dovecot, { dir });
  t.after(() => again.stop());
  again.start();
  await agree(again);
});

test('a rename elsewhere keeps the messages, and the change that waits for them', async (t) => {
  await elsewhere((client) => client.mailboxCreate('Projects'));
  await lab.dovecot.appendAll(user, many(20, 'plan', 'Projects'));
  const app = startMail(lab.dovecot, { timing: { pollMs: 200 } });
  t.after(() => app.stop());
  app.start();
  await until(() => app.mailbox('Projects')?.complete === true, 'Projects');
  const before = app.mailbox('Projects');
  assert.ok(before);
  const kept = app.store.reader.window(before.mailboxId, 0, 1)[0];
  app.state.online = false;
  app.cut();
  const { uidValidity } = before;
  const change = { path: 'Projects', uidValidity, uids: [kept?.uid], flagged: true };
  app.tasks.add(accountId, 'flags', change);
  await elsewhere((client) => client.mailboxRename('Projects', 'Plans'));
  app.state.online = true;
  app.mail.retry(accountId);
  await until(() => app.mailbox('Plans')?.mailboxId === before.mailboxId, 'the new path');
  assert.equal(app.mailbox('Projects'), undefined);
  assert.equal(app.store.reader.window(before.mailboxId, 0, 1)[0]?.token, kept?.token);
  await until(() => app.taskStore.list(accountId).length === 0, 'no task left');
  await until(
    async () => (await serverState('Plans')).some((line) => line.includes('"flagged":true')),
    'the flag on the server',
  );
});

test('a mailbox deleted elsewhere goes with its messages', async (t) => {
  await elsewhere((client) => client.mailboxCreate('Gone soon'));
  await lab.dovecot.appendAll(user, many(5, 'short', 'Gone soon'));
  const app = startMail(lab.dovecot, { timing: { pollMs: 200 } });
  t.after(() => app.stop());
  app.start();
  await until(() => app.mailbox('Gone soon')?.total === 5, 'its messages');
  const { mailboxId = 0 } = app.mailbox('Gone soon') ?? {};
  await elsewhere((client) => client.mailboxDelete('Gone soon'));
  await until(() => app.mailbox('Gone soon') === undefined, 'it to go');
  assert.deepEqual(app.store.reader.uids(mailboxId), []);
});

test('the person makes, renames and deletes mailboxes, and none with a special use', async (t) => {
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await until(() => app.mailbox('Sent') !== undefined, 'the list');
  const made = await app.mail.createMailbox(accountId, 'Reisen');
  const child = await app.mail.createMailbox(accountId, 'Ästhetik', made.mailboxId);
  assert.equal(child.path, 'Reisen/Ästhetik');
  await assert.rejects(app.mail.createMailbox(accountId, 'Reisen'), { code: 'mailbox.exists' });
  await assert.rejects(app.mail.createMailbox(accountId, 'a/b'), { code: 'mailbox.name-invalid' });
  await assert.rejects(app.mail.createMailbox(accountId, 'x%*'), { code: 'mailbox.name-invalid' });
  const renamed = await app.mail.renameMailbox(made.mailboxId, 'Journeys');
  assert.equal(renamed.mailboxId, made.mailboxId);
  assert.equal(app.mailbox('Journeys/Ästhetik')?.mailboxId, child.mailboxId);
  await assert.rejects(app.mail.renameMailbox(app.inbox().mailboxId, 'x'), {
    code: 'mailbox.protected',
  });
  const sent = app.mailbox('Sent');
  await assert.rejects(app.mail.deleteMailbox(sent?.mailboxId ?? 0), { code: 'mailbox.protected' });
  await app.mail.deleteMailbox(child.mailboxId);
  assert.equal(app.mailbox('Journeys/Ästhetik'), undefined);
});

test('while paused new mail comes and nothing is fetched ahead, also after a restart', async (t) => {
  await elsewhere((client) => client.mailboxCreate('Heap'));
  await lab.dovecot.appendAll(user, many(120, 'heap', 'Heap'));
  const dir = await mkdtemp(join(tmpdir(), 'letterlock-paused-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const paused = new Set([accountId]);
  const app = startMail(lab.dovecot, { dir, paused });
  t.after(() => app.stop());
  app.start();
  await until(() => app.mail.status(accountId).state === 'paused', 'the pause');
  await lab.dovecot.deliver(user, letter('in spite of it'));
  await until(() => app.events.some(({ name }) => name === 'message.arrived'), 'new mail');
  assert.equal(app.mailbox('Heap')?.stored, 0);
  assert.equal(app.mail.status(accountId).paused, true);
  app.mail.setPaused(accountId, false);
  assert.equal(paused.size, 0);
  await until(() => app.mailbox('Heap')?.stored === 120, 'its headers');
  await until(() => {
    const { state, headers, bodies } = app.mail.status(accountId);
    const whole = headers.done === headers.total && bodies.done === bodies.total;
    return state === 'idle' && whole && bodies.total > 0;
  }, 'all headers and bodies');
});
