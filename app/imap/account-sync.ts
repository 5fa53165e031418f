/**
 * One account's mail: the standing watch on INBOX, the work connection, and what runs in the
 * background when both are quiet (other mailboxes, bodies ahead of reading).
 */
import type { ImapFlow } from 'imapflow';
import { asMailError, CancelledError, ImapError, type MailError, RequestError } from '../errors.ts';
import { describeError, type Logger } from '../log.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import { AccountGate } from './account-gate.ts';
import type { ImapConnection } from './connect.ts';
import { InboxWatch } from './inbox-watch.ts';
import { imapLimits } from './limits.ts';
import { listMailboxes } from './mailbox-list.ts';
import { MailboxSync, type SyncContext } from './mailbox-sync.ts';
import { type ImapJob, WorkConnection } from './work-connection.ts';

export interface AccountSyncOptions {
  readonly accountId: string;
  readonly context: SyncContext;
  readonly logger: Logger;
  /** Opens a leg and signs in. */
  readonly connect: (idle: boolean, signal: AbortSignal) => Promise<ImapConnection>;
  /** Fetches sources of these messages into the store. */
  readonly prefetch: (client: ImapFlow, mailbox: StoredMailbox, uids: number[]) => Promise<void>;
  readonly events: AccountEvents;
}

export interface AccountEvents {
  mailboxesChanged(accountId: string): void;
  syncing(accountId: string, missing: number): void;
  /** INBOX is up to date and watched. */
  idle(accountId: string): void;
  /** A connection stands: what waited for the server may go on. */
  online(accountId: string): void;
  failed(accountId: string, error: MailError): void;
}

