/**
 * The outbox as the contract sees it: drafts become queued messages durably, and each one can be
 * seen, edited, tried again and discarded. Message file first, then row and draft in one commit;
 * a crash at any point leaves either the draft or the queued message. docs/architecture.md.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DraftDto, OutboxItem } from '../contract/index.ts';
import { RequestError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { AnsweredMarker, SentCopy, SubmissionOffer } from '../ports.ts';
import { toWireError } from '../wire-error.ts';
import type { SubmissionAccess } from './delivery.ts';
import type { DraftRow } from './draft-store.ts';
import type { Drafts } from './drafts.ts';
import { FollowUp } from './follow-up.ts';
import { MessageWriter } from './message-writer.ts';
import type { OutboxRow, OutboxStore } from './outbox-store.ts';
import { Queue } from './queue.ts';
import { settleCrashed, settleFound, settleNow, settleRetry } from './settle.ts';
import type { SmtpTimeouts } from './smtp-session.ts';

export interface OutboxOptions {
  readonly store: OutboxStore;
  readonly drafts: Drafts;
  readonly access: SubmissionAccess;
  readonly sentCopy: SentCopy;
  readonly logger: Logger;
  /** Emit `outbox.changed`, and `lock.changed` for its count. */
  readonly onChanged: (accountId: string) => void;
  readonly answered: AnsweredMarker;
  /** How long a message is kept back so that it can be undone; asked at each submission (ms). */
  readonly undoMs: () => number;
  /** What the account's server could do when it was last asked. */
  readonly offer?: (accountId: string) => SubmissionOffer | undefined;
  readonly now?: () => Date;
  readonly timeouts?: Partial<SmtpTimeouts>;
  /** What follows a submission: how long it waits, and between tries (ms). */
  readonly followUp?: { readonly graceMs?: number; readonly pausesMs?: readonly number[] };
}

