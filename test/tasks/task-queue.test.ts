/** Changes by the person: kept, shown, replayed in order, undone only when refused. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ImapFlow } from 'imapflow';
import * as z from 'zod';
import { ImapError, LegError, type MailError, RequestError } from '../../app/errors.ts';
import { silentLogger } from '../../app/log.ts';
import { openMailStore } from '../../app/store/mail-store.ts';
import { createFlagsTask, toFlagsPayloads } from '../../app/tasks/flags-task.ts';
import { createKeywordTask } from '../../app/tasks/keyword-task.ts';
import { groupRefs } from '../../app/tasks/message-targets.ts';
import { PendingFlags } from '../../app/tasks/pending-flags.ts';
import type { RemoteAccount, Resolve, TaskRun } from '../../app/tasks/task-kind.ts';
import { TaskQueue } from '../../app/tasks/task-queue.ts';
import { type StoredTask, TaskStore } from '../../app/tasks/task-store.ts';
import { nobody } from './queue-lab.ts';

const here: Resolve = (target) => [
  { ...target, origin: new Map(target.uids.map((uid) => [uid, uid])) },
];

/** A run of one task, apart from any queue. */
function runOf(account: RemoteAccount): TaskRun {
  return {
    account,
    accountId: 'a',
    resolve: here,
    step: undefined,
    note: () => undefined,
    moved: () => undefined,
    showAgain: () => undefined,
  };
}

/** A queue with one kind, whose remote step does what `answers` say, one after the other. */
function start(
  t: TestContext,
  answers: (MailError | 'ok')[],
  path = ':memory:',
  options: { touches?: boolean; wayBack?: (MailError | 'ok')[] } = {},
) {
  const store = new TaskStore(path);
  const log: string[] = [];
  const pending: StoredTask[][] = [];
  const refused: string[] = [];
  const queue = new TaskQueue({
    store,
    account: () => nobody,
    logger: silentLogger,
    onPending: (_id, tasks) => pending.push([...tasks]),
    onRefused: ({ kind }, count, failure) => refused.push(`${kind} ${count} ${failure.code}`),
  });
  queue.register({
    kind: 'note',
    schema: z.object({ text: z.string() }),
    applyLocal: (_id, { text }) => {
      assert.equal(store.list('a').at(-1)?.kind, 'note', 'stored before it is shown');
      log.push(`local ${text}`);
    },
    count: () => 1,
    runRemote: (run, { text }) => {
      if (options.touches) run.note('begun');
      log.push(`remote ${text}`);
      const answer = answers.shift() ?? 'ok';
      return answer === 'ok' ? Promise.resolve() : Promise.reject(answer);
    },
    undo: (_run, { text }) => {
      log.push(`undo ${text}`);
      const answer = options.wayBack?.shift() ?? 'ok';
      return answer === 'ok' ? Promise.resolve() : Promise.reject(answer);
    },
    showBack: (_id, { text }) => {
      log.push(`back ${text}`);
    },
    reverse: (accountId, { text }) => [
      { accountId, kind: 'note', payload: { text: `not ${text}` } },
    ],
  });
  t.after(() => store.close());
  const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
  return { queue, store, log, pending, refused, settled };
}

test('a change is stored, shown, replayed in order and then forgotten', async (t) => {
  const { queue, store, log, settled } = start(t, []);
  queue.add('a', 'note', { text: 'one' });
  queue.add('a', 'note', { text: 'two' });
  await settled();
  assert.deepEqual(log, ['local one', 'remote one', 'local two', 'remote two']);
  assert.deepEqual(store.list('a'), []);
});

test('a broken connection keeps the change and all that follow it', async (t) => {
  const { queue, store, log, settled } = start(t, [new LegError('leg.truncated')]);
  queue.add('a', 'note', { text: 'one' });
  await settled();
  queue.add('b', 'note', { text: 'other account' });
  await settled();
  assert.deepEqual(
    store.list('a').map(({ payload }) => payload),
    [{ text: 'one' }],
  );
  assert.deepEqual(store.list('b'), []);
  queue.wake('a');
  await settled();
  assert.deepEqual(store.list('a'), []);
  assert.ok(!log.includes('undo one'));
});

test('a refusal undoes the change, and the next one goes on', async (t) => {
  const refusal = new ImapError('imap.failed', { status: 'NO' });
  const { queue, store, log, refused, settled } = start(t, [refusal]);
  queue.add('a', 'note', { text: 'one' });
  queue.add('a', 'note', { text: 'two' });
  await settled();
  assert.ok(log.includes('undo one'));
  assert.ok(!log.includes('undo two'));
  assert.deepEqual(refused, ['note 1 imap.failed']);
  assert.deepEqual(store.list('a'), []);
});

