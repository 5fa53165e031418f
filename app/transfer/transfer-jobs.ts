/**
 * Imports: one at a time for each account, kept in transfer.db, going on by themselves after a
 * restart or when the server can be reached again. What they need of a server comes in by ports.
 */
import type { TransferDto, TransferSource } from '../contract/index.ts';
import {
  AuthError,
  asMailError,
  ImapError,
  LegError,
  type MailError,
  RequestError,
} from '../errors.ts';
import type { Logger } from '../log.ts';
import type { MailboxAppender } from '../ports.ts';
import { toWireError } from '../wire-error.ts';
import { transferLimits } from './limits.ts';
import { findSourceMailboxes } from './source-mailboxes.ts';
import { TransferRun } from './transfer-run.ts';
import type { StoredTransfer, TransferStore } from './transfer-store.ts';

export interface TransferJobsOptions {
  readonly store: TransferStore;
  readonly appender: MailboxAppender;
  readonly logger: Logger;
  readonly onChanged: () => void;
}

interface ActiveRun {
  readonly transferId: string;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

interface Wait {
  readonly timer: NodeJS.Timeout;
  readonly delayMs: number;
}

export class TransferJobs {
  readonly #options: TransferJobsOptions;
  /** By account, as are the waits. */
  readonly #active = new Map<string, ActiveRun>();
  readonly #waits = new Map<string, Wait>();
  #stopped = false;

  constructor(options: TransferJobsOptions) {
    this.#options = options;
  }

  /**
   * On disk when this resolves; the upload follows when the server can be reached.
   * @throws RequestError `transfer.source-unreadable` when there is nothing of that kind
   */
  async import(
    accountId: string,
    source: TransferSource,
    target: readonly string[],
  ): Promise<TransferDto> {
    await findSourceMailboxes(source);
    const { transferId } = this.#options.store.add(accountId, source, target);
    this.wake(accountId);
    this.#options.onChanged();
    return this.#dto(transferId);
  }

  list(): TransferDto[] {
    return this.#options.store.list().map(toDto);
  }

  /** @throws RequestError `transfer.not-found` */
  pause(transferId: string): TransferDto {
    const { state } = this.#get(transferId);
    if (state === 'waiting' || state === 'running') this.#end(transferId, 'paused');
    return this.#dto(transferId);
  }

  /** @throws RequestError `transfer.not-found` */
  resume(transferId: string): TransferDto {
    const { state, accountId } = this.#get(transferId);
    if (state === 'paused' || state === 'stopped') {
      this.#options.store.setState(transferId, 'waiting');
      this.#options.onChanged();
      this.wake(accountId);
    }
    return this.#dto(transferId);
  }

  /**
   * Ends it; what was uploaded stays. One that is over already goes off the list.
   * @throws RequestError `transfer.not-found`
   */
  cancel(transferId: string): void {
    const { state } = this.#get(transferId);
    if (state !== 'finished' && state !== 'cancelled') {
      this.#end(transferId, 'cancelled');
      return;
    }
    this.#options.store.remove(transferId);
    this.#options.onChanged();
  }

  /** The server may be reachable: go on now. */
  wake(accountId: string): void {
    clearTimeout(this.#waits.get(accountId)?.timer);
    if (this.#stopped || this.#active.has(accountId)) return;
    const { store } = this.#options;
    // What is `running` in the store and not here was left so by a program that ended.
    const next = store
      .list()
      .find(
        (transfer) =>
          transfer.accountId === accountId &&
          (transfer.state === 'waiting' || transfer.state === 'running'),
      );
    if (next === undefined) return;
    const abort = new AbortController();
    store.setState(next.transferId, 'running');
    const ended = this.#carryOut(next, abort.signal).then((goOn) => {
      this.#active.delete(accountId);
      this.#options.onChanged();
      if (goOn) this.wake(accountId);
    });
    this.#active.set(accountId, { transferId: next.transferId, abort, ended });
    this.#options.onChanged();
  }

