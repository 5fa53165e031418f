/**
 * The durable queue's worker: one message of an account at a time, oldest first, over one session,
 * with waits between failures. Decides nothing about outcomes: settle.ts. What comes after sending
 * is follow-up.ts.
 */
import { CancelledError, InternalError } from '../errors.ts';
import { describeError, type Logger } from '../log.ts';
import { toWireError } from '../wire-error.ts';
import { Carrier, type SubmissionAccess } from './delivery.ts';
import type { OutboxRow, OutboxStore } from './outbox-store.ts';
import type { SubmissionOutcome } from './outcome.ts';
import { beginAttempt, dueAt, isDue, type Settled, settle } from './settle.ts';
import type { SmtpTimeouts } from './smtp-session.ts';

export interface QueueOptions {
  readonly store: OutboxStore;
  readonly access: SubmissionAccess;
  readonly logger: Logger;
  readonly onChanged: (accountId: string) => void;
  /** An attempt is over: what it left to do elsewhere may be done. */
  readonly onAttempted: (accountId: string) => void;
  readonly now: () => Date;
  readonly timeouts?: Partial<SmtpTimeouts>;
}

/** Shortest pause between two looks at the clock, so that a skewed one cannot make it spin (ms). */
const leastPauseMs = 250;
/** Longest one: timers stand still while the computer sleeps, and the clock may be set (ms). */
const longestPauseMs = 30_000;
/** How much later than the others a message is tried again that made the server close (ms). */
const steppedAsideMs = 1_000;

export class Queue {
  readonly #options: QueueOptions;
  readonly #running = new Map<string, { readonly abort: AbortController; done: Promise<void> }>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped = true;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
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
  }

  async stopAccount(accountId: string): Promise<void> {
    clearTimeout(this.#timers.get(accountId));
    this.#timers.delete(accountId);
    const running = this.#running.get(accountId);
    running?.abort.abort();
    await running?.done;
  }

  /** Resolves when nothing of this account is being sent at the moment. */
  async idle(accountId: string): Promise<void> {
    await this.#running.get(accountId)?.done;
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

  /** Gives a settled row's error its id in the log, keeps the row and tells. */
  keep({ row, error }: Settled): void {
    const wire = error && toWireError(error, this.#options.logger, 'outbox.attempt');
    this.keepRow({ ...row, error: wire });
  }

  /** On disk when this returns; a sent one's draft is gone with the same commit. */
  keepRow(row: OutboxRow): void {
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

  async #work(accountId: string, signal: AbortSignal): Promise<void> {
    const { store, access, now, timeouts, onAttempted } = this.#options;
    const carrier = new Carrier({ accountId, access, signal, ...(timeouts ? { timeouts } : {}) });
    try {
      while (!signal.aborted) {
        const row = store.ofAccount(accountId).find((candidate) => isDue(candidate, now()));
        if (row === undefined) return;
        const outcome = await this.#attempt(row, carrier);
        onAttempted(accountId);
        // What is wrong with one message keeps no other one back; a missing session does.
        if (outcome.kind === 'later' && outcome.stage !== 'message') {
          this.#postpone(row, outcome.stage === 'closing' ? steppedAsideMs : 0);
          return;
        }
      }
    } finally {
      carrier.quit();
    }
  }

  async #attempt(row: OutboxRow, carrier: Carrier): Promise<SubmissionOutcome> {
    const { store, now } = this.#options;
    const { outboxId } = row;
    const trying = beginAttempt(row);
    this.keepRow(trying);
    const outcome = await carrier.deliver(trying, store.messagePath(outboxId), () => {
      if (!store.markDotStarted(outboxId)) throw new InternalError('not being sent');
    });
    const current = store.get(outboxId);
    if (current?.state !== 'sending') return outcome;
    if (outcome.kind === 'later' && outcome.error instanceof CancelledError) {
      this.keepRow({ ...current, state: 'waiting', attempts: row.attempts, nextAttemptAt: now() });
      return outcome;
    }
    this.keep(settle(current, outcome, now()));
    return outcome;
  }

  /**
   * What stopped one message stops the others of the account: they wait with it and say so too.
   * @param earlierMs how much earlier they are tried again, so that it does not stop them for ever
   */
  #postpone({ accountId, outboxId }: OutboxRow, earlierMs: number): void {
    const { store, now } = this.#options;
    const stopped = store.get(outboxId);
    if (stopped?.state !== 'waiting') return;
    const { error, nextAttemptAt: at } = stopped;
    const nextAttemptAt = at && new Date(at.getTime() - earlierMs);
    for (const row of store.ofAccount(accountId)) {
      if (row.outboxId === outboxId || !isDue(row, now())) continue;
      this.keepRow({ ...row, state: 'waiting', holdUntil: undefined, error, nextAttemptAt });
    }
  }

  #report(event: string, error: unknown): void {
    this.#options.logger.log('error', event, { detail: describeError(error) });
  }

  #arm(accountId: string): void {
    if (this.#stopped) return;
    const { store, now } = this.#options;
    const times = store.ofAccount(accountId).flatMap((row) => dueAt(row)?.getTime() ?? []);
    if (times.length === 0) return;
    const left = Math.min(...times) - now().getTime();
    const timer = setTimeout(
      () => this.kick(accountId),
      Math.min(Math.max(left, leastPauseMs), longestPauseMs),
    );
    this.#timers.set(accountId, timer);
  }
}