test('an account that is not connected yet loses no change', async (t) => {
  const missing = new RequestError('account.not-found');
  const { queue, store, settled } = start(t, [missing]);
  queue.add('a', 'note', { text: 'one' });
  await settled();
  assert.equal(store.list('a').length, 1);
});

test('a failure that is no refusal is tried five times before the change is given up', async (t) => {
  const odd = () => new ImapError('imap.failed');
  const { queue, store, settled } = start(t, [odd(), odd(), odd(), odd(), odd()]);
  queue.add('a', 'note', { text: 'one' });
  for (let time = 1; time <= 5; time++) {
    await settled();
    assert.equal(store.list('a').length, time < 5 ? 1 : 0, `after ${time}`);
    queue.wake('a');
  }
});

test('changes survive a restart and are shown again', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-tasks-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'tasks.db');
  const first = start(t, [new LegError('leg.unreachable')], path);
  first.queue.add('a', 'note', { text: 'one' });
  await first.settled();
  const second = start(t, [], path);
  second.queue.load('a');
  second.queue.wake('a');
  await second.settled();
  assert.deepEqual(second.log, ['local one', 'remote one']);
});

test('a refusal is kept until the store is as the server has it', async (t) => {
  const refusal = new ImapError('imap.failed', { status: 'NO' });
  const wayBack = [new LegError('leg.truncated')];
  const options = { wayBack };
  const { queue, store, log, refused, pending, settled } = start(
    t,
    [refusal, refusal],
    ':memory:',
    options,
  );
  queue.add('a', 'note', { text: 'one' });
  queue.add('a', 'note', { text: 'two' });
  await settled();
  assert.equal(store.count('a'), 2, 'a start in between knows of it');
  assert.deepEqual(refused, []);
  queue.wake('a');
  await settled();
  assert.deepEqual(
    log.filter((line) => !line.startsWith('local')),
    ['remote one', 'undo one', 'remote one', 'undo one', 'remote two'],
  );
  assert.deepEqual(refused, ['note 1 imap.failed']);
  assert.equal(store.count('a'), 0);
  assert.deepEqual(pending.at(-1), []);
});

test('a task of an unknown kind or shape does not block the others', async (t) => {
  const { queue, store, log, settled } = start(t, []);
  store.add([
    { accountId: 'a', kind: 'of the future', payload: { x: 1 } },
    { accountId: 'a', kind: 'note', payload: { text: 5 } },
  ]);
  queue.add('a', 'note', { text: 'one' });
  await settled();
  assert.deepEqual(log, ['local one', 'remote one']);
  assert.deepEqual(store.list('a'), []);
});

test('a change that was not tried yet is taken back at once and never reaches the server', async (t) => {
  const { queue, store, log, settled } = start(t, [new LegError('leg.unreachable')]);
  const one = queue.add('a', 'note', { text: 'one' });
  const two = queue.add('a', 'note', { text: 'two' });
  await settled();
  assert.deepEqual(queue.undo([two, one]), []);
  assert.deepEqual(log.slice(-2), ['back two', 'back one']);
  assert.equal(queue.pending('a'), 0);
  queue.wake('a');
  await settled();
  assert.equal(log.filter((line) => line.startsWith('remote')).length, 1);
  assert.deepEqual(store.list('a'), []);
});

test('a change that is done is taken back by another one, once', async (t) => {
  const { queue, log, settled } = start(t, []);
  const id = queue.add('a', 'note', { text: 'one' });
  await settled();
  assert.equal(queue.undo([id]).length, 1);
  await settled();
  assert.equal(log.at(-1), 'remote not one');
  assert.deepEqual(queue.undo([id]), []);
});

test('a change that may have reached the server is let through and then reversed, restart or not', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-tasks-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'tasks.db');
  const first = start(t, [new LegError('leg.truncated')], path, { touches: true });
  const id = first.queue.add('a', 'note', { text: 'one' });
  await first.settled();
  assert.deepEqual(first.queue.undo([id]), []);
  assert.equal(first.log.at(-1), 'back one');
  const second = start(t, [], path);
  second.queue.load('a');
  assert.deepEqual(second.log, []);
  second.queue.wake('a');
  await second.settled();
  assert.deepEqual(second.log, ['remote one', 'local not one', 'remote not one']);
  assert.equal(second.queue.pending('a'), 0);
});

test('where messages went is known until a start at which nothing waits', (t) => {
  const { store } = start(t, []);
  const place = { path: 'A', uidValidity: 1, uid: 5 };
  const [task] = store.add([{ accountId: 'a', kind: 'note', payload: { text: 'one' } }]);
  store.addMoved(
    'a',
    { path: 'A', uidValidity: 1 },
    { path: 'B', uidValidity: 2 },
    new Map([[5, 9]]),
  );
  store.addMoved(
    'a',
    { path: 'B', uidValidity: 2 },
    { path: 'C', uidValidity: 3 },
    new Map([[9, 1]]),
  );
  assert.deepEqual(store.placeOf('a', place), { path: 'C', uidValidity: 3, uid: 1 });
  assert.deepEqual(store.placeOf('b', place), place);
  store.forgetMoved('a');
  assert.deepEqual(store.placeOf('a', place).path, 'C');
  store.remove(task?.taskId ?? 0);
  assert.deepEqual(store.placeOf('a', place).path, 'C', 'what is done may be taken back');
  store.forgetMoved('a');
  assert.deepEqual(store.placeOf('a', place), place);
});

