/**
 * The durable queue's worker: one message of an account at a time, oldest first, with waits between
 * failures; copies in Sent afterwards, apart from sending. Decides nothing about outcomes: settle.ts.
 */
import { CancelledError, InternalError } from '../errors.ts';
import { describeError, type Logger } from '../log.ts';
import type { SentCopy } from '../ports.ts';
import { toWireError } from '../wire-error.ts';
import { deliver, type SubmissionAccess, stopsAccount } from './delivery.ts';
import type { OutboxRow, OutboxStore } from './outbox-store.ts';
import type { SubmissionOutcome } from './outcome.ts';
import { backoffMs, beginAttempt, isDue, type Settled, settle, settleFound } from './settle.ts';
import type { SmtpTimeouts } from './smtp-session.ts';

export interface QueueOptions {
  readonly store: OutboxStore;
  readonly access: SubmissionAccess;
  readonly sentCopy: SentCopy;
  readonly logger: Logger;
  readonly onChanged: (accountId: string) => void;
  readonly now: () => Date;
  readonly timeouts?: Partial<SmtpTimeouts>;
}

/** Shortest pause between two looks at the clock, so that a skewed one cannot make it spin (ms). */
const leastPauseMs = 250;

export class Queue {
  readonly #options: QueueOptions;
  readonly #running = new Map<string, { readonly abort: AbortController; done: Promise<void> }>();
  readonly #copying = new Map<string, Promise<void>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped = true;
  /** After `stop`: nothing of the store may be touched any more. */
  #ended = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.#ended = false;
    for (const { accountId } of this.#options.store.list()) this.kick(accountId);
  }

