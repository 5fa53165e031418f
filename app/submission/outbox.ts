/**
 * The outbox as the contract sees it: drafts become queued messages durably, and each one can be
 * seen, edited, tried again and discarded. Message file first, then row and draft in one commit;
 * a crash at any point leaves either the draft or the queued message. docs/architecture.md.
 */
import { randomUUID } from 'node:crypto';
import type { DraftDto, OutboxItem } from '../contract/index.ts';
import { RequestError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { buildMessageFile, createMessageId } from '../mime/build.ts';
import { parseAddress, parseRecipients, wireAddress } from '../mime/build-address.ts';
import type { SentCopy } from '../ports.ts';
import { toWireError } from '../wire-error.ts';
import type { SubmissionAccess } from './delivery.ts';
import type { DraftRow } from './draft-store.ts';
import type { Drafts } from './drafts.ts';
import type { OutboxRow, OutboxStore } from './outbox-store.ts';
import { Queue } from './queue.ts';
import { settleCrashed, settleRetry } from './settle.ts';
import type { SmtpTimeouts } from './smtp-session.ts';

export interface OutboxOptions {
  readonly store: OutboxStore;
  readonly drafts: Drafts;
  readonly access: SubmissionAccess;
  readonly sentCopy: SentCopy;
  readonly logger: Logger;
  /** Emit `outbox.changed`, and `lock.changed` for its count. */
  readonly onChanged: (accountId: string) => void;
  readonly now?: () => Date;
  readonly timeouts?: Partial<SmtpTimeouts>;
}

/** How long a sent message stays in the list. */
const sentShownMs = 24 * 3_600_000;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #store: OutboxStore;
  readonly #queue: Queue;
  readonly #now: () => Date;
  readonly #submitting = new Map<string, Promise<OutboxItem>>();

  /** Recovers what a crash left behind; sends nothing before `start`. */
  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#now = options.now ?? (() => new Date());
    const { store, access, sentCopy, logger, onChanged, timeouts } = options;
    this.#queue = new Queue({
      store,
      access,
      sentCopy,
      logger,
      onChanged,
      now: this.#now,
      ...(timeouts ? { timeouts } : {}),
    });
    this.#recover();
  }

  start(): void {
    this.#queue.start();
  }

  /** Resolves when nothing is being sent any more. Queued mail stays queued. */
  stop(): Promise<void> {
    return this.#queue.stop();
  }

  /**
   * Queues a draft durably. Called twice for one draft it makes one message and returns it twice.
   * @throws RequestError `draft.not-found`, `address.invalid`, `submission.no-recipients`,
   *   `attachment.not-found` while one is still coming in; StorageError
   */
  submit(draftId: string): Promise<OutboxItem> {
    const running = this.#submitting.get(draftId);
    if (running) return running;
    const done = this.#submit(draftId).finally(() => this.#submitting.delete(draftId));
    this.#submitting.set(draftId, done);
    return done;
  }

  /** Oldest first; messages sent within the last day are shown too. */
  list(): OutboxItem[] {
    this.#prune();
    return this.#store.list().map(toItem);
  }

  /**
   * Takes a waiting or refused message back into a draft. What was accepted for some already is
   * not offered to them again: the draft then goes to the others only.
   * @throws RequestError `outbox.not-found`, `outbox.not-editable`
   */
  edit(outboxId: string): DraftDto {
    const row = this.#get(outboxId);
    const draft = this.#store.drafts.ofOutbox(outboxId);
    if ((row.state !== 'waiting' && row.state !== 'refused') || draft === undefined) {
      throw new RequestError('outbox.not-editable');
    }
    const partly = row.accepted.length > 0;
    const left = [...row.recipients, ...row.refused.map(({ recipient }) => recipient)];
    const content = partly
      ? { ...draft.content, to: left.join(', '), cc: '', bcc: '' }
      : draft.content;
    const edited: DraftRow = { ...draft, content, outboxId: undefined, savedAt: this.#now() };
    this.#store.transaction(() => {
      this.#store.drafts.put(edited);
      if (partly) this.#store.put(sentToTheRest(row, this.#now()));
      else this.#store.remove(outboxId);
    });
    this.#options.drafts.changed();
    this.#options.onChanged(row.accountId);
    return this.#options.drafts.toDto(edited);
  }

  /** For an unknown one this is the person's own choice to send again. */
  retry(outboxId: string): OutboxItem {
    const row = this.#get(outboxId);
    if (row.state !== 'sending' && row.state !== 'sent') {
      this.#store.put(settleRetry(row, this.#now()));
      this.#options.onChanged(row.accountId);
      this.#queue.kick(row.accountId);
    }
    return toItem(this.#get(outboxId));
  }

  /** @throws RequestError `outbox.not-editable` while it is being sent */
  discard(outboxId: string): void {
    const row = this.#get(outboxId);
    if (row.state === 'sending') throw new RequestError('outbox.not-editable');
    this.#remove(row);
    this.#options.onChanged(row.accountId);
  }

  /** Messages of this account that are not out yet (for the lock). */
  waiting(accountId: string): number {
    const out = new Set<OutboxRow['state']>(['waiting', 'sending']);
    return this.#store.ofAccount(accountId).filter(({ state }) => out.has(state)).length;
  }

  /** IMAP is up: settles unknown ones by Message-ID and makes missing copies in Sent. */
  reconcile(accountId: string): Promise<void> {
    return this.#queue.reconcile(accountId);
  }

  /** Everything of this account that waits is tried now. */
  wake(accountId: string): void {
    for (const row of this.#store.ofAccount(accountId)) {
      if (row.state === 'waiting') this.#store.put({ ...row, nextAttemptAt: this.#now() });
    }
    this.#queue.kick(accountId);
  }

  /** Drafts, attachments and queued messages of the account are gone when this resolves. */
  async removeAccount(accountId: string): Promise<void> {
    await this.#queue.stopAccount(accountId);
    for (const row of this.#store.ofAccount(accountId)) this.#remove(row);
    for (const draft of this.#store.drafts.ofAccount(accountId)) {
      this.#store.drafts.remove(draft.draftId);
    }
    this.#options.drafts.changed();
    this.#options.onChanged(accountId);
  }

  async #submit(draftId: string): Promise<OutboxItem> {
    const draft = this.#store.drafts.get(draftId);
    if (draft === undefined) throw new RequestError('draft.not-found');
    if (draft.outboxId !== undefined) return toItem(this.#get(draft.outboxId));
    const row = await this.#build(draft);
    const { outboxId } = row;
    try {
      this.#store.transaction(() => {
        // The draft may have been discarded while the message was written.
        const current = this.#store.drafts.get(draftId);
        if (current === undefined) throw new RequestError('draft.not-found');
        this.#store.put(row);
        this.#store.drafts.put({ ...current, outboxId });
      });
    } catch (error) {
      this.#store.removeMessage(outboxId);
      throw error;
    }
    this.#options.drafts.changed();
    this.#options.onChanged(row.accountId);
    this.#queue.kick(row.accountId);
    return toItem(row);
  }

  async #build(draft: DraftRow): Promise<OutboxRow> {
    const { content, thread } = draft;
    const from = this.#options.access.sender(content.accountId);
    const sender = parseAddress(from.address);
    const to = parseRecipients(content.to);
    const cc = parseRecipients(content.cc);
    const all = [...to, ...cc, ...parseRecipients(content.bcc)];
    const recipients = [...new Set(all.map(({ address }) => wireAddress(address)))];
    if (recipients.length === 0) throw new RequestError('submission.no-recipients');
    const attachments = this.#store.drafts.attachments(draft.draftId);
    if (attachments.some(({ finished }) => !finished))
      throw new RequestError('attachment.not-found');
    const outboxId = randomUUID();
    const messageId = createMessageId(sender);
    const queuedAt = this.#now();
    const path = this.#store.messagePath(outboxId);
    const sizeBytes = await buildMessageFile(
      {
        messageId,
        date: queuedAt,
        from,
        to,
        cc,
        subject: content.subject,
        text: content.text,
        ...(thread
          ? { inReplyTo: thread.messageId, references: [...thread.references, thread.messageId] }
          : {}),
        attachments: attachments.map(({ fileName, mimeType, attachmentId }) => ({
          fileName,
          mimeType,
          path: this.#store.drafts.attachmentPath(attachmentId),
        })),
      },
      path,
    );
    return {
      outboxId,
      accountId: content.accountId,
      messageId,
      subject: content.subject,
      reversePath: wireAddress(sender),
      recipients,
      accepted: [],
      refused: [],
      sizeBytes,
      state: 'waiting',
      queuedAt,
      sentAt: undefined,
      nextAttemptAt: queuedAt,
      attempts: 0,
      error: undefined,
      dotStarted: false,
      copyPending: false,
    };
  }

  #get(outboxId: string): OutboxRow {
    const row = this.#store.get(outboxId);
    if (row === undefined) throw new RequestError('outbox.not-found');
    return row;
  }

  #recover(): void {
    for (const row of this.#store.list()) {
      if (row.state !== 'sending') continue;
      // Nobody is told: what asks this object is not built yet.
      const { row: settled, error } = settleCrashed(row, this.#now());
      const { logger } = this.#options;
      const wire = error && toWireError(error, logger, 'outbox.attempt');
      this.#store.put({ ...settled, error: wire });
    }
    this.#prune();
  }

  #prune(): void {
    const before = this.#now().getTime() - sentShownMs;
    for (const row of this.#store.list()) {
      const old = row.sentAt !== undefined && row.sentAt.getTime() < before;
      if (row.state === 'sent' && old && !row.copyPending) this.#remove(row);
    }
  }

  #remove(row: OutboxRow): void {
    const draft = this.#store.drafts.ofOutbox(row.outboxId);
    this.#store.remove(row.outboxId);
    if (draft) this.#store.drafts.remove(draft.draftId);
  }
}

/** The part that the server took stays as sent, so that its copy in Sent can still be made. */
function sentToTheRest(row: OutboxRow, now: Date): OutboxRow {
  return {
    ...row,
    state: 'sent',
    recipients: [],
    refused: [],
    sentAt: now,
    nextAttemptAt: undefined,
    error: undefined,
  };
}

function toItem(row: OutboxRow): OutboxItem {
  const refused = row.refused.map(({ recipient }) => recipient);
  const recipients = row.state === 'sent' ? row.accepted : [...row.recipients, ...refused];
  return {
    outboxId: row.outboxId,
    accountId: row.accountId,
    subject: row.subject,
    recipients: [...recipients],
    state: row.state,
    queuedAt: row.queuedAt.toISOString(),
    attempts: row.attempts,
    ...(row.sentAt ? { sentAt: row.sentAt.toISOString() } : {}),
    ...(row.nextAttemptAt ? { nextAttemptAt: row.nextAttemptAt.toISOString() } : {}),
    ...(row.error ? { error: row.error } : {}),
  };
}
