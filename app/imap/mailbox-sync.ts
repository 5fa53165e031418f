/**
 * Brings one mailbox of the store up to the server's state, a step at a time: the newest first,
 * then what is missing, newest first. The caller holds the mailbox's lock during a step, and may
 * do other work between steps. Sources: RFC 9051, RFC 4549 (disconnected clients), RFC 7162.
 */
import type { FetchMessageObject, ImapFlow, MailboxObject } from 'imapflow';
import { ImapError } from '../errors.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { MessageFlags, MessageHeader, StoredMailbox } from '../store/mail-types.ts';
import { type MailStoreWriter, rowsPerTransaction } from '../store/mail-writer.ts';
import { headerQuery, toFlags, toHeader } from './headers.ts';
import { imapLimits } from './limits.ts';
import { chunks, toUidSet } from './uid-ranges.ts';

/** Changes of the person's that the server has not confirmed yet: they win over what it says. */
export interface PendingChanges {
  flags(mailbox: StoredMailbox, uid: number): Partial<MessageFlags> | undefined;
  /** The message's keywords with the person's changes. */
  keywords(mailbox: StoredMailbox, uid: number, fromServer: readonly string[]): readonly string[];
}

export interface SyncContext {
  readonly reader: MailStoreReader;
  readonly writer: MailStoreWriter;
  readonly pending: PendingChanges;
  /** Rows or counts of the mailbox changed. */
  changed(mailbox: StoredMailbox): void;
  /** Messages that came since the mailbox was last complete, newest first. */
  arrived(mailbox: StoredMailbox, uids: readonly number[]): void;
}

interface Fetched {
  /** Newest first. */
  readonly headers: readonly MessageHeader[];
  /** Uids that were not in the store before. */
  readonly fresh: readonly number[];
}

const nothing: Fetched = { headers: [], fresh: [] };

export class MailboxSync {
  readonly #context: SyncContext;
  readonly #mailboxId: number;
  #stale = true;
  #backlog: number[] = [];
  #finish: { uidNext: number; highestModSeq: bigint } | undefined;

  constructor(context: SyncContext, mailboxId: number) {
    this.#context = context;
    this.#mailboxId = mailboxId;
  }

  /** Something changed on the server: the next step looks again. */
  markStale(): void {
    this.#stale = true;
  }

  get hasWork(): boolean {
    return this.#stale || this.#backlog.length > 0;
  }

  /** Headers still to be fetched. */
  get missing(): number {
    return this.#backlog.length;
  }

  /**
   * One refresh or one batch. The mailbox is selected on `client` and locked by the caller.
   * @throws what imapflow throws; the next step goes on where this one failed
   */
  async step(client: ImapFlow): Promise<void> {
    if (this.#stale) {
      this.#stale = false;
      try {
        await this.#refresh(client);
      } catch (error) {
        this.#stale = true;
        throw error;
      }
    } else if (this.#backlog.length > 0) {
      const batch = this.#backlog.slice(0, imapLimits.batch);
      await this.#fetchHeaders(client, toUidSet(batch), { uid: true });
      this.#backlog.splice(0, batch.length);
      this.#context.changed(this.#mailbox());
    }
    if (!this.hasWork) this.#complete();
  }