  /** A message in mid-air is cut and settled by what is known of it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    const running = [...this.#running.values()];
    for (const { abort } of running) abort.abort();
    await Promise.all(running.map(({ done }) => done));
    this.#ended = true;
    await Promise.all(this.#copying.values());
  }

  async stopAccount(accountId: string): Promise<void> {
    clearTimeout(this.#timers.get(accountId));
    this.#timers.delete(accountId);
    const running = this.#running.get(accountId);
    running?.abort.abort();
    await running?.done;
    await this.#copying.get(accountId);
  }

  /** Works off what is due, then waits for the next. */
  kick(accountId: string): void {
    if (this.#stopped || this.#running.has(accountId)) return;
    clearTimeout(this.#timers.get(accountId));
    const abort = new AbortController();
    const entry = { abort, done: Promise.resolve() };
    this.#running.set(accountId, entry);
    entry.done = this.#work(accountId, abort.signal)
      .catch((error: unknown) => this.#report('outbox.worker-failed', error))
      .finally(() => {
        this.#running.delete(accountId);
        this.#arm(accountId);
      });
  }

  /** Settles unknown ones by Message-ID and makes the copies in Sent that are missing. */
  async reconcile(accountId: string): Promise<void> {
    const { store, sentCopy, logger, now } = this.#options;
    for (const row of store.ofAccount(accountId)) {
      if (row.state !== 'unknown') continue;
      try {
        const found = await sentCopy.findByMessageId(accountId, row.messageId);
        if (this.#ended) return;
        const current = store.get(row.outboxId);
        if (found === 'found' && current?.state === 'unknown')
          this.#keep(settleFound(current, now()));
      } catch (error) {
        logger.log('info', 'outbox.reconcile-failed', { detail: describeError(error) });
        return;
      }
    }
    await this.copy(accountId);
  }

  /** Never makes a message be sent again, whatever happens to the copy. */
  copy(accountId: string): Promise<void> {
    const running = this.#copying.get(accountId);
    if (running) return running;
    const done = this.#copyAll(accountId)
      .catch((error: unknown) => this.#report('outbox.copy-failed', error))
      .finally(() => this.#copying.delete(accountId));
    this.#copying.set(accountId, done);
    return done;
  }

  /** Gives a settled row's error its id in the log, keeps the row and tells. */
  keep({ row, error }: Settled): void {
    const wire = error && toWireError(error, this.#options.logger, 'outbox.attempt');
    this.#keep({ ...row, error: wire });
  }

  async #work(accountId: string, signal: AbortSignal): Promise<void> {
    const { store, now } = this.#options;
    while (!signal.aborted) {
      const row = store.ofAccount(accountId).find((candidate) => isDue(candidate, now()));
      if (row === undefined) return;
      const outcome = await this.#attempt(row, signal);
      void this.copy(accountId);
      if (outcome && stopsAccount(outcome)) {
        this.#postpone(accountId, row.outboxId);
        return;
      }
    }
  }

  async #attempt(row: OutboxRow, signal: AbortSignal): Promise<SubmissionOutcome | undefined> {
    const { store, access, now, timeouts } = this.#options;
    const { outboxId } = row;
    const trying = beginAttempt(row);
    this.#keep(trying);
    const outcome = await deliver(trying, {
      access,
      signal,
      messagePath: store.messagePath(outboxId),
      beforeDot: () => {
        if (!store.markDotStarted(outboxId)) throw new InternalError('not being sent');
      },
      ...(timeouts ? { timeouts } : {}),
    });
    const current = store.get(outboxId);
    if (current?.state !== 'sending') return outcome;
    if (outcome.kind === 'later' && outcome.error instanceof CancelledError) {
      this.#keep({ ...current, state: 'waiting', attempts: row.attempts, nextAttemptAt: now() });
      return outcome;
    }
    this.keep(settle(current, outcome, now()));
    return outcome;
  }

  /** What stopped one message stops the others of the account: they wait with it and say so too. */
  #postpone(accountId: string, outboxId: string): void {
    const { store, now } = this.#options;
    const stopped = store.get(outboxId);
    if (stopped?.state !== 'waiting') return;
    for (const row of store.ofAccount(accountId)) {
      if (row.outboxId === outboxId || !isDue(row, now())) continue;
      this.#keep({ ...row, error: stopped.error, nextAttemptAt: stopped.nextAttemptAt });
    }
  }

  async #copyAll(accountId: string): Promise<void> {
    const { store, sentCopy, logger } = this.#options;
    for (const row of store.ofAccount(accountId)) {
      if (this.#ended) return;
      if (!row.copyPending || row.state === 'sending') continue;
      try {
        if (store.hasMessage(row.outboxId)) {
          await sentCopy.append(accountId, store.messagePath(row.outboxId), row.messageId);
        }
      } catch (error) {
        logger.log('info', 'outbox.copy-failed', { detail: describeError(error) });
        return;
      }
      // The databases may be closed by now; asking again does no harm next time.
      if (this.#ended) return;
      const current = store.get(row.outboxId);
      if (current) this.#keep({ ...current, copyPending: false });
    }
  }

  #keep(row: OutboxRow): void {
    const { store, onChanged } = this.#options;
    store.transaction(() => {
      store.put(row);
      if (row.state !== 'sent') return;
      const draft = store.drafts.ofOutbox(row.outboxId);
      if (draft) store.drafts.remove(draft.draftId);
    });
    if (row.state === 'sent' && !row.copyPending) store.removeMessage(row.outboxId);
    onChanged(row.accountId);
  }

  #report(event: string, error: unknown): void {
    this.#options.logger.log('error', event, { detail: describeError(error) });
  }

  #arm(accountId: string): void {
    if (this.#stopped) return;
    const { store, now } = this.#options;
    const times = store
      .ofAccount(accountId)
      .flatMap(({ state, nextAttemptAt }) =>
        state === 'waiting' && nextAttemptAt ? [nextAttemptAt.getTime()] : [],
      );
    if (times.length === 0) return;
    const left = Math.min(...times) - now().getTime();
    const longest = backoffMs[backoffMs.length - 1] ?? left;
    const timer = setTimeout(
      () => this.kick(accountId),
      Math.min(Math.max(left, leastPauseMs), longest),
    );
    this.#timers.set(accountId, timer);
  }
}
