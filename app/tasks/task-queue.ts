/**
 * Carries the person's changes to the server, in order, each account by itself: stored, then
 * shown, then replayed. A broken connection keeps a change; a refusal undoes it; the person may
 * take it back at any time.
 */
import { asMailError, ImapError, type MailError } from '../errors.ts';
import { isRefusal } from '../imap/imap-errors.ts';
import { describeError, type Logger } from '../log.ts';
import type { RenamedPath, RenameNotes } from '../ports.ts';
import { pathsShown, type UnderWay } from './pending-moves.ts';
import { withPath } from './renamed-paths.ts';
import type {
  NewTask,
  RemoteAccount,
  Resolve,
  ResolvedTarget,
  TaskKind,
  TaskRun,
} from './task-kind.ts';
import type { MessagePlace, MovedGroup, NotedPlace, StoredTask, TaskStore } from './task-store.ts';

export interface TaskQueueOptions {
  readonly store: TaskStore;
  readonly account: (accountId: string) => RemoteAccount;
  readonly logger: Logger;
  /** Told when a task came, went or was taken back, so that overlays can be made anew. */
  readonly onPending: (accountId: string, tasks: readonly StoredTask[], resolve: Resolve) => void;
  /** A change was undone because the server said no. */
  readonly onRefused?: (task: StoredTask, count: number, failure: MailError) => void;
  /**
   * Shows the store as the server has it, then, by `showPending`, what is still on its way.
   * @param known what the store may not know of the last of: where messages went, and mailboxes
   *   that have other paths
   */
  readonly onLoad?: (
    accountId: string,
    known: { readonly moved: readonly MovedGroup[]; readonly renamed: readonly RenamedPath[] },
    showPending: () => void,
  ) => void;
  /** Makes what is shown outlive a power cut: before a change is forgotten that was taken back. */
  readonly flush?: () => void;
}

/** Failures that are neither a refusal nor a broken connection are tried again so often. */
const oddFailures = 5;
/** So many done tasks can still be taken back. */
const doneKept = 200;
/** Waits between attempts while nobody says that the server can be reached; doubled each time. */
const retryFirstMs = 2_000;
const retryMostMs = 60_000;

interface RunnableTask {
  readonly count: number;
  applyLocal(): void;
  runRemote(account: RemoteAccount): Promise<void>;
  undo(account: RemoteAccount): Promise<void>;
  showBack(): void;
  showTaken(): void;
  reverse(): NewTask[];
}

export class TaskQueue {
  readonly #options: TaskQueueOptions;
  readonly #kinds = new Map<string, (task: StoredTask) => RunnableTask | undefined>();
  readonly #running = new Map<string, Promise<void>>();
  /** Accounts whose queue was woken while it ran. */
  readonly #woken = new Set<string>();
  readonly #current = new Set<number>();
  /** Those that are done and can be taken back. */
  readonly #done = new Map<number, StoredTask>();
  readonly #odd = new Map<number, number>();
  /** Refused by the server, and not yet taken back here. */
  readonly #refused = new Set<number>();
  /** Done, and then the rest has to be shown once more. */
  readonly #again = new Set<number>();
  readonly #retries = new Map<string, { timer: NodeJS.Timeout; waitMs: number }>();
  #stopped = false;

  constructor(options: TaskQueueOptions) {
    this.#options = options;
  }

  register<Payload>(kind: TaskKind<Payload>): void {
    this.#kinds.set(kind.kind, (task) => {
      const parsed = kind.schema.safeParse(task.payload);
      if (!parsed.success) return undefined;
      const { data } = parsed;
      const { accountId } = task;
      const resolve = this.#resolve(accountId);
      return {
        count: kind.count(data),
        applyLocal: () => kind.applyLocal(accountId, data, resolve),
        runRemote: (account) => kind.runRemote(this.#run(task, account), data),
        undo: (account) => kind.undo(this.#run(task, account), data),
        showBack: () => kind.showBack(accountId, data, resolve),
        showTaken: () => kind.showTaken?.(accountId, data, resolve),
        reverse: () => kind.reverse(accountId, data, resolve),
      };
    });
  }

  /** Loads what an earlier run left behind and shows it again. */
  load(accountId: string): void {
    // While the program ran it could be asked for: what is done can be taken back until its end.
    this.#options.store.forgetMoved(accountId);
    this.#announce(accountId);
    const showPending = () => this.showPending(accountId);
    const { onLoad, store } = this.#options;
    if (onLoad === undefined) showPending();
    else {
      const { done: renamed } = store.renames(accountId);
      onLoad(accountId, { moved: store.moved(accountId), renamed }, showPending);
    }
    store.forgetRenames(accountId, 'done');
  }

  /** Where moves took a message, as far as those since the last start tell; undefined: nowhere. */
  notedPlace(accountId: string, place: MessagePlace): NotedPlace | undefined {
    return this.#options.store.notedPlace(accountId, place);
  }