  #mailbox(): StoredMailbox {
    const mailbox = this.#context.reader.mailbox(this.#mailboxId);
    if (mailbox === undefined) throw new ImapError('imap.mailbox-gone');
    return mailbox;
  }

  #complete(): void {
    if (this.#finish === undefined) return;
    const { writer } = this.#context;
    writer.setSyncPoint(this.#mailboxId, { ...this.#finish, complete: true });
    this.#finish = undefined;
    const mailbox = this.#mailbox();
    writer.setServerCounts(this.#mailboxId, mailbox.stored, mailbox.unseen);
    this.#context.changed(mailbox);
  }

  async #refresh(client: ImapFlow): Promise<void> {
    const selected = selectedMailbox(client);
    const uidValidity = Number(selected.uidValidity);
    const before = this.#mailbox();
    if (before.uidValidity !== uidValidity) {
      this.#context.writer.resetMailbox(this.#mailboxId, uidValidity);
      this.#backlog = [];
      if (before.total > 0) this.#context.changed(this.#mailbox());
    }
    const known = this.#mailbox();
    if (known.complete) await this.#catchUp(client, selected, known);
    else await this.#firstScreen(client, selected);
  }

  /** The newest fifty at once, then a list of all that is missing. */
  async #firstScreen(client: ImapFlow, selected: MailboxObject): Promise<void> {
    const { writer } = this.#context;
    writer.setServerCounts(this.#mailboxId, selected.exists);
    if (selected.exists > 0) {
      const from = Math.max(1, selected.exists - imapLimits.firstBatch + 1);
      await this.#fetchHeaders(client, `${from}:*`, { uid: false });
      this.#context.changed(this.#mailbox());
    }
    await this.#compareAll(client, selected, modSeqOf(selected));
  }

  /** New messages, changed flags, then expunged ones, when the counts say that there are some. */
  async #catchUp(client: ImapFlow, selected: MailboxObject, known: StoredMailbox): Promise<void> {
    const { reader } = this.#context;
    let uidNext = known.uidNext;
    const gap = selected.exists - known.stored;
    if (gap > imapLimits.batch) {
      await this.#compareAll(client, selected, known.highestModSeq);
      return;
    }
    const { headers: added, fresh } =
      selected.exists === 0
        ? nothing
        : await this.#fetchHeaders(client, `${uidNext}:*`, { uid: true, from: uidNext });
    for (const header of added) uidNext = Math.max(uidNext, header.uid + 1);
    const modSeq = await this.#refreshFlags(client, selected, known);
    if (added.length > 0) {
      this.#context.changed(this.#mailbox());
      const unseen = fresh.filter((uid) => reader.message(this.#mailboxId, uid)?.seen === false);
      this.#context.arrived(this.#mailbox(), unseen);
    }
    if (this.#mailbox().stored === selectedMailbox(client).exists) {
      this.#finish = { uidNext, highestModSeq: modSeq };
    } else {
      await this.#compareAll(client, selected, modSeq);
    }
  }

  /** Compares all uids: the expunged go from the store, the missing into the backlog. */
  async #compareAll(client: ImapFlow, selected: MailboxObject, modSeq: bigint): Promise<void> {
    const { reader, writer } = this.#context;
    const found = selected.exists === 0 ? [] : await client.search({ all: true }, { uid: true });
    if (!Array.isArray(found)) throw new ImapError('imap.failed', { command: 'UID SEARCH' });
    const server = new Set(found);
    const local = reader.uids(this.#mailboxId);
    const gone = local.filter((uid) => !server.has(uid));
    for (const piece of chunks(gone, rowsPerTransaction)) {
      writer.removeMessages(this.#mailboxId, piece);
    }
    for (const uid of local) server.delete(uid);
    this.#backlog = [...server].sort((a, b) => b - a);
    const newest = found.reduce((most, uid) => Math.max(most, uid), 0);
    this.#finish = { uidNext: newest + 1, highestModSeq: modSeq };
    if (gone.length > 0) this.#context.changed(this.#mailbox());
  }

  /** Returns the mod-sequence up to which flags are now known. */
  async #refreshFlags(
    client: ImapFlow,
    selected: MailboxObject,
    known: StoredMailbox,
  ): Promise<bigint> {
    const current = modSeqOf(selected);
    if (selected.exists === 0) return current;
    if (current === 0n || known.highestModSeq === 0n) {
      await this.#storeFlags(client.fetch('1:*', { uid: true, flags: true }));
      return current;
    }
    const since = { uid: true, changedSince: known.highestModSeq };
    const seen = await this.#storeFlags(client.fetch('1:*', { uid: true, flags: true }, since));
    return laterModSeq(seen, known.highestModSeq);
  }

  async #storeFlags(messages: AsyncIterable<FetchMessageObject>): Promise<bigint> {
    let highest = 0n;
    let pending = new Map<number, MessageFlags>();
    let changed = 0;
    const mailbox = this.#mailbox();
    const flush = () => {
      changed += this.#context.writer.setFlags(this.#mailboxId, pending);
      pending = new Map();
    };
    for await (const message of messages) {
      if (message.modseq !== undefined && message.modseq > highest) highest = message.modseq;
      if (message.flags === undefined) continue;
      const own = this.#context.pending.flags(mailbox, message.uid);
      pending.set(message.uid, { ...toFlags(message.flags), ...own });
      if (pending.size >= rowsPerTransaction) flush();
    }
    flush();
    if (changed > 0) this.#context.changed(this.#mailbox());
    return highest;
  }

  #withPending(mailbox: StoredMailbox, header: MessageHeader): MessageHeader {
    const { pending } = this.#context;
    const keywords = pending.keywords(mailbox, header.uid, header.keywords ?? []);
    return { ...header, ...pending.flags(mailbox, header.uid), keywords };
  }

  async #fetchHeaders(
    client: ImapFlow,
    range: string,
    options: { uid: boolean; from?: number },
  ): Promise<Fetched> {
    const mailbox = this.#mailbox();
    const messages = await client.fetchAll(range, headerQuery, { uid: options.uid });
    const headers = messages
      // `n:*` always holds the last message, even when its uid is below n (RFC 9051 §9).
      .filter((message) => message.uid >= (options.from ?? 1))
      .map((message) => this.#withPending(mailbox, toHeader(message)))
      .sort((a, b) => b.uid - a.uid);
    // Asked after the fetch: the account's other connection may have stored some meanwhile.
    const { reader, writer } = this.#context;
    const fresh = headers
      .map((header) => header.uid)
      .filter((uid) => reader.message(this.#mailboxId, uid) === undefined);
    for (const piece of chunks(headers, rowsPerTransaction)) {
      writer.upsertMessages(this.#mailboxId, piece);
    }
    return { headers, fresh };
  }
}

function selectedMailbox(client: ImapFlow): MailboxObject {
  if (client.mailbox === false) throw new ImapError('imap.failed', { command: 'SELECT' });
  return client.mailbox;
}

function laterModSeq(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

function modSeqOf(selected: MailboxObject): bigint {
  return selected.noModseq === true ? 0n : (selected.highestModseq ?? 0n);
}