export class AccountSync {
  readonly #options: AccountSyncOptions;
  readonly #gate = new AccountGate();
  readonly #work: WorkConnection;
  readonly #watch: InboxWatch;
  readonly #running = new Set<number>();
  /** Ends every connection that was opened, or is being opened, under the demands of now. */
  #demands = new AbortController();
  #poll: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: AccountSyncOptions) {
    this.#options = options;
    const { context, events, accountId } = options;
    this.#work = new WorkConnection((signal) => this.#connectWork(signal));
    this.#watch = new InboxWatch({
      gate: this.#gate,
      context,
      connect: (signal) => this.#connect(true, signal),
      prepare: (client) => this.#prepare(client),
      events: {
        connecting: () => events.syncing(accountId, 0),
        ready: () => this.#startBackground(),
        progress: (missing) =>
          missing === 0 ? this.#inboxDone() : events.syncing(accountId, missing),
        failed: (error) => events.failed(accountId, error),
      },
    });
  }

  start(): void {
    this.#watch.start();
  }

  retry(): void {
    this.#gate.clear();
    this.#watch.retry();
  }

  /** Lets no connection stand that was opened under other demands (floor, password). */
  renew(): void {
    this.#gate.clear();
    this.#watch.hurry();
    this.#demands.abort();
    this.#demands = new AbortController();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#poll);
    this.#work.close();
    await this.#watch.stop();
  }

  /** Runs on the work connection; may run twice when a stale connection breaks. */
  run<T>(job: ImapJob<T>, priority: 'user' | 'background' = 'user'): Promise<T> {
    return this.#work.run(job, priority);
  }

  /** Runs with `mailbox` selected, and only if its uids still mean what the store says. */
  inMailbox<T>(
    mailbox: StoredMailbox,
    job: ImapJob<T>,
    priority: 'user' | 'background' = 'user',
  ): Promise<T> {
    return this.#work.run(async (client) => {
      const open = client.mailbox !== false && client.mailbox.path === mailbox.path;
      const lock = await client.getMailboxLock(mailbox.path);
      try {
        // Until it is asked, Courier answers a connection as if nothing had come since it was selected.
        if (open) await client.noop();
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
    const sync = new MailboxSync(this.#options.context, mailboxId);
    await this.#step(sync, mailboxId, 'user');
    this.#continue(sync, mailboxId);
  }

  /** Lists anew, e.g. after a mailbox was made. */
  async refreshMailboxes(client: ImapFlow, withCounts: boolean): Promise<void> {
    const { context, accountId, events } = this.#options;
    const listed = await listMailboxes(client, withCounts);
    context.writer.replaceMailboxes(accountId, listed);
    events.mailboxesChanged(accountId);
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
    const connection = await this.#options.connect(idle, AbortSignal.any([signal, demands]));
    const close = () => connection.close();
    if (demands.aborted) {
      close();
      throw new CancelledError();
    }
    demands.addEventListener('abort', close, { once: true });
    connection.client.on('close', () => demands.removeEventListener('abort', close));
    return connection;
  }

  async #prepare(client: ImapFlow): Promise<number> {
    const { context, accountId, events } = this.#options;
    await this.refreshMailboxes(client, false);
    events.online(accountId);
    const inbox = context.reader.mailboxByRole(accountId, 'inbox');
    if (inbox === undefined) throw new ImapError('imap.mailbox-gone');
    return inbox.mailboxId;
  }

  #inboxDone(): void {
    const { context, accountId, events } = this.#options;
    events.idle(accountId);
    const inbox = context.reader.mailboxByRole(accountId, 'inbox');
    if (inbox === undefined) return;
    const { prefetchCount, prefetchSizeBytes } = imapLimits;
    const uids = context.reader.newestWithoutContent(
      inbox.mailboxId,
      prefetchCount,
      prefetchSizeBytes,
    );
    if (uids.length > 0) this.prefetchSoon(inbox, uids);
  }

  #startBackground(): void {
    if (this.#stopped) return;
    clearInterval(this.#poll);
    this.#poll = setInterval(() => this.#lookAround(), imapLimits.pollMs);
    this.#lookAround();
  }

  /** Counts of all mailboxes; those that changed since they were last looked at are brought up to date. */
  #lookAround(): void {
    this.#quietly(
      this.#work.run(async (client) => {
        const { reader } = this.#options.context;
        const before = reader.mailboxes(this.#options.accountId);
        await this.refreshMailboxes(client, true);
        const totals = new Map(before.map((mailbox) => [mailbox.mailboxId, mailbox.serverTotal]));
        for (const mailbox of reader.mailboxes(this.#options.accountId)) {
          if (needsLook(mailbox, totals.get(mailbox.mailboxId))) this.#lookInto(mailbox);
        }
      }, 'background'),
    );
  }

  #lookInto(mailbox: StoredMailbox): void {
    const sync = new MailboxSync(this.#options.context, mailbox.mailboxId);
    this.#quietly(
      this.#step(sync, mailbox.mailboxId, 'background').then(() => {
        // Mailboxes that were opened once are kept whole; of others the newest will do.
        if (mailbox.complete) this.#continue(sync, mailbox.mailboxId);
      }),
    );
  }

  #continue(sync: MailboxSync, mailboxId: number): void {
    if (!sync.hasWork || this.#stopped || this.#running.has(mailboxId)) return;
    this.#running.add(mailboxId);
    const rest = async () => {
      try {
        while (sync.hasWork && !this.#stopped) await this.#step(sync, mailboxId, 'background');
      } finally {
        this.#running.delete(mailboxId);
      }
    };
    this.#quietly(rest());
  }

  #step(sync: MailboxSync, mailboxId: number, priority: 'user' | 'background'): Promise<void> {
    return this.#work.run(async (client) => {
      const mailbox = this.#options.context.reader.mailbox(mailboxId);
      if (mailbox === undefined) throw new RequestError('mailbox.not-found');
      const open = client.mailbox !== false && client.mailbox.path === mailbox.path;
      const lock = await client.getMailboxLock(mailbox.path);
      try {
        // Lets the server tell what happened since it was selected (RFC 9051 §6.1.2).
        if (open) await client.noop();
        await sync.step(client);
      } finally {
        lock.release();
      }
    }, priority);
  }

  #quietly(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (this.#stopped) return;
      this.#options.logger.log('info', 'imap.background', { error: describeError(error) });
    });
  }
}

/** INBOX has its own watch; the others are looked into when their counts moved. */
function needsLook(mailbox: StoredMailbox, totalBefore: number | undefined): boolean {
  if (mailbox.role === 'inbox' || !mailbox.selectable) return false;
  if (mailbox.uidValidity === 0) return mailbox.serverTotal > 0;
  if (!mailbox.complete) return mailbox.serverTotal !== totalBefore;
  return mailbox.serverTotal !== mailbox.stored || mailbox.serverUnseen !== mailbox.unseen;
}