function flagsLab() {
  const store = openMailStore(':memory:');
  store.writer.mailboxes.replace('a', [
    { path: 'INBOX', name: 'INBOX', depth: 0, role: 'inbox', selectable: true },
  ]);
  const mailboxId = store.reader.mailboxByRole('a', 'inbox')?.mailboxId ?? 0;
  store.writer.mailboxes.reset(mailboxId, 9);
  const header = { receivedAt: 0, to: [], subject: '', seen: false, flagged: false };
  const rest = { answered: false, hasAttachment: false, sizeBytes: 1 };
  store.writer.upsertMessages(mailboxId, [{ uid: 1, ...header, ...rest }]);
  const mailbox = store.reader.mailbox(mailboxId);
  if (mailbox === undefined) throw new Error('no mailbox');
  const task = createFlagsTask({ ...store, changed: () => undefined });
  return { store, mailbox, task };
}

/** An account whose server refuses every STORE and has these flags. */
function refusing(flags: string[] | Error): RemoteAccount {
  const client = {
    usable: true,
    messageFlagsAdd: () => Promise.resolve(false),
    messageFlagsRemove: () => Promise.resolve(false),
    fetchAll: () =>
      flags instanceof Error
        ? Promise.reject(flags)
        : Promise.resolve([{ uid: 1, flags: new Set(flags) }]),
  } as unknown as ImapFlow;
  return { ...nobody, inMailbox: (_mailbox, job) => job(client) };
}

const wanted = { path: 'INBOX', uidValidity: 9, uids: [1], seen: true };

test('a STORE that was not done counts as refused only by the server’s own flags', async () => {
  const { task } = flagsLab();
  await task.runRemote(runOf(refusing(['\\Seen'])), wanted);
  await assert.rejects(task.runRemote(runOf(refusing([])), wanted), {
    params: { command: 'UID STORE', status: 'NO' },
  });
  const lost = Object.assign(new Error('closed'), { code: 'NoConnection' });
  await assert.rejects(task.runRemote(runOf(refusing(lost)), wanted), { code: 'NoConnection' });
});

test('undo brings back what the server says', async () => {
  const { task, store, mailbox } = flagsLab();
  task.applyLocal('a', wanted, here);
  assert.equal(store.reader.message(mailbox.mailboxId, 1)?.seen, true);
  await task.undo(runOf(refusing(['\\Flagged'])), wanted);
  const { seen, flagged } = store.reader.message(mailbox.mailboxId, 1) ?? {};
  assert.deepEqual({ seen, flagged }, { seen: false, flagged: true });
});

test('a change for another uidValidity touches nothing', async () => {
  const { task, store, mailbox } = flagsLab();
  const stale = { ...wanted, uidValidity: 8 };
  task.applyLocal('a', stale, here);
  assert.equal(store.reader.message(mailbox.mailboxId, 1)?.seen, false);
  await task.runRemote(runOf(nobody), stale);
  const ref = { accountId: 'a', mailboxId: mailbox.mailboxId, uidValidity: 8, uid: 1 };
  assert.deepEqual(
    toFlagsPayloads(
      groupRefs([ref], store.reader, () => undefined),
      { seen: true },
    ),
    [],
  );
});

test('a message of another account cannot be changed through a ref', () => {
  const { store, mailbox } = flagsLab();
  const ref = { accountId: 'b', mailboxId: mailbox.mailboxId, uidValidity: 9, uid: 1 };
  assert.deepEqual(
    toFlagsPayloads(
      groupRefs([ref], store.reader, () => undefined),
      { seen: true },
    ),
    [],
  );
});

test('later pending changes win over earlier ones, flag by flag', () => {
  const { task, mailbox, store } = flagsLab();
  const pending = new PendingFlags();
  const tasks = [
    { ...wanted, flagged: true },
    { ...wanted, seen: false },
  ].map((payload, taskId) => ({ taskId, accountId: 'a', kind: 'flags', payload }));
  const keyword = createKeywordTask({ ...store, changed: () => undefined });
  pending.replace('a', tasks, { flags: task, keyword }, here);
  assert.deepEqual(pending.flags(mailbox, 1), { seen: false, flagged: true });
  assert.equal(pending.flags(mailbox, 2), undefined);
  assert.equal(pending.flags({ ...mailbox, uidValidity: 8 }, 1), undefined);
});
