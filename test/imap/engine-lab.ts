/**
 * A real Dovecot and one account on it, with mail sync over a plain leg to 127.0.0.1: what the
 * protected leg does is tested elsewhere, so the stand-in connects and says nothing more.
 */
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentStore } from '../../app/content/content-store.ts';
import type { EventName } from '../../app/contract/index.ts';
import type { MailError } from '../../app/errors.ts';
import type { SyncTiming } from '../../app/imap/limits.ts';
import { MailSync } from '../../app/imap/mail-sync.ts';
import { silentLogger } from '../../app/log.ts';
import type {
  AccountDirectory,
  DraftCopySource,
  LegOpener,
  StoredAccount,
} from '../../app/ports.ts';
import { openMailStore } from '../../app/store/mail-store.ts';
import { createTasks } from '../../app/tasks/create-tasks.ts';
import { PendingFlags } from '../../app/tasks/pending-flags.ts';
import { TaskStore } from '../../app/tasks/task-store.ts';
import { type Dovecot, startDovecot } from '../support/servers/dovecot.ts';

export const user = 'mia@example.test';
export const accountId = 'a1';

export interface SeenEvent {
  readonly name: EventName;
  readonly payload: unknown;
}

export async function startLab(options: { extraConfig?: string } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'letterlock-imap-'));
  const users = [{ user, password: 'right' }];
  const dovecot = await startDovecot({
    dir,
    users,
    ...options,
  });
  return {
    dir,
    dovecot,
    async stop() {
      await dovecot.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export type Lab = Awaited<ReturnType<typeof startLab>>;

/** Mail sync of one account, with what it said and what it was told. */
export function startMail(
  dovecot: Pick<Dovecot, 'imapPort'>,
  options: {
    dir?: string;
    password?: string;
    imapPort?: number;
    timing?: Partial<SyncTiming>;
    bodiesDays?: '30' | '90' | '365' | 'all';
    /** Kept by the caller: outlives a restart. */
    paused?: Set<string>;
    /** Whose copies go to the server. */
    drafts?: DraftCopySource;
  } = {},
) {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'letterlock-mail-'));
  const path = (name: string) => join(dir, name);
  const store = openMailStore(path('mail.db'));
  const content = new ContentStore({
    contentPath: path('content.db'),
    mailPath: path('mail.db'),
    store,
    logger: silentLogger,
  });
  const taskStore = new TaskStore(path('tasks.db'));
  const state = { password: options.password ?? 'right', online: true, opened: 0 };
  const paused = options.paused ?? new Set<string>();
  const sockets = new Set<Socket>();
  const events: SeenEvent[] = [];
  const problems: MailError[] = [];
  const accounts = directory(dovecot, state, problems);
  const legs: LegOpener = {
    async open() {
      state.opened += 1;
      const socket = connect({
        host: '127.0.0.1',
        port: state.online ? (options.imapPort ?? dovecot.imapPort) : 1,
      });
      await once(socket, 'connect');
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      return { stream: socket, protection: { level: 'clear', openedAt: new Date() } };
    },
  };
  const pending = new PendingFlags();
  const mail: MailSync = new MailSync({
    store,
    content,
    accounts,
    legs,
    pending,
    emit: (name, payload) => events.push({ name, payload }),
    logger: silentLogger,
    onOnline: (id) => tasks.wake(id),
    renames: (id) => tasks.renamesOf(id),
    ...(options.timing === undefined ? {} : { timing: options.timing }),
    choices: {
      bodiesDays: () => options.bodiesDays ?? '90',
      paused: (id) => paused.has(id),
      setPaused(id, value) {
        if (value) paused.add(id);
        else paused.delete(id);
      },
    },
  });
  const { tasks, changes } = createTasks({
    store,
    tasks: taskStore,
    mail,
    pending,
    ...(options.drafts === undefined ? {} : { drafts: options.drafts }),
    emit: (name, payload) => events.push({ name, payload }),
    logger: silentLogger,
  });
  return {
    mail,
    store,
    content,
    tasks,
    changes,
    taskStore,
    events,
    problems,
    state,
    start() {
      tasks.load(accountId);
      mail.add(accountId);
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    openSockets: () => [...sockets],
    mailbox(path: string) {
      return store.reader.mailboxByPath(accountId, path);
    },
    inbox() {
      const inbox = store.reader.mailboxByRole(accountId, 'inbox');
      if (inbox === undefined) throw new Error('no inbox yet');
      return inbox;
    },
    async stop() {
      await mail.stop();
      await tasks.stop();
      await content.stop();
      store.close();
      taskStore.close();
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}

function directory(
  dovecot: Pick<Dovecot, 'imapPort'>,
  state: { password: string },
  problems: MailError[],
): AccountDirectory {
  const account: StoredAccount = {
    accountId,
    address: user,
    displayName: 'Mia',
    userName: user,
    imap: { service: 'imap', host: '127.0.0.1', port: dovecot.imapPort, transport: 'clear' },
    submission: { service: 'submission', host: '127.0.0.1', port: 1, transport: 'clear' },
  };
  return {
    list: () => [account],
    get: () => account,
    password: () => Promise.resolve(state.password),
    setProblem(_id, problem) {
      if (problem !== undefined) problems.push(problem);
    },
  };
}

/** Waits until `check` holds; the test's own timeout bounds it. */
export async function until(check: () => boolean | Promise<boolean>, what: string) {
  const end = Date.now() + 20_000;
  for (;;) {
    let holds = false;
    try {
      holds = await check();
    } catch {
      // Not there yet.
    }
    if (holds) return;
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export function letter(subject: string, options: { body?: string; id?: string } = {}): string {
  return [
    'From: Ada <ada@example.test>',
    `To: ${user}`,
    `Subject: ${subject}`,
    `Message-ID: <${options.id ?? `${subject.replace(/\W/g, '-')}@example.test`}>`,
    'Date: Mon, 2 Nov 2026 10:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    options.body ?? `This is ${subject}.`,
    '',
  ].join('\r\n');
}
