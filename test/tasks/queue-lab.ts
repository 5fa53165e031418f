/**
 * One letter in INBOX, with a queue of changes over it that reaches no server and a sync that stores
 * what a test says the server has sent.
 */
import type { TestContext } from 'node:test';
import type { FetchMessageObject } from 'imapflow';
import type { MailboxRole } from '../../app/contract/index.ts';
import { LegError } from '../../app/errors.ts';
import { LiveChanges } from '../../app/imap/live-changes.ts';
import { MessageIntake } from '../../app/imap/message-intake.ts';
import { silentLogger } from '../../app/log.ts';
import { openMailStore } from '../../app/store/mail-store.ts';
import { createTasks } from '../../app/tasks/create-tasks.ts';
import { PendingFlags } from '../../app/tasks/pending-flags.ts';
import type { RemoteAccount } from '../../app/tasks/task-kind.ts';
import { TaskStore } from '../../app/tasks/task-store.ts';

export const accountId = 'a';
export const uidValidity = 7;
export const boxes: readonly (readonly [string, MailboxRole])[] = [
  ['INBOX', 'inbox'],
  ['Archive', 'archive'],
  ['Trash', 'trash'],
];

const unreachable = () => Promise.reject(new LegError('leg.unreachable'));
export const nobody: RemoteAccount = {
  inMailbox: unreachable,
  run: unreachable,
  refreshMailboxes: unreachable,
  syncMailbox: unreachable,
  noteGone: () => undefined,
};

/** As the server sends it; the same letter keeps its Message-ID wherever it lies. */
export function letter(uid: number, flags: string[] = []): FetchMessageObject {
  const envelope = { subject: 'go', messageId: '<go@example.test>' };
  const internalDate = new Date('2026-11-01T10:00:00Z');
  return { seq: 1, uid, flags: new Set(flags), envelope, internalDate, size: 10 };
}

/** One letter in INBOX with uid 1, and a queue over it that reaches no server. */
export async function openLab(t: TestContext) {
  const store = openMailStore(':memory:');
  const taskStore = new TaskStore(':memory:');
  t.after(() => {
    store.close();
    taskStore.close();
  });
  store.writer.mailboxes.replace(
    accountId,
    boxes.map(([path, role]) => ({ path, name: path, depth: 0, role, selectable: true })),
  );
  const idOf = (path: string) => store.reader.mailboxByPath(accountId, path)?.mailboxId ?? 0;
  for (const [path] of boxes) store.writer.mailboxes.reset(idOf(path), uidValidity);
  const start = () => {
    const pending = new PendingFlags();
    const made = createTasks({
      store,
      tasks: taskStore,
      mail: { account: () => nobody },
      pending,
      emit: () => undefined,
      logger: silentLogger,
    });
    const intake = (path: string) =>
      new MessageIntake(
        { ...store, pending, changed: () => undefined, arrived: () => undefined },
        idOf(path),
        new LiveChanges(),
      );
    made.tasks.load(accountId);
    return { ...made, intake };
  };
  const first = start();
  await first.intake('INBOX').headers([letter(1)], uidValidity);
  const ref = { accountId, mailboxId: idOf('INBOX'), uidValidity, uid: 1 };
  const shown = () =>
    Object.fromEntries(
      boxes.flatMap(([path]) => {
        const { total } = store.reader.mailbox(idOf(path)) ?? { total: 0 };
        return total === 0 ? [] : [[path, total]];
      }),
    );
  return { store, taskStore, idOf, start, ...first, ref, shown };
}

export type Lab = Awaited<ReturnType<typeof openLab>>;
