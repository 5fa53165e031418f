/** Connections that died without a word, and searches on the server. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { createElsewhere, many } from './elsewhere.ts';
import { accountId, type Lab, letter, startLab, startMail, until, user } from './engine-lab.ts';

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab.stop());

const { elsewhere, inMailbox, agree } = createElsewhere(() => lab);

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

test('a search on the server has its mailbox compared: what is gone does not stay listed', async (t) => {
  const app = startMail(lab.dovecot);
  t.after(() => app.stop());
  app.start();
  await agree(app, 'Attic');
  const { mailboxId = 0 } = app.mailbox('Attic') ?? {};
  // Came and went between two looks: only an earlier search knows of it.
  const flags = { seen: true, flagged: false, answered: false, hasAttachment: false };
  const found = { uid: 9_000, to: [], subject: 'gone', receivedAt: Date.now(), sizeBytes: 9 };
  app.store.writer.upsertMessages(mailboxId, [{ ...found, ...flags }]);
  await inMailbox('Attic', (client) => client.append('Attic', letter('a zither')));
  await app.mail.search.run(accountId, 's4', 'zither');
  await agree(app, 'Attic');
});
