/**
 * What is left to do for messages that were sent or may have been: the copy in Sent, the mark on the
 * message that was answered, and the search for those whose outcome is unknown. Runs apart from
 * sending, with times of its own; nothing here ever makes a message be sent.
 */
import { asMailError, ImapError } from '../errors.ts';
import { describeError, type Logger } from '../log.ts';
import type { AnsweredMarker, SentCopy } from '../ports.ts';
import type { OutboxRow, OutboxStore } from './outbox-store.ts';
import { settleFound } from './settle.ts';

export interface FollowUpOptions {
  readonly store: OutboxStore;
  readonly sentCopy: SentCopy;
  readonly answered: AnsweredMarker;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Keeps a row on disk and tells. */
  readonly keep: (row: OutboxRow) => void;
  /** How long a provider gets to keep a copy in Sent by itself before one is made (ms). */
  readonly graceMs?: number;
  /** Waits between rounds that left something undone; the last one repeats (ms). */
  readonly pausesMs?: readonly number[];
}

const usualGraceMs = 3_000;
const usualPausesMs = [30_000, 120_000, 600_000, 3_600_000];

export class FollowUp {
  readonly #options: FollowUpOptions;
  readonly #rounds = new Map<string, Promise<void>>();
  /** Asked for while a round ran: what came meanwhile may have been passed already. */
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Rounds in a row that left something undone. */
  readonly #undone = new Map<string, number>();
  /** Nothing of the store may be touched then. */
  #ended = true;

  constructor(options: FollowUpOptions) {
    this.#options = options;
  }

  start(): void {
    this.#ended = false;
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#ended = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#rounds.values());
  }

  async stopAccount(accountId: string): Promise<void> {
    await this.#rounds.get(accountId);
    clearTimeout(this.#timers.get(accountId));
    this.#timers.delete(accountId);
    this.#undone.delete(accountId);
  }

  /** A message was tried: marks are made at once, its copy in a while. */
  attempted(accountId: string): void {
    if (this.#ended) return;
    try {
      for (const row of this.#options.store.ofAccount(accountId)) this.#mark(row);
    } catch (error) {
      // Sending goes on; the round that follows tries again.
      this.#options.logger.log('warn', 'outbox.mark', { detail: describeError(error) });
    }
    const running = this.#rounds.has(accountId);
    if (running) this.#again.add(accountId);
    else this.#wait(accountId, this.#options.graceMs ?? usualGraceMs);
  }

  /** The server may be reachable: everything that is open for this account is tried now. */
  run(accountId: string): Promise<void> {
    if (this.#ended) return Promise.resolve();
    const running = this.#rounds.get(accountId);
    if (running !== undefined) {
      this.#again.add(accountId);
      return running;
    }
    clearTimeout(this.#timers.get(accountId));
    const done = this.#work(accountId)
      .catch((error: unknown) => {
        this.#options.logger.log('error', 'outbox.follow-up', { detail: describeError(error) });
      })
      .finally(() => {
        this.#rounds.delete(accountId);
        this.#arm(accountId);
      });
    this.#rounds.set(accountId, done);
    return done;
  }

  async #work(accountId: string): Promise<void> {
    do {
      this.#again.delete(accountId);
      for (const { outboxId } of this.#options.store.ofAccount(accountId)) {
        if (this.#ended) return;
        const goesOn = await this.#follow(outboxId);
        if (this.#ended || !goesOn) return;
      }
    } while (this.#again.has(accountId));
  }

  /** False when the server cannot be reached: the others would fare no better now. */
  async #follow(outboxId: string): Promise<boolean> {
    const { logger } = this.#options;
    const row = this.#options.store.get(outboxId);
    if (row === undefined || row.state === 'sending') return true;
    this.#mark(row);
    try {
      if (row.state === 'unknown') await this.#search(row);
      if (row.copyPending) await this.#copy(row);
      return true;
    } catch (error) {
      logger.log('info', 'outbox.follow-up', { state: row.state, detail: describeError(error) });
      return asMailError(error) instanceof ImapError;
    }
  }

  #mark(row: OutboxRow): void {
    if (row.answers === undefined || row.accepted.length === 0) return;
    this.#options.answered.mark(row.answers.ref, row.answers.kind);
    this.#options.keep({ ...row, answers: undefined });
  }

  async #search(row: OutboxRow): Promise<void> {
    const { store, sentCopy, now, keep } = this.#options;
    const found = await sentCopy.findByMessageId(row.accountId, row.messageId);
    if (this.#ended || found !== 'found') return;
    const current = store.get(row.outboxId);
    if (current?.state !== 'unknown') return;
    const settled = settleFound(current, now());
    keep(settled);
    this.#mark(settled);
    await this.#copy(settled);
  }

  async #copy({ outboxId, accountId, messageId }: OutboxRow): Promise<void> {
    const { store, sentCopy, keep } = this.#options;
    if (store.hasMessage(outboxId)) {
      await sentCopy.append(accountId, store.messagePath(outboxId), messageId);
    }
    // The databases may be closed by now; asking again does no harm next time.
    if (this.#ended) return;
    const current = store.get(outboxId);
    if (current) keep({ ...current, copyPending: false });
  }

  #arm(accountId: string): void {
    if (this.#ended) return;
    const open = this.#options.store
      .ofAccount(accountId)
      .some(
        ({ state, copyPending }) => state === 'unknown' || (copyPending && state !== 'sending'),
      );
    if (!open) {
      this.#undone.delete(accountId);
      return;
    }
    const rounds = this.#undone.get(accountId) ?? 0;
    this.#undone.set(accountId, rounds + 1);
    const pauses = this.#options.pausesMs ?? usualPausesMs;
    const pauseMs = pauses[Math.min(rounds, pauses.length - 1)] ?? 3_600_000;
    this.#wait(accountId, pauseMs);
  }

  #wait(accountId: string, pauseMs: number): void {
    clearTimeout(this.#timers.get(accountId));
    this.#timers.set(
      accountId,
      setTimeout(() => void this.run(accountId), pauseMs),
    );
  }
}