  /** Ends and forgets the account's transfers. */
  async removeAccount(accountId: string): Promise<void> {
    const active = this.#active.get(accountId);
    this.#options.store.removeAccount(accountId);
    clearTimeout(this.#waits.get(accountId)?.timer);
    this.#waits.delete(accountId);
    active?.abort.abort();
    await active?.ended;
    this.#options.onChanged();
  }

  /** Resolves when nothing runs any more; what is left goes on with the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { timer } of this.#waits.values()) clearTimeout(timer);
    const active = [...this.#active.values()];
    for (const { abort } of active) abort.abort();
    await Promise.all(active.map(({ ended }) => ended));
  }

  #end(transferId: string, state: 'paused' | 'cancelled'): void {
    this.#options.store.setState(transferId, state);
    for (const active of this.#active.values()) {
      if (active.transferId === transferId) active.abort.abort();
    }
    this.#options.onChanged();
  }

  /** Resolves true when the next transfer may follow at once. Never rejects. */
  async #carryOut(transfer: StoredTransfer, signal: AbortSignal): Promise<boolean> {
    const { store, appender, onChanged } = this.#options;
    const run = new TransferRun({ store, appender, changed: onChanged }, transfer);
    const { transferId, accountId } = transfer;
    try {
      const atEnd = await run.run(signal);
      if (atEnd && !signal.aborted) store.setState(transferId, 'finished');
      this.#waits.delete(accountId);
      return true;
    } catch (error) {
      return this.#failed(transfer, asMailError(error), run.moved, signal);
    }
  }

  #failed(
    { transferId, accountId }: StoredTransfer,
    error: MailError,
    moved: boolean,
    signal: AbortSignal,
  ): boolean {
    const shown = toWireError(error, this.#options.logger, 'transfer.failed');
    // The person or the program's end came first: their word stands.
    if (signal.aborted) return true;
    const waits = mayPass(error);
    try {
      this.#options.store.setState(transferId, waits ? 'waiting' : 'stopped', shown);
    } catch (failure) {
      // A disk that takes no note of the failure either: the next start finds it as it was.
      toWireError(failure, this.#options.logger, 'transfer.not-noted');
      return false;
    }
    if (waits) this.#waitFor(accountId, moved);
    return !waits;
  }

  #waitFor(accountId: string, moved: boolean): void {
    if (this.#stopped) return;
    const before = moved ? undefined : this.#waits.get(accountId)?.delayMs;
    const { retryFirstMs, retryMostMs } = transferLimits;
    const delayMs = before === undefined ? retryFirstMs : Math.min(before * 2, retryMostMs);
    const timer = setTimeout(() => this.wake(accountId), delayMs);
    this.#waits.set(accountId, { timer, delayMs });
  }

  #get(transferId: string): StoredTransfer {
    const transfer = this.#options.store.get(transferId);
    if (transfer === undefined) throw new RequestError('transfer.not-found');
    return transfer;
  }

  #dto(transferId: string): TransferDto {
    return toDto(this.#get(transferId));
  }
}

/** A connection comes back, a password is mended, a mailbox is made anew; a refusal stays one. */
function mayPass(error: MailError): boolean {
  if (error instanceof LegError || error instanceof AuthError || error.code === 'cancelled')
    return true;
  return error instanceof ImapError && error.params.status === undefined;
}

function toDto(transfer: StoredTransfer): TransferDto {
  const { transferId, accountId, source, target, state, mailbox, error, finishedAt } = transfer;
  const { progress, done, skipped, failed, failures } = transfer;
  return {
    transferId,
    accountId,
    source,
    target: [...target],
    state,
    ...(mailbox === undefined || mailbox === '' ? {} : { mailbox }),
    progress,
    done,
    skipped,
    failed,
    failures: [...failures],
    startedAt: new Date(transfer.startedAt).toISOString(),
    ...(finishedAt === undefined ? {} : { finishedAt: new Date(finishedAt).toISOString() }),
    ...(error === undefined ? {} : { error }),
  };
}
