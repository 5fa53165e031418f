/**
 * One import at work: reads the source from where it was left, uploads what is not there, and
 * notes each message before and after. Killed at any point, the next run counts and uploads each
 * message once.
 */
import { createHash } from 'node:crypto';
import type { TransferFailure } from '../contract/index.ts';
import { ImapError } from '../errors.ts';
import type { AppendTarget, MailboxAppender, MessageToAppend } from '../ports.ts';
import { transferLimits } from './limits.ts';
import type { SourceItem, SourceMessage } from './source-item.ts';
import { findSourceMailboxes, type SourceMailbox } from './source-mailboxes.ts';
import type { SeenMessage, StoredTransfer, TransferStore } from './transfer-store.ts';

export interface TransferRunOptions {
  readonly store: TransferStore;
  readonly appender: MailboxAppender;
  readonly changed: () => void;
}

/** Where a target without a name is put: never among the person's own mail. */
const defaultTarget = 'Imported';
/** Messages that need no upload are noted so many at a time. */
const notedTogether = 200;

interface Batch {
  done: number;
  skipped: number;
  failures: TransferFailure[];
  seen: SeenMessage[];
  items: number;
}

const emptyBatch = (): Batch => ({ done: 0, skipped: 0, failures: [], seen: [], items: 0 });

interface OpenMailbox {
  readonly mailbox: SourceMailbox;
  readonly names: readonly string[];
  /** The names in one text, for the notes. */
  readonly key: string;
  /** Part of the source before this mailbox, and this mailbox's part, both 0..1. */
  readonly before: number;
  readonly share: number;
  target: AppendTarget | undefined;
}

export class TransferRun {
  readonly #options: TransferRunOptions;
  readonly #transfer: StoredTransfer;
  #batch = emptyBatch();
  #place: { mailbox: string; next: string; progress: number } | undefined;
  #pending: string | undefined;
  #refusals = 0;
  #moved = false;

  constructor(options: TransferRunOptions, transfer: StoredTransfer) {
    this.#options = options;
    this.#transfer = transfer;
    this.#pending = transfer.pending;
  }

  /** A message was dealt with since the run began. */
  get moved(): boolean {
    return this.#moved;
  }

  /**
   * Resolves true when the source is at its end, false when `signal` came first.
   * @throws RequestError `transfer.source-unreadable`, ImapError, LegError, StorageError
   */
  async run(signal: AbortSignal): Promise<boolean> {
    const { source, target, mailbox: reached, next } = this.#transfer;
    const mailboxes = await findSourceMailboxes(source);
    const total = Math.max(
      1,
      mailboxes.reduce((sum, { weight }) => sum + weight, 0),
    );
    let before = 0;
    for (const mailbox of mailboxes) {
      const names = [...target, ...mailbox.names];
      if (names.length === 0) names.push(defaultTarget);
      const share = mailbox.weight / total;
      const open = { mailbox, names, key: JSON.stringify(names), before, share, target: undefined };
      before += share;
      if (reached !== undefined && mailbox.id < reached) continue;
      const from = mailbox.id === reached ? next : undefined;
      if (!(await this.#mailbox(open, from, signal))) return false;
    }
    return true;
  }

  async #mailbox(
    open: OpenMailbox,
    from: string | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      for await (const item of open.mailbox.read(from)) {
        if (signal.aborted) return false;
        await this.#item(open, item);
        this.#moveTo(open, item);
      }
    } finally {
      this.#flush();
    }
    await open.target?.finished();
    return true;
  }

  async #item(open: OpenMailbox, item: SourceItem): Promise<void> {
    if (item.kind === 'refusal') {
      this.#fail(open, item);
      return;
    }
    const { appender } = this.#options;
    open.target ??= await appender.ensureMailbox(this.#transfer.accountId, open.names);
    const message = identify(item);
    if (await this.#isThere(open, open.target, message)) {
      // Uploaded just before the program ended: then it was this transfer that did it.
      if (this.#pending === message.sha256) this.#batch.done += 1;
      else this.#batch.skipped += 1;
    } else {
      await this.#upload(open, open.target, item, message);
    }
    if (this.#pending === message.sha256) this.#pending = undefined;
    const { messageId, sha256 } = message;
    if (messageId !== undefined) this.#batch.seen.push({ mailbox: open.key, messageId, sha256 });
  }

  async #isThere(
    open: OpenMailbox,
    target: AppendTarget,
    message: MessageToAppend,
  ): Promise<boolean> {
    const { messageId, sha256 } = message;
    if (messageId === undefined) return target.has(message, 'bytes');
    const known = this.#options.store.seen(this.#transfer.transferId, open.key, messageId);
    for (const seen of this.#batch.seen) {
      if (seen.mailbox === open.key && seen.messageId === messageId) known.push(seen.sha256);
    }
    if (known.includes(sha256)) return true;
    // Another message under the same Message-ID was in this source: both are kept.
    return target.has(message, known.length > 0 ? 'bytes' : 'message-id');
  }

  async #upload(
    open: OpenMailbox,
    target: AppendTarget,
    item: SourceMessage,
    message: MessageToAppend,
  ): Promise<void> {
    this.#pending = message.sha256;
    this.#flush(open);
    const outcome = await target.append(message);
    if (outcome.kind === 'appended') {
      this.#refusals = 0;
      this.#batch.done += 1;
      return;
    }
    const { text } = outcome;
    this.#refusals += 1;
    if (outcome.by === 'mailbox' || this.#refusals >= transferLimits.refusalsInRow) {
      throw new ImapError('imap.failed', { command: 'APPEND', status: 'NO', text });
    }
    this.#fail(open, { reason: 'refused', subject: item.subject, text });
  }

  #fail(
    open: OpenMailbox,
    failure: { reason: TransferFailure['reason']; subject: string; text?: string },
  ): void {
    const { reason, subject, text } = failure;
    this.#batch.failures.push({
      mailbox: open.names.join('/'),
      subject,
      reason,
      ...(text === undefined ? {} : { text }),
    });
  }

  #moveTo(open: OpenMailbox, item: SourceItem): void {
    this.#place = {
      mailbox: open.mailbox.id,
      next: item.next,
      progress: open.before + open.share * item.fraction,
    };
    this.#moved = true;
    this.#batch.items += 1;
    if (this.#batch.items >= notedTogether) this.#flush();
  }

  /** Notes what is done; with `open` also what is about to be uploaded, from the first on. */
  #flush(open?: OpenMailbox): void {
    const { mailbox, next, progress } = this.#transfer;
    const place =
      this.#place ??
      (open === undefined
        ? undefined
        : mailbox === open.mailbox.id && next !== undefined
          ? { mailbox, next, progress }
          : { mailbox: open.mailbox.id, next: '', progress: open.before });
    if (place === undefined) return;
    const { done, skipped, failures, seen } = this.#batch;
    this.#options.store.note(this.#transfer.transferId, {
      ...place,
      pending: this.#pending,
      done,
      skipped,
      failures,
      seen,
    });
    this.#batch = emptyBatch();
    this.#options.changed();
  }
}

function identify(item: SourceMessage): MessageToAppend {
  const { raw, flags, receivedAt, messageId } = item;
  return {
    raw,
    flags,
    ...(receivedAt === undefined ? {} : { receivedAt }),
    ...(messageId === undefined ? {} : { messageId }),
    sha256: createHash('sha256').update(raw).digest('hex'),
  };
}
