/**
 * When the copy of a draft on the server is brought up to date: some time after the last change, at
 * once when the person closes, discards or has sent it, and after a start. Makes tasks of it.
 */
import { describeError, type Logger } from '../log.ts';
import type { DraftCopySource } from '../ports.ts';
import type { TaskQueue } from './task-queue.ts';
import type { TaskStore } from './task-store.ts';

/** After the last change. */
const quietMs = 5_000;

export interface DraftScheduleOptions {
  readonly copies: DraftCopySource;
  readonly tasks: Pick<TaskQueue, 'add'>;
  readonly store: Pick<TaskStore, 'list'>;
  readonly logger: Logger;
  readonly quietMs?: number;
}

export class DraftSchedule {
  readonly #options: DraftScheduleOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #ended = false;

  constructor(options: DraftScheduleOptions) {
    this.#options = options;
  }

  /** The draft was changed or discarded. */
  touched(draftId: string): void {
    if (this.#ended) return;
    clearTimeout(this.#timers.get(draftId));
    const timer = setTimeout(() => this.close(draftId), this.#options.quietMs ?? quietMs);
    timer.unref();
    this.#timers.set(draftId, timer);
  }

  /** Nobody writes in it for now. */
  close(draftId: string): void {
    clearTimeout(this.#timers.get(draftId));
    this.#timers.delete(draftId);
    this.#quietly(() => {
      for (const accountId of this.#options.copies.accountsOf(draftId)) {
        this.#add(draftId, accountId);
      }
    });
  }

  /** A queued message came further, or went. */
  outboxChanged(accountId: string): void {
    this.#quietly(() => {
      for (const draftId of this.#options.copies.leftOver(accountId)) this.#add(draftId, accountId);
    });
  }

  /** After a start: what was not asked for before, or was and is not known of. */
  resume(accountId: string): void {
    this.#quietly(() => {
      for (const draftId of this.#options.copies.due(accountId)) this.#add(draftId, accountId);
    });
  }

  /** Nothing is lost: `resume` finds what was still to come. */
  dispose(): void {
    this.#ended = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #add(draftId: string, accountId: string): void {
    const { copies, store, tasks } = this.#options;
    if (copies.wanted(draftId, accountId).kind === 'leave') return;
    // One that has not begun will find the draft as it is then.
    const waits = store
      .list(accountId)
      .some(
        ({ kind, step, payload }) =>
          kind === 'draft' && step === undefined && isOf(payload, draftId),
      );
    if (!waits) tasks.add(accountId, 'draft', { draftId });
  }

  /** A copy is never a reason for the change itself to fail. */
  #quietly(work: () => void): void {
    if (this.#ended) return;
    try {
      work();
    } catch (error) {
      this.#options.logger.log('warn', 'draft.schedule', { error: describeError(error) });
    }
  }
}

function isOf(payload: unknown, draftId: string): boolean {
  return (
    typeof payload === 'object' &&
    payload !== null &&
    'draftId' in payload &&
    payload.draftId === draftId
  );
}