  /** Where the changes that wait show messages (see `pathsShown`). */
  pathsShown(accountId: string): ReadonlyMap<string, string | undefined> {
    return pathsShown(this.#shown(accountId), this.#resolve(accountId));
  }

  /** On disk when this returns, shown as well; the server follows when it can. */
  add(accountId: string, kind: string, payload: unknown): number {
    const [taskId = 0] = this.addAll([{ accountId, kind, payload }]);
    return taskId;
  }

  /** As `add`; after a crash all are there, or none. */
  addAll(tasks: readonly NewTask[]): number[] {
    if (tasks.length === 0) return [];
    const stored = this.#options.store.add(tasks);
    const accounts = accountsOf(stored);
    for (const accountId of accounts) this.#announce(accountId);
    for (const task of stored) this.#runnable(task)?.applyLocal();
    for (const accountId of accounts) this.#start(accountId);
    return stored.map(({ taskId }) => taskId);
  }

  /**
   * Takes changes back, the latest first: at once while the server has not heard of them, with
   * another task after that. Returns the tasks that do so.
   */
  undo(taskIds: readonly number[]): number[] {
    const { store, flush } = this.#options;
    const latestFirst = [...new Set(taskIds)].sort((a, b) => b - a);
    const waiting = latestFirst.flatMap((taskId) => store.get(taskId) ?? []);
    const reverse = latestFirst.flatMap((taskId) => {
      const done = this.#done.get(taskId);
      // As things are now: what came after it may have moved the messages on.
      return done === undefined ? [] : (this.#runnable(done)?.reverse() ?? []);
    });
    // What may have reached the server is let through and then reversed.
    const isBegun = ({ taskId, step }: StoredTask) =>
      step !== undefined || this.#current.has(taskId);
    // Shown before it is kept: a start in between shows the change again, and nothing but the
    // change itself would ever say that what is shown of it is not so on the server.
    for (const task of waiting) this.#runnable(task)?.showBack();
    if (waiting.length > 0) flush?.();
    const stored = store.takeBack({
      remove: waiting.filter((task) => !isBegun(task)).map(({ taskId }) => taskId),
      markUndone: waiting.filter(isBegun).map(({ taskId }) => taskId),
      reverse,
    });
    for (const taskId of latestFirst) this.#done.delete(taskId);
    for (const accountId of accountsOf([...waiting, ...stored])) {
      this.#announce(accountId);
      this.showPending(accountId);
    }
    for (const accountId of accountsOf(stored)) this.#start(accountId);
    return stored.map(({ taskId }) => taskId);
  }

  /** The change that the server may have heard of and whose end is not noted yet. */
  underWay(accountId: string): UnderWay | undefined {
    const task = this.#options.store.first(accountId);
    if (task?.step === undefined || this.#refused.has(task.taskId)) return undefined;
    return { task, resolve: this.#resolve(accountId) };
  }

  /** Changes that wait for the server. */
  pending(accountId: string): number {
    return this.#options.store.count(accountId);
  }

  /** The server may be reachable: go on. */
  wake(accountId: string): void {
    if (this.#running.has(accountId)) this.#woken.add(accountId);
    this.#start(accountId);
  }

  #start(accountId: string): void {
    if (this.#stopped || this.#running.has(accountId)) return;
    const run = this.#drain(accountId).then((waits) => {
      this.#running.delete(accountId);
      if (waits) this.#retryLater(accountId);
      else this.#forgetRetry(accountId);
      // What failed may have been told to wait for the very call that came meanwhile.
      const again = this.#woken.delete(accountId) || !waits;
      if (again && this.#options.store.first(accountId) !== undefined) this.#start(accountId);
    });
    this.#running.set(accountId, run);
  }

  /** Keeps the changes that wait with mailboxes whose paths change. */
  renamesOf(accountId: string): RenameNotes {
    const { store } = this.#options;
    return {
      begin: (pairs) => store.beginRename(accountId, pairs),
      begun: () => store.renames(accountId).begun,
      forget: () => store.forgetRenames(accountId, 'begun'),
      follow: (pairs, applyLocal) => {
        store.followRename(accountId, pairs);
        for (const { from, to } of pairs) this.#renameDone(accountId, from, to);
        applyLocal();
        store.forgetRenames(accountId, 'done');
        this.#announce(accountId);
      },
    };
  }

  #renameDone(accountId: string, from: string, to: string): void {
    for (const [taskId, task] of this.#done) {
      const payload = task.accountId === accountId ? withPath(task.payload, from, to) : undefined;
      if (payload !== undefined) this.#done.set(taskId, { ...task, payload });
    }
  }

  /** The connection for changes may break while the account's standing one holds. */
  #retryLater(accountId: string): void {
    if (this.#stopped) return;
    const before = this.#retries.get(accountId);
    clearTimeout(before?.timer);
    const waitMs = Math.min(retryMostMs, before === undefined ? retryFirstMs : before.waitMs * 2);
    const timer = setTimeout(() => this.#start(accountId), waitMs);
    timer.unref();
    this.#retries.set(accountId, { timer, waitMs });
  }

  #forgetRetry(accountId: string): void {
    clearTimeout(this.#retries.get(accountId)?.timer);
    this.#retries.delete(accountId);
  }

  removeAccount(accountId: string): void {
    this.#forgetRetry(accountId);
    this.#options.store.removeAccount(accountId);
    this.#announce(accountId);
  }

  /** Resolves when nothing runs any more; what is left stays on disk. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const accountId of this.#retries.keys()) this.#forgetRetry(accountId);
    await Promise.all(this.#running.values());
  }

  /** True when the first task waits for the connection. */
  async #drain(accountId: string): Promise<boolean> {
    const { store, logger } = this.#options;
    for (;;) {
      this.#woken.delete(accountId);
      const task = store.first(accountId);
      if (task === undefined || this.#stopped) return false;
      this.#current.add(task.taskId);
      const failure = await this.#carryOut(task);
      this.#current.delete(task.taskId);
      if (failure !== undefined && !this.#isFinal(task, failure)) {
        // Waits for the connection: `wake` comes when it stands again.
        logger.log('info', 'task.waits', { kind: task.kind, code: failure.code });
        return true;
      }
      if (this.#stopped) return false;
      if (failure === undefined) this.#finish(task);
      else if (!(await this.#takeBack(task, failure))) return true;
    }
  }

  #finish(task: StoredTask): void {
    const { store } = this.#options;
    const reverse = this.#runnable(task)?.reverse() ?? [];
    const undone = store.get(task.taskId)?.undone === true;
    store.remove(task.taskId, undone ? reverse : []);
    this.#announce(task.accountId);
    const again = this.#again.delete(task.taskId);
    if (undone || again) this.showPending(task.accountId);
    if (!undone && reverse.length > 0) this.#keepDone(task);
  }

  #keepDone(task: StoredTask): void {
    this.#done.set(task.taskId, task);
    for (const oldest of this.#done.keys()) {
      if (this.#done.size <= doneKept) break;
      this.#done.delete(oldest);
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

  /** Kept until the store is as the server has it: no sync asks again for what did not change there. */
  async #takeBack(task: StoredTask, failure: MailError): Promise<boolean> {
    const { store, logger, onRefused, flush } = this.#options;
    logger.log('warn', 'task.refused', { kind: task.kind, error: describeError(failure) });
    const runnable = this.#runnable(task);
    this.#refused.add(task.taskId);
    this.#announce(task.accountId);
    try {
      await runnable?.undo(this.#options.account(task.accountId));
    } catch (error) {
      logger.log('info', 'task.undo-waits', { error: describeError(error) });
      if (!this.#isFinal(task, asMailError(error))) {
        this.#refused.delete(task.taskId);
        this.#announce(task.accountId);
        return false;
      }
    }
    flush?.();
    store.remove(task.taskId);
    this.#refused.delete(task.taskId);
    this.#announce(task.accountId);
    this.showPending(task.accountId);
    onRefused?.(task, runnable?.count ?? 0, failure);
    return true;
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

  #run(task: StoredTask, account: RemoteAccount): TaskRun {
    const { store } = this.#options;
    const { taskId, accountId } = task;
    return {
      account,
      accountId,
      resolve: this.#resolve(accountId),
      get step() {
        return store.get(taskId)?.step;
      },
      note: (step) => store.noteStep(taskId, step),
      moved: (from, to, uids, identities) => {
        store.addMoved(accountId, from, to, uids, identities);
        // A sync that comes before this task ends finds the changes that wait by the new names.
        this.#announce(accountId);
      },
      showAgain: () => this.#again.add(taskId),
    };
  }

  #resolve(accountId: string): Resolve {
    const { store } = this.#options;
    return ({ path, uidValidity, uids }) => {
      const found = new Map<
        string,
        { path: string; uidValidity: number; origin: Map<number, number> }
      >();
      for (const uid of uids) {
        const place = store.placeOf(accountId, { path, uidValidity, uid });
        const key = `${place.uidValidity} ${place.path}`;
        const group = found.get(key) ?? { ...place, origin: new Map<number, number>() };
        group.origin.set(place.uid, uid);
        found.set(key, group);
      }
      return [...found.values()].map(
        (group): ResolvedTarget => ({
          path: group.path,
          uidValidity: group.uidValidity,
          uids: [...group.origin.keys()],
          origin: group.origin,
        }),
      );
    };
  }

  /** Shows what is on its way, in order; again where that was done. */
  showPending(accountId: string): void {
    for (const task of this.#shown(accountId)) {
      const runnable = this.#runnable(task);
      if (task.undone === true) runnable?.showTaken();
      else runnable?.applyLocal();
    }
  }

  #announce(accountId: string): void {
    this.#options.onPending(accountId, this.#shown(accountId), this.#resolve(accountId));
  }

  /** Without what the server has refused. */
  #shown(accountId: string): StoredTask[] {
    return this.#options.store.list(accountId).filter(({ taskId }) => !this.#refused.has(taskId));
  }
}

function accountsOf(tasks: readonly StoredTask[]): Set<string> {
  return new Set(tasks.map(({ accountId }) => accountId));
}

/** What the change was about is gone: there is nothing left to change. */
function hasNoObject(error: MailError): boolean {
  return error.code === 'message.not-found' || error.code === 'mailbox.not-found';
}
