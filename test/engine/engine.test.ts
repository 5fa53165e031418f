/** The composition root without a network: what it answers, and what it leaves behind. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { defaultSettings, methods, type Settings } from '../../app/contract/index.ts';
import { createEngine } from '../../app/engine.ts';
import type { EngineHost } from '../../app/engine-types.ts';
import { silentLogger } from '../../app/log.ts';
import { OutboxStore } from '../../app/submission/outbox-store.ts';

const host: EngineHost = {
  version: '1.2.3',
  kind: 'fixture',
  capabilities: ['badge'],
  secretStorage: 'session',
  sealSecret: (secret) => Promise.resolve(Buffer.from(secret)),
  openSecret: (sealed) => Promise.resolve(Buffer.from(sealed).toString()),
  chooseSavePath: () => Promise.resolve(undefined),
  logger: silentLogger,
};

function profile(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-engine-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return join(dir, 'profile');
}

test('has a handler for every method of the contract, and for nothing else', async (t) => {
  const engine = createEngine({ profileDir: profile(t), host });
  assert.deepEqual(Object.keys(engine.handlers).sort(), Object.keys(methods).sort());
  await engine.stop();
});

test('an empty profile answers, and its files are the person’s alone', async (t) => {
  const profileDir = profile(t);
  const engine = createEngine({ profileDir, host });
  engine.start();
  assert.deepEqual(await engine.handlers['account.list']({}), []);
  assert.deepEqual(await engine.handlers['outbox.list']({}), []);
  assert.equal((await engine.handlers['app.info']({})).version, '1.2.3');
  await engine.handlers['settings.set']({ theme: 'dark' });
  await engine.stop();
  assert.equal(statSync(profileDir).mode & 0o777, 0o700);
  for (const name of readdirSync(profileDir, { recursive: true, encoding: 'utf8' })) {
    assert.equal(statSync(join(profileDir, name)).mode & 0o077, 0, name);
  }
  const again = createEngine({ profileDir, host });
  assert.equal((await again.handlers['settings.get']({})).theme, 'dark');
  await again.stop();
});

test('the time to undo is ten seconds until the person chooses another, and that is kept', async (t) => {
  const profileDir = profile(t);
  const engine = createEngine({ profileDir, host });
  assert.equal((await engine.handlers['settings.get']({})).undoSendSeconds, 10);
  await engine.handlers['settings.set']({ undoSendSeconds: 30 });
  await engine.stop();
  const again = createEngine({ profileDir, host });
  assert.deepEqual(await again.handlers['settings.get']({}), {
    ...defaultSettings,
    undoSendSeconds: 30,
  });
  await again.stop();
});

test('every setting is kept, also one whose name is a number', async (t) => {
  const profileDir = profile(t);
  const chosen: Settings = {
    ...defaultSettings,
    theme: 'light',
    density: 'compact',
    bodiesDays: '365',
    composeFormat: 'rich',
    openDrafts: ['d1', 'd2'],
    undoSendSeconds: 0,
    mutedAccounts: ['a', 'b'],
    quietDays: [6, 0],
    singleKeys: false,
    listBy: 'messages',
    listOrders: [{ place: 'mailbox 4', order: 'sender' }],
    sidebarWidth: 300,
    listWidth: 500,
    collapsedAccounts: ['a1', 'a2'],
  };
  const engine = createEngine({ profileDir, host });
  assert.deepEqual(await engine.handlers['settings.set'](chosen), chosen);
  await engine.stop();
  const again = createEngine({ profileDir, host });
  assert.deepEqual(await again.handlers['settings.get']({}), chosen);
  await again.stop();
});

test('what is not there is said by its own code', async (t) => {
  const engine = createEngine({ profileDir: profile(t), host });
  const ref = { accountId: 'a', mailboxId: 1, uidValidity: 1, uid: 1 };
  const { handlers } = engine;
  const cases: [() => unknown, string][] = [
    [() => handlers['mailbox.list']({ accountId: 'a' }), 'account.not-found'],
    [() => handlers['account.retry']({ accountId: 'a' }), 'account.not-found'],
    [() => handlers['account.remove']({ accountId: 'a' }), 'account.not-found'],
    [() => handlers['lock.report']({ accountId: 'a' }), 'account.not-found'],
    [() => handlers['mailbox.sync']({ mailboxId: 1 }), 'mailbox.not-found'],
    [() => handlers['message.list']({ mailboxId: 1, offset: 0, limit: 1 }), 'mailbox.not-found'],
    [() => handlers['message.open']({ ref }), 'message.not-found'],
    [() => handlers['part.save']({ ref, partId: '1' }), 'message.not-found'],
    [() => handlers['part.save']({ ref, partId: 'message' }), 'message.not-found'],
    [() => handlers['draft.discard']({ draftId: 'x' }), 'draft.not-found'],
    [() => handlers['outbox.retry']({ outboxId: 'x' }), 'outbox.not-found'],
    [
      () =>
        handlers['transfer.import']({
          accountId: 'a',
          sourceId: 'x',
          target: [],
        }),
      'account.not-found',
    ],
    [() => handlers['transfer.resume']({ transferId: 'x' }), 'transfer.not-found'],
    [
      () => handlers['transfer.export']({ messages: { mailboxId: 1 }, format: 'mbox' }),
      'mailbox.not-found',
    ],
  ];
  for (const [call, code] of cases) {
    await assert.rejects(async () => call(), { code });
  }
  await engine.stop();
});

test('starts after a crash in the middle of sending, with the message in its list', async (t) => {
  const profileDir = profile(t);
  await createEngine({ profileDir, host }).stop();
  const store = new OutboxStore(profileDir);
  for (const dotStarted of [false, true]) {
    store.put({
      outboxId: `dot-${dotStarted}`,
      accountId: 'a',
      messageId: '<1@example.test>',
      subject: 's',
      reversePath: 'a@example.test',
      recipients: ['b@example.test'],
      accepted: [],
      refused: [],
      sizeBytes: 1,
      state: 'sending',
      queuedAt: new Date(),
      sentAt: undefined,
      nextAttemptAt: undefined,
      attempts: 1,
      error: undefined,
      dotStarted,
      copyPending: false,
      holdUntil: undefined,
      sendAt: undefined,
      answers: undefined,
      requireTls: false,
    });
  }
  store.close();
  const engine = createEngine({ profileDir, host });
  const items = await engine.handlers['outbox.list']({});
  assert.deepEqual(
    items.map(({ state, error }) => [state, error?.code]),
    [
      ['waiting', undefined],
      ['unknown', 'submission.unknown'],
    ],
  );
  await engine.stop();
});

test('a damaged cache is rebuilt; damaged tasks are an error, and nothing is deleted', async (t) => {
  const profileDir = profile(t);
  await createEngine({ profileDir, host }).stop();
  const noise = 'this is no database, '.repeat(500);
  for (const suffix of ['', '-wal', '-shm'])
    rmSync(join(profileDir, `mail.db${suffix}`), { force: true });
  writeFileSync(join(profileDir, 'mail.db'), noise);
  await createEngine({ profileDir, host }).stop();
  for (const suffix of ['', '-wal', '-shm'])
    rmSync(join(profileDir, `tasks.db${suffix}`), { force: true });
  writeFileSync(join(profileDir, 'tasks.db'), noise);
  assert.throws(() => createEngine({ profileDir, host }), { code: 'storage.failed' });
  assert.equal(statSync(join(profileDir, 'tasks.db')).size, noise.length);
});
