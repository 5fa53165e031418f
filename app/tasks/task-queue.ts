/**
 * Carries the person's changes to the server, in order, each account by itself: stored, then
 * shown, then replayed. A broken connection keeps a change; a refusal undoes it.
 */
import { asMailError, ImapError, type MailError } from '../errors.ts';
import { isRefusal } from '../imap/imap-errors.ts';
import { describeError, type Logger } from '../log.ts';
import type { RemoteAccount, TaskKind } from './task-kind.ts';
import type { StoredTask, TaskStore } from './task-store.ts';

export interface TaskQueueOptions {
  readonly store: TaskStore;
  readonly account: (accountId: string) => RemoteAccount;
  readonly logger: Logger;
  /** Told when a task came or went, so that overlays can be made anew. */
  readonly onPending: (accountId: string, tasks: readonly StoredTask[]) => void;
}

/** Failures that are neither a refusal nor a broken connection are tried again so often. */
const oddFailures = 5;

interface RunnableTask {
  applyLocal(): void;
  runRemote(account: RemoteAccount): Promise<void>;
  undo(account: RemoteAccount): Promise<void>;
}

export class TaskQueue {
  readonly #options: TaskQueueOptions;
  readonly #kinds = new Map<string, (task: StoredTask) => RunnableTask | undefined>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #odd = new Map<number, number>();
  #stopped = false;

  constructor(options: TaskQueueOptions) {
    this.#options = options;
  }

  register<Payload>(kind: TaskKind<Payload>): void {
    this.#kinds.set(kind.kind, (task) => {
      const parsed = kind.schema.safeParse(task.payload);
      if (!parsed.success) return undefined;
      const { data } = parsed;
      return {
        applyLocal: () => kind.applyLocal(task.accountId, data),
        runRemote: (account) => kind.runRemote(account, task.accountId, data),
        undo: (account) => kind.undo(account, task.accountId, data),
      };
    });
  }

  /** Loads what an earlier run left behind and shows it again. */
  load(accountId: string): void {
    this.#announce(accountId);
    for (const task of this.#options.store.list(accountId)) this.#runnable(task)?.applyLocal();
  }

  /** On disk when this returns, shown as well; the server follows when it can. */
  add(accountId: string, kind: string, payload: unknown): void {
    const task = this.#options.store.add(accountId, kind, payload);
    this.#announce(accountId);
    this.#runnable(task)?.applyLocal();
    this.wake(accountId);
  }

  /** The server may be reachable: go on. */
  wake(accountId: string): void {
    if (this.#stopped || this.#running.has(accountId)) return;
    const run = this.#drain(accountId).finally(() => this.#running.delete(accountId));
    this.#running.set(accountId, run);
  }

  /** A mailbox has another path: the changes that wait for it go there. */
  renameMailbox(accountId: string, from: string, to: string): void {
    for (const task of this.#options.store.list(accountId)) {
      const payload = withPath(task.payload, from, to);
      if (payload !== undefined) this.#options.store.replace(task.taskId, payload);
    }
    this.#announce(accountId);
  }

  removeAccount(accountId: string): void {
    this.#options.store.removeAccount(accountId);
    this.#announce(accountId);
  }

  /** Resolves when nothing runs any more; what is left stays on disk. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running.values());
  }

  async #drain(accountId: string): Promise<void> {
    const { store, logger } = this.#options;
    for (;;) {
      const [task] = store.list(accountId);
      if (task === undefined || this.#stopped) return;
      const failure = await this.#carryOut(task);
      if (failure !== undefined && !this.#isFinal(task, failure)) {
        // Waits for the connection: `wake` comes when it stands again.
        logger.log('info', 'task.waits', { kind: task.kind, code: failure.code });
        return;
      }
      if (this.#stopped) return;
      store.remove(task.taskId);
      this.#announce(accountId);
      if (failure !== undefined) await this.#takeBack(task, failure);
    }
  }

  async #carryOut(task: StoredTask): Promise<MailError | undefined> {
    try {
      await this.#runnable(task)?.runRemote(this.#options.account(task.accountId));
      return undefined;
    } catch (error) {
      return asMailError(error);
    }
  }

  async #takeBack(task: StoredTask, failure: MailError): Promise<void> {
    const { logger } = this.#options;
    logger.log('warn', 'task.refused', { kind: task.kind, error: describeError(failure) });
    try {
      await this.#runnable(task)?.undo(this.#options.account(task.accountId));
    } catch (error) {
      // The next sync brings the server's state all the same.
      logger.log('info', 'task.undo-waits', { error: describeError(error) });
    }
  }

  #isFinal(task: StoredTask, failure: MailError): boolean {
    if (isRefusal(failure) || hasNoObject(failure)) return true;
    if (!(failure instanceof ImapError)) return false;
    const times = (this.#odd.get(task.taskId) ?? 0) + 1;
    this.#odd.set(task.taskId, times);
    return times >= oddFailures;
  }

  #runnable(task: StoredTask): RunnableTask | undefined {
    return this.#kinds.get(task.kind)?.(task);
  }

  #announce(accountId: string): void {
    this.#options.onPending(accountId, this.#options.store.list(accountId));
  }
}

/** What the change was about is gone: there is nothing left to change. */
function hasNoObject(error: MailError): boolean {
  return error.code === 'message.not-found' || error.code === 'mailbox.not-found';
}

/** The payload with every path that is `from` replaced; undefined when there is none. */
function withPath(payload: unknown, from: string, to: string): unknown {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const isPath = ([name, value]: [string, unknown]) => /path$/i.test(name) && value === from;
  const entries = Object.entries(payload);
  if (!entries.some(isPath)) return undefined;
  return Object.fromEntries(entries.map((entry) => [entry[0], isPath(entry) ? to : entry[1]]));
}
