/**
 * All accounts' mail: starts and stops their syncs, tells the window what changed, and answers
 * what is asked of mailboxes and messages. Leaves changes by the person to app/tasks.
 */
import { setImmediate } from 'node:timers/promises';
import type { ContentStore } from '../content/content-store.ts';
import type { MailboxDto, MessageRow } from '../contract/index.ts';
import type { EmitEvent } from '../engine-types.ts';
import { LegError, RequestError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { AccountDirectory, LegOpener } from '../ports.ts';
import type { MailStore } from '../store/mail-store.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import { AccountSync } from './account-sync.ts';
import { connectImap, type ImapConnection } from './connect.ts';
import type { PendingChanges, SyncContext } from './mailbox-sync.ts';
import { MessageBodies } from './message-bodies.ts';
import { toMailboxDto, toMessageRow } from './rows.ts';
import { SentMailbox } from './sent-copy.ts';

export interface MailSyncOptions {
  readonly store: MailStore;
  readonly content: ContentStore;
  readonly accounts: AccountDirectory;
  readonly legs: LegOpener;
  readonly pending: PendingChanges;
  readonly emit: EmitEvent;
  readonly logger: Logger;
  /** A connection to the account's server stands again. */
  readonly onOnline: (accountId: string) => void;
}

export class MailSync {
  readonly #options: MailSyncOptions;
  readonly #syncs = new Map<string, AccountSync>();
  readonly #context: SyncContext;
  readonly bodies: MessageBodies;
  readonly sentCopy: SentMailbox;

  constructor(options: MailSyncOptions) {
    this.#options = options;
    const { reader, writer } = options.store;
    const changed = (mailbox: StoredMailbox) => this.#messagesChanged(mailbox);
    this.#context = {
      reader,
      writer,
      pending: options.pending,
      changed,
      arrived: (mailbox, uids) => this.#arrived(mailbox, uids),
    };
    const account = (accountId: string) => this.account(accountId);
    this.bodies = new MessageBodies({
      reader,
      writer,
      content: options.content,
      logger: options.logger,
      account,
      changed,
    });
    this.sentCopy = new SentMailbox({ reader, account });
  }

  /** Begins to keep the account in step with its server. */
  add(accountId: string): void {
    if (this.#syncs.has(accountId)) return;
    const sync = this.#create(accountId);
    this.#syncs.set(accountId, sync);
    sync.start();
  }

  /** Ends the account's connections and forgets what is kept of its mail. */
  async remove(accountId: string): Promise<void> {
    const sync = this.#syncs.get(accountId);
    this.#syncs.delete(accountId);
    await sync?.stop();
    this.bodies.forget();
    // In steps: the window is answered in between.
    while (this.#options.store.writer.removeSomeOfAccount(accountId)) await setImmediate();
  }

  /** Tries again now, also after something that only the person could mend. */
  retry(accountId: string): void {
    const sync = this.account(accountId);
    this.#options.accounts.setProblem(accountId, undefined);
    sync.retry();
  }

  /** Opens all connections anew: floor or password changed, and what stands may not be used. */
  renew(accountId: string): void {
    const sync = this.account(accountId);
    this.#options.accounts.setProblem(accountId, undefined);
    sync.renew();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#syncs.values()].map((sync) => sync.stop()));
    this.#syncs.clear();
  }

  /** @throws RequestError `account.not-found` */
  account(accountId: string): AccountSync {
    const sync = this.#syncs.get(accountId);
    if (sync === undefined) throw new RequestError('account.not-found');
    return sync;
  }

  mailboxes(accountId: string): MailboxDto[] {
    this.#options.accounts.get(accountId);
    return this.#options.store.reader.mailboxes(accountId).map(toMailboxDto);
  }

  /** @throws RequestError `mailbox.not-found`; LegError, AuthError or ImapError when offline */
  async syncMailbox(mailboxId: number): Promise<void> {
    const mailbox = this.#mailbox(mailboxId);
    if (!mailbox.selectable) return;
    await this.account(mailbox.accountId).syncMailbox(mailboxId);
  }

  /** @throws RequestError `mailbox.not-found` */
  window(mailboxId: number, offset: number, limit: number): { total: number; rows: MessageRow[] } {
    const mailbox = this.#mailbox(mailboxId);
    const rows = this.#options.store.reader.window(mailboxId, offset, limit);
    return { total: mailbox.total, rows: rows.map((row) => toMessageRow(mailbox, row)) };
  }

  #mailbox(mailboxId: number): StoredMailbox {
    const mailbox = this.#options.store.reader.mailbox(mailboxId);
    if (mailbox === undefined) throw new RequestError('mailbox.not-found');
    return mailbox;
  }

  #create(accountId: string): AccountSync {
    const { accounts, emit, logger, onOnline } = this.#options;
    return new AccountSync({
      accountId,
      context: this.#context,
      logger,
      connect: (idle, signal) => this.#connect(accountId, idle, signal),
      prefetch: (client, mailbox, uids) => this.bodies.prefetch(client, mailbox, uids),
      events: {
        mailboxesChanged: () => emit('mailboxes.changed', { accountId }),
        syncing: (_id, missing) => this.#syncing(accountId, missing),
        idle: () => emit('sync.changed', { accountId, state: 'idle' }),
        online: () => {
          accounts.setProblem(accountId, undefined);
          onOnline(accountId);
        },
        failed: (_id, error) => {
          emit('sync.changed', { accountId, state: 'offline' });
          // What is wrong with a leg, the lock says.
          const mendable = error.retry === 'after-user-action' && !(error instanceof LegError);
          if (mendable) accounts.setProblem(accountId, error);
        },
      },
    });
  }

  async #connect(accountId: string, idle: boolean, signal: AbortSignal): Promise<ImapConnection> {
    const { accounts, legs, logger } = this.#options;
    const { imap, userName } = accounts.get(accountId);
    // The leg first: a password is not even unsealed for a leg that may not be used.
    const leg = await legs.open(accountId, 'imap', signal);
    try {
      const password = await accounts.password(accountId);
      const credentials = { host: imap.host, userName, password };
      return await connectImap(leg, credentials, { idle, logger, signal });
    } catch (error) {
      leg.stream.destroy();
      throw error;
    }
  }

  #syncing(accountId: string, missing: number): void {
    const inbox = this.#options.store.reader.mailboxByRole(accountId, 'inbox');
    this.#options.emit('sync.changed', {
      accountId,
      state: 'syncing',
      ...(inbox === undefined || missing === 0
        ? {}
        : { mailbox: inbox.name, done: inbox.total, total: inbox.total + missing }),
    });
  }

  #messagesChanged(mailbox: StoredMailbox): void {
    const { accountId, mailboxId } = mailbox;
    this.#options.emit('messages.changed', { accountId, mailboxId });
    this.#options.emit('mailboxes.changed', { accountId });
  }

  #arrived(mailbox: StoredMailbox, uids: readonly number[]): void {
    if (mailbox.role !== 'inbox' || uids.length === 0) return;
    for (const uid of uids.slice(0, 20)) {
      const message = this.#options.store.reader.message(mailbox.mailboxId, uid);
      if (message === undefined) continue;
      const row = toMessageRow(mailbox, message);
      this.#options.emit('message.arrived', { mailboxId: mailbox.mailboxId, row });
    }
  }
}
