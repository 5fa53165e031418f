/** Imports: once each, whatever happens on the way. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TransferDto } from '../../app/contract/index.ts';
import { transfer as transferSchema } from '../../app/contract/index.ts';
import { silentLogger } from '../../app/log.ts';
import { TransferJobs } from '../../app/transfer/transfer-jobs.ts';
import { TransferStore } from '../../app/transfer/transfer-store.ts';
import { AppenderStandIn } from './appender-stand-in.ts';
import { folder, put } from './folder.ts';

const postmark = 'From ada@example.org Sun Jan  3 04:05:06 2021';
const accountId = 'a1';

const entry = (id: number | undefined, text: string) =>
  `${postmark}\n${id === undefined ? '' : `Message-ID: <${id}@x>\n`}Subject: ${text}\n\n${text}\n\n`;
const mbox = (count: number) =>
  Array.from({ length: count }, (_, n) => entry(n % 3 === 2 ? undefined : n, `m${n}`)).join('');

/** One life of the program over the folder's transfer.db. */
function live(dir: string, appender: AppenderStandIn) {
  const store = new TransferStore(join(dir, 'transfer.db'));
  let changes = 0;
  const jobs = new TransferJobs({
    store,
    appender,
    logger: silentLogger,
    onChanged: () => {
      changes += 1;
    },
  });
  return {
    jobs,
    store,
    changes: () => changes,
    async stop() {
      await jobs.stop();
      store.close();
    },
  };
}

type Life = ReturnType<typeof live>;

function start(t: TestContext, dir: string, appender: AppenderStandIn): Life {
  const life = live(dir, appender);
  t.after(() => life.stop());
  return life;
}

