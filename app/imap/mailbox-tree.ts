/**
 * Keeps the account's list of mailboxes as the server has it. One that has another name there is
 * recognised and keeps its messages; one that is gone goes here with its messages. And the
 * person's own changes of the list, each with the server's answer checked.
 */
import type { ImapFlow } from 'imapflow';
import { RequestError } from '../errors.ts';
import type { RenamedPath, RenameNotes } from '../ports.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import { imapLimits } from './limits.ts';
import { LiveChanges } from './live-changes.ts';
import {
  hasListStatus,
  listMailboxes,
  type MailboxListing,
  type MailboxStatus,
  mailboxStatus,
} from './mailbox-list.ts';
import { MessageIntake } from './message-intake.ts';
import type { SyncContext } from './sync-context.ts';

export interface MailboxTreeOptions {
  readonly accountId: string;
  readonly context: SyncContext;
  /** Tasks name mailboxes by path: they have to follow. */
  readonly renames: RenameNotes | undefined;
  readonly changed: () => void;
}

export class MailboxTree {
  readonly #options: MailboxTreeOptions;
  #delimiter: string | undefined = '/';
  /** Listings are numbered as they are asked for. */
  #listings = 0;
  /** Those below are older than what the store has. */
  #newest = 0;
  /** The server is being asked to rename: no listing says yet what became of it. */
  #renaming = false;
  /** Where a round of single STATUS commands goes on. */
  #asked = 0;

  constructor(options: MailboxTreeOptions) {
    this.#options = options;
  }

  /**
   * Lists anew. Returns what the server said of mailboxes without opening them.
   * @param withCounts asks for that as well: for all of them, or some at a time without LIST-STATUS
   */
  async refresh(
    client: ImapFlow,
    withCounts: boolean,
  ): Promise<ReadonlyMap<string, MailboxStatus>> {
    const { accountId, context, changed } = this.#options;
    this.#listings += 1;
    const number = this.#listings;
    const listing = await listMailboxes(client, withCounts && hasListStatus(client));
    this.#delimiter = listing.delimiter;
    if (this.#renaming || number < this.#newest) return listing.statuses;
    this.#settleRenames(listing);
    await this.#follow(client, listing);
    // The store is further: this one may not know of a mailbox that was made or renamed meanwhile,
    // and would take it away with what was moved there.
    if (number < this.#newest) return listing.statuses;
    this.#newest = number;
    const paths = new Set(listing.listed.map(({ path }) => path));
    const gone = this.#mailboxes().filter(({ path }) => !paths.has(path));
    for (const { mailboxId } of gone) await removeAll(context, mailboxId);
    if (this.#newest === number) context.writer.mailboxes.replace(accountId, listing.listed);
    changed();
    if (!withCounts || hasListStatus(client)) return listing.statuses;
    return this.#askSingly(client);
  }

  /** @throws RequestError `mailbox.exists` or `mailbox.name-invalid`; ImapError when refused */
  async create(
    client: ImapFlow,
    name: string,
    parent: StoredMailbox | undefined,
  ): Promise<StoredMailbox> {
    const path = this.#path(name, parent?.path ?? '');
    const made = await client.mailboxCreate(path);
    if (made.created === false) throw new RequestError('mailbox.exists', { name });
    await this.refresh(client, false);
    const mailbox = this.#options.context.reader.mailboxByPath(this.#options.accountId, made.path);
    if (mailbox === undefined) throw new RequestError('mailbox.not-found');
    return mailbox;
  }

  /** @throws RequestError as `create` does, or `mailbox.protected`; ImapError when refused */
  async rename(client: ImapFlow, mailbox: StoredMailbox, name: string): Promise<StoredMailbox> {
    assertOwn(mailbox);
    const { context, accountId } = this.#options;
    const cut = this.#delimiter === undefined ? -1 : mailbox.path.lastIndexOf(this.#delimiter);
    const path = this.#path(name, mailbox.path.slice(0, Math.max(0, cut)));
    if (context.reader.mailboxByPath(accountId, path) !== undefined) {
      throw new RequestError('mailbox.exists', { name });
    }
    // On disk before the server is asked: what waits for the mailbox names it by its path.
    this.#options.renames?.begin(this.#pairs(mailbox.path, path));
    this.#renaming = true;
    try {
      const { newPath } = await client.mailboxRename(mailbox.path, path);
      this.#apply(this.#pairs(mailbox.path, newPath));
    } finally {
      this.#renaming = false;
      this.#outdate();
    }
    await this.refresh(client, false);
    return context.reader.mailbox(mailbox.mailboxId) ?? mailbox;
  }

  /** @throws RequestError `mailbox.protected`; ImapError when refused */
  async delete(client: ImapFlow, mailbox: StoredMailbox): Promise<void> {
    assertOwn(mailbox);
    await client.mailboxDelete(mailbox.path);
    await this.refresh(client, false);
  }

  /** Listings that were asked for before do not know of what was just done. */
  #outdate(): void {
    this.#newest = this.#listings + 1;
  }

  #mailboxes(): StoredMailbox[] {
    return this.#options.context.reader.mailboxes(this.#options.accountId);
  }

  #path(name: string, parent: string): string {
    const delimiter = this.#delimiter;
    const forbidden = delimiter !== undefined && name.includes(delimiter);
    // % and * are wildcards of LIST (RFC 9051 §6.3.9).
    if (forbidden || /[\p{Cc}%*]/u.test(name)) throw new RequestError('mailbox.name-invalid');
    return parent === '' || delimiter === undefined ? name : `${parent}${delimiter}${name}`;
  }