/** How long a sent message stays in the list. */
const sentShownMs = 24 * 3_600_000;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #store: OutboxStore;
  readonly #writer: MessageWriter;
  readonly #queue: Queue;
  readonly #followUp: FollowUp;
  readonly #now: () => Date;
  #started = false;
  readonly #submitting = new Map<string, Promise<OutboxItem>>();

  /** Recovers what a crash left behind; sends nothing before `start`. */
  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#now = options.now ?? (() => new Date());
    const { store, access, sentCopy, answered, logger, onChanged, timeouts, followUp } = options;
    const now = this.#now;
    const { undoMs, offer } = options;
    this.#writer = new MessageWriter({
      store,
      access,
      now,
      undoMs,
      ...(offer ? { offer } : {}),
    });
    this.#queue = new Queue({
      store,
      access,
      logger,
      onChanged,
      onAttempted: (accountId) => this.#followUp.attempted(accountId),
      now,
      ...(timeouts ? { timeouts } : {}),
    });
    this.#followUp = new FollowUp({
      store,
      sentCopy,
      answered,
      logger,
      now,
      keep: (row) => this.#queue.keepRow(row),
      ...followUp,
    });
    this.#recover();
  }

  start(): void {
    this.#started = true;
    this.#followUp.start();
    this.#queue.start();
    const accounts = new Set(this.#store.list().map(({ accountId }) => accountId));
    for (const accountId of accounts) void this.#followUp.run(accountId);
  }

  /**
   * The window is gone and nobody can undo any more: what was kept back only for that is sent now.
   * Resolves when it was tried, or when `withinMs` is over; what is left goes out at the next start.
   */
  async releaseHeld(withinMs: number): Promise<void> {
    const held = this.#store
      .list()
      .filter(({ state, sendAt }) => state === 'scheduled' && sendAt === undefined);
    if (!this.#started || held.length === 0) return;
    for (const row of held) this.#queue.keepRow(settleNow(row, this.#now()));
    const accounts = [...new Set(held.map(({ accountId }) => accountId))];
    for (const accountId of accounts) this.#queue.kick(accountId);
    const patience = new AbortController();
    await Promise.race([
      Promise.all(accounts.map((accountId) => this.#queue.idle(accountId))),
      sleep(withinMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  }

  /** Resolves when nothing is being sent any more. Queued mail stays queued. */
  async stop(): Promise<void> {
    this.#started = false;
    await this.#queue.stop();
    await this.#followUp.stop();
  }

  /**
   * Queues a draft durably. Called twice for one draft it makes one message and returns it twice.
   * @param sendAt not before; a time in the past is now
   * @throws RequestError `draft.not-found`, `address.invalid`, `submission.no-recipients`,
   *   `submission.too-large`, `submission.no-require-tls`, `attachment.not-found` while one is still
   *   coming in; StorageError
   */
  submit(draftId: string, sendAt?: Date): Promise<OutboxItem> {
    const running = this.#submitting.get(draftId);
    if (running) return running;
    const done = this.#submit(draftId, sendAt).finally(() => this.#submitting.delete(draftId));
    this.#submitting.set(draftId, done);
    return done;
  }

  /** Oldest first; messages sent within the last day are shown too. */
  list(): OutboxItem[] {
    this.#prune();
    return this.#store.list().map(toItem);
  }

  /**
   * Takes a scheduled, waiting or refused message back into a draft. What was accepted for some already is
   * not offered to them again: the draft then goes to the others only.
   * @throws RequestError `outbox.not-found`, `outbox.not-editable`
   */
  edit(outboxId: string): DraftDto {
    const row = this.#get(outboxId);
    const draft = this.#store.drafts.ofOutbox(outboxId);
    if (!editable.has(row.state) || draft === undefined) {
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

  /**
   * Keeps a scheduled or waiting message back no longer; others stay as they are.
   * @throws RequestError `outbox.not-found`; StorageError when its date cannot be written anew
   */
  async sendNow(outboxId: string): Promise<OutboxItem> {
    const { state, sendAt } = this.#get(outboxId);
    let sizeBytes: number | undefined;
    const draft = this.#store.drafts.ofOutbox(outboxId);
    if (state === 'scheduled' && sendAt !== undefined && draft !== undefined) {
      // Its Date header tells the time that was chosen (RFC 5322 §3.6.1): not that any more.
      sizeBytes = await this.#writer.write(this.#get(outboxId), draft, this.#now());
    }
    const row = this.#get(outboxId);
    if (row.state === 'scheduled' || row.state === 'waiting') {
      const written = sizeBytes === undefined ? row : { ...row, sizeBytes };
      this.#queue.keepRow(settleNow(written, this.#now()));
      this.#queue.kick(row.accountId);
    }
    return toItem(this.#get(outboxId));
  }

  /**
   * The person knows that an unknown message arrived.
   * @throws RequestError `outbox.not-found`
   */
  confirmArrived(outboxId: string): OutboxItem {
    const row = this.#get(outboxId);
    if (row.state === 'unknown') {
      this.#queue.keepRow(settleFound(row, this.#now()));
      void this.#followUp.run(row.accountId);
    }
    return toItem(this.#get(outboxId));
  }

  /** For an unknown one this is the person's own choice to send again. */
  retry(outboxId: string): OutboxItem {
    const row = this.#get(outboxId);
    if (row.state !== 'sending' && row.state !== 'sent' && row.state !== 'scheduled') {
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
    const out = new Set<OutboxRow['state']>(['scheduled', 'waiting', 'sending']);
    return this.#store.ofAccount(accountId).filter(({ state }) => out.has(state)).length;
  }

  /** IMAP is up: settles unknown ones by Message-ID and makes missing copies in Sent. */
  reconcile(accountId: string): Promise<void> {
    return this.#followUp.run(accountId);
  }

  /** Everything of this account that waits is tried now. */
  wake(accountId: string): void {
    for (const row of this.#store.ofAccount(accountId)) {
      if (row.state === 'waiting') this.#store.put({ ...row, nextAttemptAt: this.#now() });
    }
    this.#queue.kick(accountId);
  }

  /** What is due now is sent; e.g. after the computer slept. */
  kick(accountId: string): void {
    this.#queue.kick(accountId);
  }

  /** Drafts, attachments and queued messages of the account are gone when this resolves. */
  async removeAccount(accountId: string): Promise<void> {
    await this.#queue.stopAccount(accountId);
    await this.#followUp.stopAccount(accountId);
    for (const row of this.#store.ofAccount(accountId)) this.#remove(row);
    for (const draft of this.#store.drafts.ofAccount(accountId)) {
      this.#store.drafts.remove(draft.draftId);
    }
    this.#store.copies.removeAccount(accountId);
    this.#options.drafts.changed();
    this.#options.onChanged(accountId);
  }

  async #submit(draftId: string, sendAt: Date | undefined): Promise<OutboxItem> {
    const draft = this.#store.drafts.get(draftId);
    if (draft === undefined) throw new RequestError('draft.not-found');
    if (draft.outboxId !== undefined) return toItem(this.#get(draft.outboxId));
    const row = await this.#writer.queue(draft, sendAt);
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

  #get(outboxId: string): OutboxRow {
    const row = this.#store.get(outboxId);
    if (row === undefined) throw new RequestError('outbox.not-found');
    return row;
  }

  #recover(): void {
    for (const row of this.#store.list()) {
      if (row.state !== 'sending') continue;
      const { row: settled, error } = settleCrashed(row, this.#now());
      // Nobody listens yet.
      const wire = error && toWireError(error, this.#options.logger, 'outbox.attempt');
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
    this.#store.transaction(() => {
      const draft = this.#store.drafts.ofOutbox(row.outboxId);
      this.#store.remove(row.outboxId);
      if (draft) this.#store.drafts.remove(draft.draftId);
    });
  }
}

const editable: ReadonlySet<OutboxRow['state']> = new Set(['scheduled', 'waiting', 'refused']);

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
    ...(row.holdUntil ? { holdUntil: row.holdUntil.toISOString() } : {}),
    ...(row.holdUntil && row.sendAt ? { sendAt: row.sendAt.toISOString() } : {}),
    ...(row.copyPending ? { copyPending: true } : {}),
    ...(row.sentAt ? { sentAt: row.sentAt.toISOString() } : {}),
    ...(row.nextAttemptAt ? { nextAttemptAt: row.nextAttemptAt.toISOString() } : {}),
    ...(row.error ? { error: row.error } : {}),
  };
}