async function until(life: Life, states: readonly TransferDto['state'][]): Promise<TransferDto> {
  const end = Date.now() + 20_000;
  for (;;) {
    const [transfer] = life.jobs.list();
    if (transfer !== undefined && states.includes(transfer.state)) return transfer;
    if (Date.now() > end) throw new Error(`still ${transfer?.state}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const subjects = (appender: AppenderStandIn, name = 'Imported') =>
  (appender.mailboxes.get(name) ?? []).map(({ text }) => /Subject: (.*)\r/.exec(text)?.[1]);
const counts = ({ done, skipped, failed }: TransferDto) => ({ done, skipped, failed });

test('an import uploads each message once, with nested names, and says so', async (t) => {
  const dir = folder(t);
  put(dir, 'mail/Inbox', mbox(5));
  put(dir, 'mail/Inbox.sbd/Old', `${postmark}\nStatus: R\nSubject: old\n\nx\n\n`);
  const appender = new AppenderStandIn();
  const life = start(t, dir, appender);
  const source = { kind: 'thunderbird', path: join(dir, 'mail') } as const;
  const first = await life.jobs.import(accountId, source, ['From Thunderbird']);
  transferSchema.parse(first);
  const over = await until(life, ['finished']);
  transferSchema.parse(over);
  assert.deepEqual(counts(over), { done: 6, skipped: 0, failed: 0 });
  assert.equal(over.progress, 1);
  assert.deepEqual(subjects(appender, 'From Thunderbird/Inbox'), ['m0', 'm1', 'm2', 'm3', 'm4']);
  const [old] = appender.mailboxes.get('From Thunderbird/Inbox/Old') ?? [];
  assert.deepEqual(old?.flags, ['\\Seen']);
  assert.equal(old?.receivedAt?.toISOString(), '2021-01-03T04:05:06.000Z');
  assert.deepEqual(appender.finished, ['From Thunderbird/Inbox', 'From Thunderbird/Inbox/Old']);
  assert.ok(life.changes() > 6);
  const again = await life.jobs.import(accountId, source, ['From Thunderbird']);
  life.jobs.cancel(first.transferId);
  const second = await until(life, ['finished']);
  assert.equal(second.transferId, again.transferId);
  assert.deepEqual(counts(second), { done: 0, skipped: 6, failed: 0 });
});

for (const where of ['before', 'after'] as const) {
  test(`a connection that breaks ${where} a message was taken doubles and loses nothing`, async (t) => {
    const dir = folder(t);
    const path = put(dir, 'a', mbox(9));
    const appender = new AppenderStandIn();
    let broken = 0;
    appender.fault = (append) => {
      if (append % 3 !== 0 || broken === 3) return undefined;
      broken += 1;
      return where;
    };
    const life = start(t, dir, appender);
    await life.jobs.import(accountId, { kind: 'mbox', path }, ['Imported']);
    while (broken < 3) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (life.jobs.list()[0]?.state === 'waiting') life.jobs.wake(accountId);
    }
    life.jobs.wake(accountId);
    const over = await until(life, ['finished']);
    assert.deepEqual(
      subjects(appender),
      Array.from({ length: 9 }, (_, n) => `m${n}`),
    );
    assert.deepEqual(counts(over), { done: 9, skipped: 0, failed: 0 });
    assert.equal(over.error, undefined);
  });
}

test('a program that ends at any message goes on there with its next start', async (t) => {
  const dir = folder(t);
  put(dir, 'mail/A', mbox(4));
  put(dir, 'mail/B', mbox(4).replaceAll('@x>', '@y>').replaceAll('Subject: m', 'Subject: n'));
  const appender = new AppenderStandIn();
  const lives: Life[] = [];
  // Each life takes one message and then hears nothing more: as if killed inside an APPEND.
  let release: (() => void)[] = [];
  appender.fault = (append) =>
    new Promise((resolve) => {
      if (append % 2 === 1) resolve(undefined);
      else release.push(() => resolve('after'));
    });
  for (let round = 0; round < 20; round += 1) {
    const life = live(dir, appender);
    lives.push(life);
    if (round === 0) {
      const source = { kind: 'thunderbird', path: join(dir, 'mail') } as const;
      await life.jobs.import(accountId, source, []);
    } else life.jobs.wake(accountId);
    const end = Date.now() + 20_000;
    while (release.length === 0 && life.jobs.list()[0]?.state !== 'finished') {
      assert.ok(Date.now() < end, 'it moves');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const finished = life.jobs.list()[0]?.state === 'finished';
    // What the dead program would have noted is cut off before the server's word arrives.
    life.store.close();
    for (const each of release.splice(0)) each();
    release = [];
    await life.jobs.stop();
    if (finished) break;
  }
  const life = start(t, dir, appender);
  const [over] = life.jobs.list();
  assert.equal(over?.state, 'finished');
  assert.deepEqual(subjects(appender, 'A'), ['m0', 'm1', 'm2', 'm3']);
  assert.deepEqual(subjects(appender, 'B'), ['n0', 'n1', 'n2', 'n3']);
  assert.deepEqual(over && counts(over), { done: 8, skipped: 0, failed: 0 });
  assert.ok(lives.length > 3);
});

test('two messages under one Message-ID are both kept; the same bytes are kept once', async (t) => {
  const dir = folder(t);
  const path = put(
    dir,
    'a',
    entry(1, 'first') + entry(1, 'second') + entry(1, 'first') + entry(undefined, 'z').repeat(2),
  );
  const appender = new AppenderStandIn();
  const life = start(t, dir, appender);
  await life.jobs.import(accountId, { kind: 'mbox', path }, ['Imported']);
  assert.deepEqual(counts(await until(life, ['finished'])), { done: 3, skipped: 2, failed: 0 });
  assert.deepEqual(subjects(appender), ['first', 'second', 'z']);
});

test('a refused message is told with the server’s words, and the next is tried', async (t) => {
  const dir = folder(t);
  const path = put(dir, 'a', mbox(3));
  const appender = new AppenderStandIn();
  appender.fault = (append) => (append === 2 ? { refused: 'NUL found', by: 'message' } : undefined);
  const life = start(t, dir, appender);
  await life.jobs.import(accountId, { kind: 'mbox', path }, ['Imported']);
  const over = await until(life, ['finished']);
  assert.deepEqual(subjects(appender), ['m0', 'm2']);
  assert.deepEqual(counts(over), { done: 2, skipped: 0, failed: 1 });
  assert.deepEqual(over.failures, [
    { mailbox: 'Imported', subject: 'm1', reason: 'refused', text: 'NUL found' },
  ]);
});

test('a full mailbox stops the import, which goes on from there when it is asked to', async (t) => {
  const dir = folder(t);
  const path = put(dir, 'a', mbox(4));
  const appender = new AppenderStandIn();
  appender.fault = (append) =>
    append === 3 ? { refused: 'Quota exceeded', by: 'mailbox' } : undefined;
  const life = start(t, dir, appender);
  const { transferId } = await life.jobs.import(accountId, { kind: 'mbox', path }, ['Imported']);
  const stopped = await until(life, ['stopped']);
  assert.equal(stopped.error?.code, 'imap.failed');
  assert.equal(stopped.error?.params.text, 'Quota exceeded');
  life.jobs.wake(accountId);
  assert.equal(life.jobs.list()[0]?.state, 'stopped');
  life.jobs.resume(transferId);
  assert.deepEqual(counts(await until(life, ['finished'])), { done: 4, skipped: 0, failed: 0 });
  assert.deepEqual(subjects(appender), ['m0', 'm1', 'm2', 'm3']);
});

test('a server that refuses one after the other stops the import', async (t) => {
  const dir = folder(t);
  const path = put(dir, 'a', mbox(60));
  const appender = new AppenderStandIn();
  appender.fault = () => ({ refused: 'no', by: 'message' });
  const life = start(t, dir, appender);
  await life.jobs.import(accountId, { kind: 'mbox', path }, ['Imported']);
  await until(life, ['stopped']);
  assert.ok(appender.appends < 30);
});

test('a paused import uploads nothing more, also after a restart, until it is resumed', async (t) => {
  const dir = folder(t);
  const path = put(dir, 'a', mbox(6));
  const appender = new AppenderStandIn();
  const first = live(dir, appender);
  let id = '';
  appender.fault = (append) => {
    if (append === 2) first.jobs.pause(id);
    return undefined;
  };
  const begun = first.jobs.import(accountId, { kind: 'mbox', path }, ['Imported']);
  id = first.jobs.list()[0]?.transferId ?? '';
  if (id === '') id = (await begun).transferId;
  await begun;
  await until(first, ['paused']);
  await first.stop();
  assert.deepEqual(subjects(appender), ['m0', 'm1']);
  const second = start(t, dir, appender);
  second.jobs.wake(accountId);
  assert.equal(second.jobs.list()[0]?.state, 'paused');
  assert.equal(second.jobs.list()[0]?.done, 2);
  second.jobs.resume(id);
  assert.deepEqual(counts(await until(second, ['finished'])), { done: 6, skipped: 0, failed: 0 });
  assert.equal(appender.appends, 6);
});

test('pause and resume in one breath go on', async (t) => {
  const dir = folder(t);
  const path = put(dir, 'a', mbox(6));
  const appender = new AppenderStandIn();
  const life = start(t, dir, appender);
  const { transferId } = await life.jobs.import(accountId, { kind: 'mbox', path }, ['Imported']);
  assert.equal(life.jobs.pause(transferId).state, 'paused');
  assert.notEqual(life.jobs.resume(transferId).state, 'paused');
  assert.equal((await until(life, ['finished'])).done, 6);
  assert.equal(life.jobs.pause(transferId).state, 'finished');
  assert.equal(life.jobs.resume(transferId).state, 'finished');
});

test('a cancelled import ends, stays in the list once, and leaves what was uploaded', async (t) => {
  const dir = folder(t);
  const path = put(dir, 'a', mbox(6));
  const appender = new AppenderStandIn();
  const life = start(t, dir, appender);
  appender.fault = (append) => {
    if (append === 2) life.jobs.cancel(life.jobs.list()[0]?.transferId ?? '');
    return undefined;
  };
  const { transferId } = await life.jobs.import(accountId, { kind: 'mbox', path }, ['Imported']);
  await until(life, ['cancelled']);
  await life.jobs.stop();
  assert.deepEqual(subjects(appender), ['m0', 'm1']);
  assert.equal(life.jobs.list()[0]?.done, 2);
  life.jobs.cancel(transferId);
  assert.deepEqual(life.jobs.list(), []);
  const unknown = { code: 'transfer.not-found' };
  assert.throws(() => life.jobs.cancel(transferId), unknown);
  assert.throws(() => life.jobs.pause(transferId), unknown);
  assert.throws(() => life.jobs.resume(transferId), unknown);
});

test('imports of one account come one after the other; a removed account has none', async (t) => {
  const dir = folder(t);
  const path = put(dir, 'a', mbox(3));
  const appender = new AppenderStandIn();
  const life = start(t, dir, appender);
  let hold: (() => void) | undefined;
  appender.fault = () =>
    new Promise((resolve) => {
      hold = () => resolve(undefined);
    });
  await life.jobs.import(accountId, { kind: 'mbox', path }, ['One']);
  await life.jobs.import(accountId, { kind: 'mbox', path }, ['Two']);
  assert.deepEqual(
    life.jobs.list().map(({ state }) => state),
    ['running', 'waiting'],
  );
  const end = Date.now() + 20_000;
  while (hold === undefined && Date.now() < end) await new Promise((r) => setTimeout(r, 2));
  const removed = life.jobs.removeAccount(accountId);
  hold?.();
  await removed;
  assert.deepEqual(life.jobs.list(), []);
  assert.equal(appender.mailboxes.has('Two'), false);
});

test('a source that is not there is refused at once, one that went away stops the import', async (t) => {
  const dir = folder(t);
  const path = put(dir, 'a', mbox(3));
  const appender = new AppenderStandIn();
  const life = start(t, dir, appender);
  const none = { kind: 'mbox', path: join(dir, 'none') } as const;
  await assert.rejects(life.jobs.import(accountId, none, []), {
    code: 'transfer.source-unreadable',
  });
  appender.fault = () => 'before';
  await life.jobs.import(accountId, { kind: 'mbox', path }, []);
  await until(life, ['waiting']);
  rmSync(path);
  life.jobs.wake(accountId);
  const stopped = await until(life, ['stopped']);
  assert.equal(stopped.error?.code, 'transfer.source-unreadable');
  writeFileSync(path, mbox(3));
  appender.fault = () => undefined;
  life.jobs.resume(stopped.transferId);
  assert.equal((await until(life, ['finished'])).done, 3);
});
