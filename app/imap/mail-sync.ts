/**
 * All accounts' mail: starts and stops their syncs, tells the window what changed, and answers
 * what is asked of mailboxes and messages. Leaves changes by the person to app/tasks.
 */
import { setImmediate } from 'node:timers/promises';
import type { ContentStore } from '../content/content-store.ts';
import type { MailboxDto, MessageRow, SyncStatus } from '../contract/index.ts';
import type { EmitEvent } from '../engine-types.ts';
import { LegError, RequestError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { AccountDirectory, LegOpener, RenameNotes } from '../ports.ts';
import type { MailStore } from '../store/mail-store.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import { AccountSync, type ConnectRequest } from './account-sync.ts';
import type { BodiesDays } from './background-sync.ts';
import { connectImap, type ImapConnection } from './connect.ts';
import { defaultTiming, type SyncTiming } from './limits.ts';
import { MailboxUploads } from './mailbox-appender.ts';
import { MessageBodies } from './message-bodies.ts';
import { MessageSources } from './message-sources.ts';
import { toMailboxDto, toMessageRow, toMessageRows } from './rows.ts';
import { SentMailbox } from './sent-copy.ts';
import { ServerSearch } from './server-search.ts';
import type { PendingChanges, SyncContext } from './sync-context.ts';

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
  /** Whatever names a mailbox by its path has to follow when that changes. */
  readonly renames?: (accountId: string) => RenameNotes;
  /** What the person chose, kept by the host of this class. */
  readonly choices?: SyncChoices;
  /** Shorter waits for tests. */
  readonly timing?: Partial<SyncTiming>;
}

export interface SyncChoices {
  bodiesDays(): BodiesDays;
  paused(accountId: string): boolean;
  setPaused(accountId: string, paused: boolean): void;
}

export class MailSync {
  readonly #options: MailSyncOptions;
  readonly #syncs = new Map<string, AccountSync>();
  readonly #context: SyncContext;
  readonly bodies: MessageBodies;
  readonly sentCopy: SentMailbox;
  readonly uploads: MailboxUploads;
  readonly sources: MessageSources;
  readonly search: ServerSearch;

  constructor(options: MailSyncOptions) {
    this.#options = options;
    const { reader, writer, sync } = options.store;
    const changed = (mailbox: StoredMailbox) => this.#messagesChanged(mailbox);
    this.#context = {
      reader,
      writer,
      sync,
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
    this.uploads = new MailboxUploads({ reader, account, logger: options.logger });
    this.sources = new MessageSources({ reader, content: options.content, account });
    this.search = new ServerSearch({ context: this.#context, account });
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

  /** @throws RequestError `account.not-found` */
  status(accountId: string): SyncStatus {
    return this.account(accountId).status();
  }

  /** Holds back, or lets go on, what is fetched ahead; kept over restarts. */
  setPaused(accountId: string, paused: boolean): SyncStatus {
    const sync = this.account(accountId);
    this.#options.choices?.setPaused(accountId, paused);
    sync.settingsChanged();
    return sync.status();
  }

  /** Settings of the person's changed: more bodies may be wanted. */
  settingsChanged(): void {
    for (const sync of this.#syncs.values()) sync.settingsChanged();
  }

  /** The host says that the network changed or the computer woke. */
  networkChanged(): void {
    for (const sync of this.#syncs.values()) sync.doubt();
  }

  /** @throws RequestError; ImapError when the server refused */
  async createMailbox(accountId: string, name: string, parentId?: number): Promise<MailboxDto> {
    const parent = parentId === undefined ? undefined : this.#mailbox(parentId);
    if (parent !== undefined && parent.accountId !== accountId) {
      throw new RequestError('mailbox.not-found');
    }
    return toMailboxDto(await this.account(accountId).createMailbox(name, parent));
  }

  async renameMailbox(mailboxId: number, name: string): Promise<MailboxDto> {
    const mailbox = this.#mailbox(mailboxId);
    return toMailboxDto(await this.account(mailbox.accountId).renameMailbox(mailbox, name));
  }

  async deleteMailbox(mailboxId: number): Promise<void> {
    const mailbox = this.#mailbox(mailboxId);
    await this.account(mailbox.accountId).deleteMailbox(mailbox);
  }

  /** @throws RequestError `mailbox.not-found` */
  window(mailboxId: number, offset: number, limit: number): { total: number; rows: MessageRow[] } {
    const mailbox = this.#mailbox(mailboxId);
    const messages = this.#options.store.reader.window(mailboxId, offset, limit);
    return { total: mailbox.total, rows: toMessageRows(this.#options.store.reader, messages) };
  }

  #mailbox(mailboxId: number): StoredMailbox {
    const mailbox = this.#options.store.reader.mailbox(mailboxId);
    if (mailbox === undefined) throw new RequestError('mailbox.not-found');
    return mailbox;
  }

  #create(accountId: string): AccountSync {
    const { accounts, emit, logger, onOnline, renames, choices, timing } = this.#options;
    return new AccountSync({
      accountId,
      context: this.#context,
      logger,
      timing: { ...defaultTiming, ...timing },
      connect: (request) => this.#connect(accountId, request),
      prefetch: (client, mailbox, uids) => this.bodies.prefetch(client, mailbox, uids),
      bodiesDays: () => choices?.bodiesDays() ?? '90',
      paused: () => choices?.paused(accountId) ?? false,
      renames: renames?.(accountId),
      events: {
        mailboxesChanged: () => emit('mailboxes.changed', { accountId }),
        progress: (status, working) => this.#tellProgress(status, working),
        online: () => {
          accounts.setProblem(accountId, undefined);
          onOnline(accountId);
        },
        failed: (error) => {
          // What is wrong with a leg, the lock says.
          const mendable = error.retry === 'after-user-action' && !(error instanceof LegError);
          if (mendable) accounts.setProblem(accountId, error);
        },
      },
    });
  }

  async #connect(accountId: string, request: ConnectRequest): Promise<ImapConnection> {
    const { accounts, legs, logger } = this.#options;
    const { imap, userName } = accounts.get(accountId);
    // The leg first: a password is not even unsealed for a leg that may not be used.
    const leg = await legs.open(accountId, 'imap', request.signal);
    try {
      const password = await accounts.password(accountId);
      const credentials = { host: imap.host, userName, password };
      return await connectImap(leg, credentials, { ...request, logger });
    } catch (error) {
      leg.stream.destroy();
      throw error;
    }
  }

  /** Headers first; bodies are told of when they are all that is missing. */
  #tellProgress(status: SyncStatus, working: StoredMailbox | undefined): void {
    const { accountId, state, headers, bodies } = status;
    const { done, total } = headers.done < headers.total ? headers : bodies;
    this.#options.emit('sync.changed', {
      accountId,
      state,
      ...(working === undefined ? {} : { mailbox: working.name, done, total }),
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
