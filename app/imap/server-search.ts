/**
 * Asks a server for messages that hold a text, mailbox by mailbox: the second step of a search,
 * for what is not here. Headers of what is found and unknown are fetched, so that it can be shown.
 */
import type { ImapFlow, SearchObject } from 'imapflow';
import type { MessageRow } from '../contract/index.ts';
import { asMailError, CancelledError, ImapError, RequestError } from '../errors.ts';
import type { StoredMailbox, StoredMessage } from '../store/mail-types.ts';
import type { AccountSync } from './account-sync.ts';
import { headerQuery } from './headers.ts';
import { isRefusal } from './imap-errors.ts';
import { imapLimits } from './limits.ts';
import { LiveChanges } from './live-changes.ts';
import { MessageIntake } from './message-intake.ts';
import { toMessageRow } from './rows.ts';
import type { SyncContext } from './sync-context.ts';
import { toUidSet } from './uid-ranges.ts';

export interface ServerSearchOptions {
  readonly context: SyncContext;
  /** @throws RequestError `account.not-found` */
  readonly account: (accountId: string) => AccountSync;
}

export interface FoundOnServer {
  readonly found: number;
  readonly rows: MessageRow[];
  readonly refused: number;
}

interface Hit {
  readonly mailbox: StoredMailbox;
  readonly message: StoredMessage;
}

/** What one mailbox has. */
interface Part {
  readonly found: number;
  readonly hits: readonly Hit[];
  /** Messages that the store did not know. */
  readonly stored: number;
}

export class ServerSearch {
  readonly #options: ServerSearchOptions;
  readonly #running = new Map<string, AbortController>();

  constructor(options: ServerSearchOptions) {
    this.#options = options;
  }

  /**
   * A second search with the same id ends the first.
   * @throws CancelledError after `cancel`; LegError, AuthError or ImapError when offline
   */
  async run(accountId: string, searchId: string, text: string): Promise<FoundOnServer> {
    const account = this.#options.account(accountId);
    this.cancel(searchId);
    const stop = new AbortController();
    this.#running.set(searchId, stop);
    try {
      return await this.#search(account, accountId, text, stop.signal);
    } finally {
      if (this.#running.get(searchId) === stop) this.#running.delete(searchId);
    }
  }

  cancel(searchId: string): void {
    this.#running.get(searchId)?.abort();
  }

  async #search(
    account: AccountSync,
    accountId: string,
    text: string,
    signal: AbortSignal,
  ): Promise<FoundOnServer> {
    const hits: Hit[] = [];
    let found = 0;
    let refused = 0;
    for (const mailbox of this.#mailboxes(accountId)) {
      if (signal.aborted) throw new CancelledError();
      try {
        // Among the background's jobs: a search through bodies may take many seconds.
        const part = await untilAborted(
          account.run((client) => this.#searchOne(client, mailbox, text, signal), 'background'),
          signal,
        );
        found += part.found;
        // One that is expunged before anyone looked at the mailbox would stay listed: nobody tells.
        if (part.stored > 0) account.recheck(mailbox.mailboxId);
        hits.push(...part.hits);
      } catch (error) {
        if (signal.aborted || !isRefusal(asMailError(error))) throw error;
        refused += 1;
      }
    }
    return { found, refused, rows: newestRows(hits) };
  }

  /** All Mail of Gmail holds everything but junk and trash. */
  #mailboxes(accountId: string): StoredMailbox[] {
    const all = this.#options.context.reader
      .mailboxes(accountId)
      .filter(({ selectable }) => selectable);
    const whole = all.find(({ role }) => role === 'all');
    if (whole === undefined) return all;
    return all.filter(({ role }) => role === 'all' || role === 'junk' || role === 'trash');
  }

  async #searchOne(
    client: ImapFlow,
    mailbox: StoredMailbox,
    text: string,
    signal: AbortSignal,
  ): Promise<Part> {
    if (signal.aborted) throw new CancelledError();
    const lock = await client.getMailboxLock(mailbox.path);
    // There is no way to end a running SEARCH but with its connection.
    const close = () => client.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      const uids = await client.search(queryFor(client, text), { uid: true });
      if (!Array.isArray(uids)) {
        throw new ImapError('imap.failed', { command: 'UID SEARCH', status: 'NO' });
      }
      const newest = uids.slice(-imapLimits.searchRows);
      return { found: uids.length, ...(await this.#take(client, mailbox.mailboxId, newest)) };
    } finally {
      signal.removeEventListener('abort', close);
      lock.release();
    }
  }

  async #take(
    client: ImapFlow,
    mailboxId: number,
    uids: readonly number[],
  ): Promise<Omit<Part, 'found'>> {
    const { reader, writer, changed } = this.#options.context;
    const selected = client.mailbox;
    const uidValidity = selected === false ? 0 : Number(selected.uidValidity ?? 0);
    const before = reader.mailbox(mailboxId);
    if (before === undefined) throw new RequestError('mailbox.not-found');
    if (before.uidValidity === 0) writer.mailboxes.reset(mailboxId, uidValidity);
    const unknown = uids.filter((uid) => reader.message(mailboxId, uid) === undefined);
    if (unknown.length > 0) {
      const messages = await client.fetchAll(toUidSet(unknown), headerQuery, { uid: true });
      const intake = new MessageIntake(this.#options.context, mailboxId, new LiveChanges());
      await intake.headers(messages, uidValidity);
    }
    const mailbox = reader.mailbox(mailboxId);
    // Another uidValidity meanwhile: what was found has no name here any more.
    if (mailbox?.uidValidity !== uidValidity) return { stored: 0, hits: [] };
    if (unknown.length > 0) changed(mailbox);
    const hits = uids.flatMap((uid) => {
      const message = reader.message(mailboxId, uid);
      return message === undefined ? [] : [{ mailbox, message }];
    });
    return { stored: unknown.length, hits };
  }
}

/** RFC 9051 §6.4.4: TEXT looks through headers and bodies; Gmail has its own language for it. */
function queryFor(client: ImapFlow, text: string): SearchObject {
  const line = text.replace(/[\p{Cc}]+/gu, ' ');
  return client.capabilities.has('X-GM-EXT-1') ? { gmraw: line } : { text: line };
}

function newestRows(hits: readonly Hit[]): MessageRow[] {
  return [...hits]
    .sort((a, b) => b.message.rowId - a.message.rowId)
    .slice(0, imapLimits.searchRows)
    .map(({ mailbox, message }) => toMessageRow(mailbox, message));
}

/** The person does not wait for a server that is slow to notice. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(new CancelledError());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
