/**
 * One account's mail: the standing watch on INBOX, the connections for work, and what runs in the
 * background when the newest is here (all headers, other mailboxes, bodies ahead of reading).
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { ExpungeEvent, ImapFlow } from 'imapflow';
import type { SyncProgress, SyncStatus } from '../contract/index.ts';
import { asMailError, CancelledError, ImapError, type MailError, RequestError } from '../errors.ts';
import { describeError, type Logger } from '../log.ts';
import type { RenameNotes } from '../ports.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import { AccountGate } from './account-gate.ts';
import { BackgroundSync, type BodiesDays, withBodies } from './background-sync.ts';
import type { ConnectOptions, ImapConnection } from './connect.ts';
import { Connections, type JobPriority } from './connections.ts';
import { assertConnected, isNoRoom } from './imap-errors.ts';
import { InboxWatch } from './inbox-watch.ts';
import { imapLimits, type SyncTiming } from './limits.ts';
import type { MailboxStatus } from './mailbox-list.ts';
import { MailboxSync } from './mailbox-sync.ts';
import { MailboxTree } from './mailbox-tree.ts';
import type { SyncContext } from './sync-context.ts';
import type { ImapJob } from './work-connection.ts';

export type ConnectRequest = Pick<ConnectOptions, 'idle' | 'expunged'> & {
  readonly signal: AbortSignal;
};

export interface AccountSyncOptions {
  readonly accountId: string;
  readonly context: SyncContext;
  readonly logger: Logger;
  readonly timing: SyncTiming;
  /** Opens a leg and signs in. */
  readonly connect: (request: ConnectRequest) => Promise<ImapConnection>;
  /** Fetches sources of these messages into the store. */
  readonly prefetch: (client: ImapFlow, mailbox: StoredMailbox, uids: number[]) => Promise<void>;
  readonly bodiesDays: () => BodiesDays;
  /** Whether the person holds back what is fetched ahead. */
  readonly paused: () => boolean;
  readonly events: AccountEvents;
  readonly renames: RenameNotes | undefined;
}

export interface AccountEvents {
  mailboxesChanged(): void;
  progress(status: SyncStatus, working: StoredMailbox | undefined): void;
  /** A connection stands: what waited for the server may go on. */
  online(): void;
  failed(error: MailError): void;
}

export class AccountSync {
  readonly #options: AccountSyncOptions;
  readonly #gate = new AccountGate();
  readonly #connections: Connections;
  readonly #watch: InboxWatch;
  readonly #background: BackgroundSync;
  readonly #tree: MailboxTree;
  readonly #syncs = new Map<number, MailboxSync>();
  readonly #byPath = new Map<string, number>();
  /** Ends every connection that was opened, or is being opened, under the demands of now. */
  #demands = new AbortController();
  #poll: NodeJS.Timeout | undefined;
  #online = false;
  #working = false;
  /** INBOX is as the server says. */
  #settled = false;
  #progressAt = 0;
  /** Messages that the server said are gone. */
  #told = 0;
  #stopped = false;

