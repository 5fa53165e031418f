/** Mailboxes of thousands, changed by others while they are read; renames, pauses, dead wires. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ImapFlow } from 'imapflow';
import { toFlags, toKeywords } from '../../app/imap/headers.ts';
import { accountId, type Lab, letter, startLab, startMail, until, user } from './engine-lab.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.stop());

type App = ReturnType<typeof startMail>;

const many = (count: number, prefix: string, mailbox = 'INBOX') =>
  Array.from({ length: count }, (_, index) => ({
    raw: letter(`${prefix} ${index}`),
    options: { mailbox, receivedAt: new Date(Date.now() - (count - index) * 60_000) },
  }));

/** Someone else's program on the same account. */
async function elsewhere<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: lab.dovecot.imapPort,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: 'right' },
    logger: false,
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.logout();
  }
}

async function inMailbox<T>(path: string, work: (client: ImapFlow) => Promise<T>): Promise<T> {
  return elsewhere(async (client) => {
    await client.mailboxOpen(path);
    return work(client);
  });
}

/** Uid, flags and keywords of every message, as the server has them and as the store has them. */
async function serverState(path: string): Promise<string[]> {
  return inMailbox(path, async (client) => {
    if (client.mailbox !== false && client.mailbox.exists === 0) return [];
    const found = await client.fetchAll('1:*', { uid: true, flags: true });
    return found.map(({ uid, flags = new Set() }) => {
      const { seen, flagged, answered } = toFlags(flags);
      return JSON.stringify([uid, { seen, flagged, answered }, toKeywords(flags).sort()]);
    });
  });
}

function storeState(app: App, path: string): string[] {
  const mailbox = app.mailbox(path);
  if (mailbox === undefined) return [];
  return app.store.reader.uids(mailbox.mailboxId).map((uid) => {
    const message = app.store.reader.message(mailbox.mailboxId, uid);
    assert.ok(message);
    const { seen, flagged, answered, keywords = [] } = message;
    return JSON.stringify([uid, { seen, flagged, answered }, [...keywords].sort()]);
  });
}

async function agree(app: App, path = 'INBOX') {
  await until(async () => {
    const [ours, theirs] = [storeState(app, path), await serverState(path)];
    return app.mailbox(path)?.complete === true && ours.join() === theirs.join();
  }, `the server's state of ${path}`);
}

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

/** Between client and server; swallows what the server says, on all connections of now. */
async function startProxy(port: number) {
  const state = { swallow: new Set<Socket>(), sockets: new Set<Socket>() };
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    state.sockets.add(client);
    client.on('close', () => state.sockets.delete(client));
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      if (!state.swallow.has(client)) client.write(chunk);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    imapPort: address.port,
    goDeaf() {
      for (const socket of state.sockets) state.swallow.add(socket);
    },
    async close() {
      for (const socket of state.sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

test('an IDLE that died silently is noticed, and mail comes over another connection', async (t) => {
  const proxy = await startProxy(lab.dovecot.imapPort);
  const timing = { proofEveryMs: 300, proofMs: 3_000, clockMs: 100, retryFirstMs: 50 };
  const app = startMail(proxy, { timing });
  t.after(async () => {
    await app.stop();
    await proxy.close();
  });
  app.start();
  await until(() => app.mail.status(accountId).state === 'idle', 'quiet');
  const opened = app.state.opened;
  proxy.goDeaf();
  await lab.dovecot.deliver(user, letter('unheard'));
  await until(
    () => app.mail.window(app.inbox().mailboxId, 0, 1).rows[0]?.subject === 'unheard',
    'the message',
  );
  assert.ok(app.state.opened > opened);
});

test("a host's hint makes a dead connection show at once", async (t) => {
  const proxy = await startProxy(lab.dovecot.imapPort);
  const app = startMail(proxy, { timing: { proofMs: 2_000, retryFirstMs: 50 } });
  t.after(async () => {
    await app.stop();
    await proxy.close();
  });
  app.start();
  await until(() => app.mail.status(accountId).state === 'idle', 'quiet');
  proxy.goDeaf();
  await lab.dovecot.deliver(user, letter('after waking'));
  app.mail.networkChanged();
  await until(
    () => app.mail.window(app.inbox().mailboxId, 0, 1).rows[0]?.subject === 'after waking',
    'the message',
  );
});

test('a search on the server brings what was not here, and can be given up', async (t) => {
  await elsewhere((client) => client.mailboxCreate('Attic'));
  const raw = letter('an old chest', { body: 'With a xylophone in it.' });
  await lab.dovecot.append(user, raw, { mailbox: 'Attic' });
  const app = startMail(lab.dovecot, { paused: new Set([accountId]) });
  t.after(() => app.stop());
  app.start();
  await until(() => app.mailbox('Attic') !== undefined, 'the list');
  assert.equal(app.mailbox('Attic')?.stored, 0);
  const found = await app.mail.search.run(accountId, 's1', 'xylophone');
  assert.equal(found.found, 1);
  assert.deepEqual(
    found.rows.map((row) => row.subject),
    ['an old chest'],
  );
  assert.equal(app.mailbox('Attic')?.stored, 1);
  const given = app.mail.search.run(accountId, 's2', 'nothing of the kind');
  app.mail.search.cancel('s2');
  await assert.rejects(given, { code: 'cancelled' });
  await until(() => app.mail.status(accountId).state === 'paused', 'still online');
});

test('a mailbox that was searched before it was synced is filled all the same', async (t) => {
  await lab.dovecot.appendAll(user, many(60, 'more', 'Attic'));
  const paused = new Set([accountId]);
  const app = startMail(lab.dovecot, { paused });
  t.after(() => app.stop());
  app.start();
  await until(() => app.mailbox('Attic') !== undefined, 'the list');
  await app.mail.search.run(accountId, 's3', 'xylophone');
  app.mail.setPaused(accountId, false);
  await agree(app, 'Attic');
});