  /** A mailbox and what lies below it. */
  #pairs(from: string, to: string): RenamedPath[] {
    const below = `${from}${this.#delimiter ?? '/'}`;
    return this.#mailboxes()
      .filter(({ path }) => path === from || path.startsWith(below))
      .map(({ path }) => ({ from: path, to: `${to}${path.slice(from.length)}` }));
  }

  #apply(pairs: readonly RenamedPath[]): void {
    const { accountId, context, renames } = this.#options;
    const applyLocal = () => {
      for (const pair of pairs) context.writer.mailboxes.followRename(accountId, pair);
    };
    if (renames === undefined) applyLocal();
    else renames.follow(pairs, applyLocal);
  }

  /** Renames of ours whose end nobody heard of: the list tells whether the server made them. */
  #settleRenames({ listed }: MailboxListing): void {
    const { renames } = this.#options;
    const begun = renames?.begun() ?? [];
    if (renames === undefined || begun.length === 0) return;
    const paths = new Set(listed.map(({ path }) => path));
    const made = begun.filter(({ from, to }) => !paths.has(from) && paths.has(to));
    if (made.length > 0) this.#apply(made);
    renames.forget();
  }

  /** Renames made elsewhere: the same uidValidity, uidNext and count under a name that is new. */
  async #follow(client: ImapFlow, { listed, statuses }: MailboxListing): Promise<void> {
    const stored = this.#mailboxes();
    const paths = new Set(listed.map(({ path }) => path));
    const known = new Set(stored.map(({ path }) => path));
    const lost = stored.filter(({ path, uidValidity }) => !paths.has(path) && uidValidity > 0);
    const found = listed.filter(({ path, selectable }) => selectable && !known.has(path));
    if (lost.length === 0 || found.length === 0) return;
    const candidates = new Map<string, MailboxStatus>();
    for (const { path } of found.slice(0, imapLimits.renamesChecked)) {
      const status = statuses.get(path) ?? (await mailboxStatus(client, path));
      if (status !== undefined) candidates.set(path, status);
    }
    for (const mailbox of lost) {
      const matches = [...candidates].filter(([, status]) => isSame(mailbox, status));
      const twins = lost.filter((other) => matches.some(([, status]) => isSame(other, status)));
      const [match] = matches;
      // Two that could be it are none.
      if (match === undefined || matches.length > 1 || twins.length > 1) continue;
      this.#apply([{ from: mailbox.path, to: match[0] }]);
    }
  }

  async #askSingly(client: ImapFlow): Promise<ReadonlyMap<string, MailboxStatus>> {
    const { context } = this.#options;
    const all = this.#mailboxes().filter(({ selectable }) => selectable);
    const always = all.filter(({ role }) => role !== 'none' && role !== 'inbox');
    const others = all.filter(({ role }) => role === 'none');
    const from = this.#asked < others.length ? this.#asked : 0;
    const some = others.slice(from, from + imapLimits.pollSingly);
    this.#asked = from + some.length;
    const statuses = new Map<string, MailboxStatus>();
    for (const mailbox of [...always, ...some]) {
      const status = await mailboxStatus(client, mailbox.path);
      if (status === undefined) continue;
      statuses.set(mailbox.path, status);
      if (status.messages === undefined) continue;
      context.writer.mailboxes.setServerCounts(mailbox.mailboxId, status.messages, status.unseen);
    }
    return statuses;
  }
}

/** A few at a time: a large mailbox must not hold the thread when it goes. */
async function removeAll(context: SyncContext, mailboxId: number): Promise<void> {
  const intake = new MessageIntake(context, mailboxId, new LiveChanges());
  await intake.remove([[1, Number.MAX_SAFE_INTEGER]]);
}

function assertOwn({ role }: StoredMailbox): void {
  if (role !== 'none') throw new RequestError('mailbox.protected');
}

function isSame(mailbox: StoredMailbox, status: MailboxStatus): boolean {
  return (
    mailbox.uidValidity === status.uidValidity &&
    mailbox.uidNext === status.uidNext &&
    (!mailbox.complete || mailbox.stored === status.messages)
  );
}