  constructor(options: AccountSyncOptions) {
    this.#options = options;
    const { context, accountId, logger } = options;
    this.#connections = new Connections({
      connect: (signal) => this.#connectWork(signal),
      borrow: () => this.#watch.connection,
      giveBack: () => this.#watch.retry(),
    });
    this.#tree = new MailboxTree({
      accountId,
      context,
      renames: options.renames,
      changed: () => this.#treeChanged(),
    });
    this.#background = new BackgroundSync({
      accountId,
      context,
      logger,
      connections: this.#connections,
      syncOf: (mailboxId) => this.#syncOf(mailboxId),
      inMailbox: (mailbox, job) => this.inMailbox(mailbox, job, 'background'),
      prefetch: options.prefetch,
      bodiesDays: options.bodiesDays,
      paused: options.paused,
      progress: (working) => this.#progress(working),
    });
    this.#watch = this.#createWatch();
  }

  start(): void {
    this.#watch.start();
    this.#background.start();
  }

  retry(): void {
    this.#gate.clear();
    this.#connections.forgetLimits();
    this.#watch.retry();
    this.#background.newRound();
    // A standing session has no other reason to ask for mailboxes before the next poll.
    if (this.#poll !== undefined) this.#lookAround();
  }

  /** The network changed or the computer woke: what stands has to prove that it lives. */
  doubt(): void {
    this.#watch.doubt();
  }

  /** Lets no connection stand that was opened under other demands (floor, password). */
  renew(): void {
    this.#gate.clear();
    this.#watch.hurry();
    this.#demands.abort();
    this.#demands = new AbortController();
  }

  /** Paused, resumed, or told to keep more bodies. */
  settingsChanged(): void {
    this.#background.newRound();
    this.#progress(undefined);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#poll);
    this.#connections.close();
    await Promise.all([this.#watch.stop(), this.#background.stop()]);
  }

  /** Runs on a connection for work; may run twice when a stale connection breaks. */
  run<T>(job: ImapJob<T>, priority: JobPriority = 'user'): Promise<T> {
    return this.#connections.run(job, priority);
  }

  /** Runs with `mailbox` selected, and only if its uids still mean what the store says. */
  inMailbox<T>(
    mailbox: StoredMailbox,
    job: ImapJob<T>,
    priority: JobPriority = 'user',
  ): Promise<T> {
    return this.run(async (client) => {
      const open = client.mailbox !== false && client.mailbox.path === mailbox.path;
      const lock = await client.getMailboxLock(mailbox.path);
      try {
        // Until it is asked, Courier answers a connection as if nothing had come since it was selected.
        if (open) await client.noop();
        assertConnected(client);
        const selected = client.mailbox;
        const uidValidity = selected === false ? undefined : Number(selected.uidValidity);
        if (mailbox.uidValidity !== uidValidity) throw new RequestError('message.not-found');
        return await job(client);
      } finally {
        lock.release();
      }
    }, priority);
  }

  /** Resolves when the newest messages are in the store; the rest follows in the background. */
  async syncMailbox(mailboxId: number): Promise<void> {
    const { reader } = this.#options.context;
    const mailbox = reader.mailbox(mailboxId);
    if (mailbox === undefined) throw new ImapError('imap.mailbox-gone');
    await this.run(async (client) => {
      const lock = await client.getMailboxLock(mailbox.path);
      try {
        await this.#syncOf(mailboxId).refresh(client);
      } finally {
        lock.release();
      }
    });
    const now = reader.mailbox(mailboxId);
    const uids = now === undefined ? [] : this.#newestWithoutContent(now);
    if (now !== undefined && uids.length > 0) this.prefetchSoon(now, uids);
    this.#background.look(mailboxId, { stale: false });
  }

  /** We took these messages away: rows of theirs that are still on their way are not stored. */
  noteGone(mailboxId: number, uids: readonly number[]): void {
    this.#syncs.get(mailboxId)?.noteTaken(uids);
  }

  /** Messages came into the store by another way than a look at the mailbox: one has to follow. */
  recheck(mailboxId: number): void {
    const mailbox = this.#options.context.reader.mailbox(mailboxId);
    if (mailbox?.role === 'inbox') this.#watch.retry();
    else if (mailbox !== undefined) this.#background.look(mailboxId, { stale: true });
  }

  /** Lists anew, e.g. after a mailbox was made. */
  async refreshMailboxes(client: ImapFlow, withCounts: boolean): Promise<void> {
    await this.#tree.refresh(client, withCounts);
  }

  /** @throws RequestError, ImapError: what MailboxTree throws */
  createMailbox(name: string, parent: StoredMailbox | undefined): Promise<StoredMailbox> {
    return this.run((client) => this.#tree.create(client, name, parent));
  }

  renameMailbox(mailbox: StoredMailbox, name: string): Promise<StoredMailbox> {
    return this.run((client) => this.#tree.rename(client, mailbox, name));
  }

  deleteMailbox(mailbox: StoredMailbox): Promise<void> {
    return this.run((client) => this.#tree.delete(client, mailbox));
  }

  /** Sources of these messages, when nothing more urgent is to be done. */
  prefetchSoon(mailbox: StoredMailbox, uids: readonly number[]): void {
    this.#quietly(
      this.inMailbox(
        mailbox,
        (client) => this.#options.prefetch(client, mailbox, [...uids]),
        'background',
      ),
    );
  }

  /** How far the account is known. */
  status(): SyncStatus {
    const { accountId, context, bodiesDays, paused } = this.#options;
    const mailboxes = context.reader.mailboxes(accountId).filter(({ selectable }) => selectable);
    const headers = { done: 0, total: 0 };
    for (const { stored, serverTotal, complete } of mailboxes) {
      headers.done += stored;
      headers.total += complete ? stored : Math.max(stored, serverTotal);
    }
    const days = bodiesDays();
    const since = days === 'all' ? 0 : Date.now() - Number(days) * 86_400_000;
    const bodies: SyncProgress = { done: 0, total: 0 };
    for (const { mailboxId } of withBodies(mailboxes)) {
      const { total, missing } = context.sync.contentCounts(mailboxId, since);
      bodies.total += total;
      bodies.done += Math.max(0, total - missing);
    }
    const pausedNow = paused();
    const state = !this.#online
      ? 'offline'
      : pausedNow
        ? 'paused'
        : this.#working || !this.#settled
          ? 'syncing'
          : 'idle';
    return { accountId, state, headers, bodies, paused: pausedNow };
  }

  #createWatch(): InboxWatch {
    const { events, timing } = this.#options;
    return new InboxWatch({
      gate: this.#gate,
      timing,
      connect: (signal) => this.#connect(true, signal),
      inbox: () => this.#inbox(),
      events: {
        connecting: () => {
          this.#settled = false;
          this.#progress(undefined);
        },
        online: () => {
          this.#online = true;
        },
        ready: (client) => this.#ready(client),
        watching: () => this.#watching(),
        failed: (error) => {
          this.#online = false;
          this.#background.setOnline(false);
          // Connections of ours may be what fills the server's limit.
          if (isNoRoom(error)) this.#connections.drop();
          this.#progress(undefined);
          events.failed(error);
        },
        suspicious: () => this.#connections.drop(),
      },
    });
  }

  #inbox(): MailboxSync {
    const { context, accountId } = this.#options;
    context.writer.mailboxes.ensureInbox(accountId);
    const inbox = context.reader.mailboxByRole(accountId, 'inbox');
    if (inbox === undefined) throw new ImapError('imap.mailbox-gone');
    return this.#syncOf(inbox.mailboxId);
  }

  /** First words of what is on the first screen, then the list of mailboxes, then all the rest. */
  async #ready(client: ImapFlow): Promise<void> {
    const { context, accountId, events, prefetch } = this.#options;
    events.mailboxesChanged();
    const inbox = context.reader.mailboxByRole(accountId, 'inbox');
    const uids = inbox === undefined ? [] : this.#newestWithoutContent(inbox);
    if (inbox !== undefined && uids.length > 0) {
      await this.#attempt(client, async () => {
        const lock = await client.getMailboxLock(inbox.path);
        try {
          await prefetch(client, inbox, uids);
        } finally {
          lock.release();
        }
      });
    }
    await this.#attempt(client, async () => {
      await this.#tree.refresh(client, false);
    });
    if (this.#stopped) return;
    // Now that mailboxes are known: what waited names them.
    events.online();
    this.#background.setOnline(true);
    clearInterval(this.#poll);
    this.#poll = setInterval(() => this.#lookAround(), this.#options.timing.pollMs);
    this.#lookAround();
  }

  /** A refusal is no reason to give up a connection that is otherwise well. */
  async #attempt(client: ImapFlow, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!client.usable) throw error;
      this.#options.logger.log('info', 'imap.begin', { error: describeError(error) });
    }
  }

  #watching(): void {
    this.#settled = true;
    const { context, accountId } = this.#options;
    const inbox = context.reader.mailboxByRole(accountId, 'inbox');
    if (inbox !== undefined) this.#background.look(inbox.mailboxId, { stale: false });
  }

  #newestWithoutContent(mailbox: StoredMailbox): number[] {
    const { prefetchCount, prefetchSizeBytes } = imapLimits;
    return this.#options.context.sync
      .missingContent(mailbox.mailboxId, {
        since: 0,
        belowRowId: Number.MAX_SAFE_INTEGER,
        limit: prefetchCount,
      })
      .filter(({ sizeBytes }) => sizeBytes <= prefetchSizeBytes)
      .map(({ uid }) => uid);
  }

  async #connectWork(signal: AbortSignal): Promise<ImapConnection> {
    this.#gate.check();
    const { era } = this.#gate;
    try {
      return await this.#connect(false, signal);
    } catch (error) {
      this.#gate.note(asMailError(error), era);
      throw error;
    }
  }

  async #connect(idle: boolean, signal: AbortSignal): Promise<ImapConnection> {
    const demands = this.#demands.signal;
    let client: ImapFlow | undefined;
    const connection = await this.#options.connect({
      idle,
      signal: AbortSignal.any([signal, demands]),
      expunged: (event) => this.#expunged(event, client, idle),
    });
    client = connection.client;
    const close = () => connection.close();
    if (demands.aborted) {
      close();
      throw new CancelledError();
    }
    demands.addEventListener('abort', close, { once: true });
    connection.client.on('close', () => demands.removeEventListener('abort', close));
    return connection;
  }

  /** A VANISHED may name millions: now and then the reader is made to wait for the others. */
  #expunged(
    { path, uid }: ExpungeEvent,
    client: ImapFlow | undefined,
    watching: boolean,
  ): Promise<void> | undefined {
    const mailboxId = this.#byPath.get(path) ?? this.#findByPath(path);
    const selected = client?.mailbox;
    if (mailboxId === undefined || selected === undefined || selected === false) return undefined;
    const sync = this.#syncOf(mailboxId);
    if (uid !== undefined) sync.noteGone(uid, Number(selected.uidValidity ?? 0));
    else if (watching) {
      sync.noteLoss();
      this.#watch.retry();
    }
    this.#told += 1;
    return this.#told % 2_000 === 0 ? breathe() : undefined;
  }

  #findByPath(path: string): number | undefined {
    const { context, accountId } = this.#options;
    const found = context.reader.mailboxByPath(accountId, path)?.mailboxId;
    if (found !== undefined) this.#byPath.set(path, found);
    return found;
  }

  #syncOf(mailboxId: number): MailboxSync {
    let sync = this.#syncs.get(mailboxId);
    if (sync === undefined) {
      sync = new MailboxSync(this.#options.context, mailboxId);
      this.#syncs.set(mailboxId, sync);
    }
    return sync;
  }

  #treeChanged(): void {
    const { context, accountId, events } = this.#options;
    this.#byPath.clear();
    const known = new Set(context.reader.mailboxes(accountId).map(({ mailboxId }) => mailboxId));
    for (const mailboxId of this.#syncs.keys()) {
      if (!known.has(mailboxId)) this.#syncs.delete(mailboxId);
    }
    events.mailboxesChanged();
  }

  /** Counts of all mailboxes; those that changed since they were last known are looked into. */
  #lookAround(): void {
    this.#quietly(
      this.run(async (client) => {
        const { context, accountId } = this.#options;
        const statuses = await this.#tree.refresh(client, true);
        for (const mailbox of context.reader.mailboxes(accountId)) {
          const status = statuses.get(mailbox.path);
          const watched = mailbox.role === 'inbox';
          if (!watched && status !== undefined && differs(mailbox, status)) {
            this.#background.look(mailbox.mailboxId, { stale: true });
          }
        }
        this.#background.newRound();
      }, 'background'),
    );
  }

  #progress(working: StoredMailbox | undefined): void {
    const now = Date.now();
    const began = this.#working;
    this.#working = working !== undefined;
    // Counting costs a little: while work goes on, twice a second is enough.
    if (this.#stopped || (began && this.#working && now - this.#progressAt < 500)) return;
    this.#progressAt = now;
    this.#options.events.progress(this.status(), working);
  }

  /** Background work: what fails comes again by itself. */
  #quietly(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (error instanceof CancelledError || this.#stopped) return;
      this.#options.logger.log('info', 'imap.background', { error: describeError(error) });
    });
  }
}

/** What is not complete is being fetched anyway. */
function differs(mailbox: StoredMailbox, status: MailboxStatus): boolean {
  if (!mailbox.complete || mailbox.uidNext === 0) return false;
  if (status.uidValidity !== undefined && status.uidValidity !== mailbox.uidValidity) return true;
  if (status.uidNext !== undefined && status.uidNext > mailbox.uidNext) return true;
  if (status.messages !== undefined && status.messages !== mailbox.stored) return true;
  if (mailbox.highestModSeq > 0n && status.highestModSeq !== undefined) {
    return status.highestModSeq > mailbox.highestModSeq;
  }
  return status.unseen !== undefined && status.unseen !== mailbox.unseen;
}
