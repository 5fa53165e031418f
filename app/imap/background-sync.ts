/**
 * What happens when the newest mail is here: headers of everything, then bodies of the recent
 * past, then older ones. One job at a time, INBOX first, newest first; stops while it is paused
 * or the account is offline. What fails waits for the next round.
 */
import type { ImapFlow } from 'imapflow';
import { asMailError } from '../errors.ts';
import { describeError, type Logger } from '../log.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import type { Connections } from './connections.ts';
import { isConnectionTrouble } from './imap-errors.ts';
import { imapLimits } from './limits.ts';
import type { MailboxSync } from './mailbox-sync.ts';
import type { SyncContext } from './sync-context.ts';
import { WakeSignal } from './wake-signal.ts';

const dayMs = 86_400_000;
const allRowIds = Number.MAX_SAFE_INTEGER;
/** A FETCH is refused when someone expunges at the same time: that passes. */
const refusalsInARow = 5;
const refusalPauseMs = 200;

export type BodiesDays = '30' | '90' | '365' | 'all';

export interface BackgroundOptions {
  readonly accountId: string;
  readonly context: SyncContext;
  readonly connections: Connections;
  readonly logger: Logger;
  readonly syncOf: (mailboxId: number) => MailboxSync;
  /** Runs with the mailbox selected, and only if its uids still mean what the store says. */
  readonly inMailbox: (
    mailbox: StoredMailbox,
    job: (client: ImapFlow) => Promise<void>,
  ) => Promise<void>;
  readonly prefetch: (client: ImapFlow, mailbox: StoredMailbox, uids: number[]) => Promise<void>;
  readonly bodiesDays: () => BodiesDays;
  readonly paused: () => boolean;
  /** A step was made, or there is nothing more to do. */
  readonly progress: (working: StoredMailbox | undefined) => void;
}

interface Step {
  readonly mailbox: StoredMailbox;
  readonly run: () => Promise<void>;
}

export class BackgroundSync {
  readonly #options: BackgroundOptions;
  readonly #stop = new AbortController();
  readonly #wake = new WakeSignal();
  #running: Promise<void> | undefined;
  #online = false;
  /** Changed on the server since they were last looked into. */
  readonly #stale = new Set<number>();
  /** Failed: not again before the next round. */
  readonly #failed = new Set<number>();
  readonly #refusals = new Map<number, number>();
  /** How far down a mailbox's bodies were asked for, in this round. */
  readonly #bodiesBelow = new Map<number, number>();

  constructor(options: BackgroundOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** The account's server can be reached, or not. */
  setOnline(online: boolean): void {
    this.#online = online;
    if (online) this.newRound();
  }

  /** Looks again at everything: also at what failed, and at bodies that did not come. */
  newRound(): void {
    this.#failed.clear();
    this.#refusals.clear();
    this.#bodiesBelow.clear();
    this.#wake.wake();
  }

  /** This mailbox has new messages or changed on the server. */
  look(mailboxId: number, options: { stale: boolean }): void {
    if (options.stale) this.#stale.add(mailboxId);
    this.#bodiesBelow.delete(mailboxId);
    this.#wake.wake();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const step = this.#online && !this.#options.paused() ? this.#next() : undefined;
      this.#options.progress(step?.mailbox);
      if (step === undefined) {
        await this.#wake.wait(Number.POSITIVE_INFINITY, signal);
        continue;
      }
      try {
        await step.run();
        this.#refusals.delete(step.mailbox.mailboxId);
      } catch (error) {
        if (signal.aborted) return;
        await this.#failedAt(step.mailbox, error);
      }
    }
  }

  async #failedAt(mailbox: StoredMailbox, error: unknown): Promise<void> {
    const failure = asMailError(error);
    this.#options.logger.log('info', 'imap.background', { error: describeError(error) });
    if (isConnectionTrouble(failure) || failure.code === 'cancelled') {
      // The watch tells when the server can be reached again; it may not have noticed anything.
      await this.#wake.wait(imapLimits.retryMostMs / 4, this.#stop.signal);
      return;
    }
    const times = (this.#refusals.get(mailbox.mailboxId) ?? 0) + 1;
    this.#refusals.set(mailbox.mailboxId, times);
    if (times <= refusalsInARow) {
      await this.#wake.wait(refusalPauseMs * times, this.#stop.signal);
      return;
    }
    this.#failed.add(mailbox.mailboxId);
    this.#stale.delete(mailbox.mailboxId);
  }

  #next(): Step | undefined {
    const { reader } = this.#options.context;
    const all = reader
      .mailboxes(this.#options.accountId)
      .filter(({ mailboxId, selectable }) => selectable && !this.#failed.has(mailboxId));
    for (const mailbox of all) {
      const sync = this.#options.syncOf(mailbox.mailboxId);
      const stale = this.#stale.has(mailbox.mailboxId);
      if (stale || sync.hasBacklog) return { mailbox, run: () => this.#headers(mailbox, stale) };
    }
    const kept = withBodies(all);
    const days = this.#options.bodiesDays();
    const recent = days === 'all' ? 90 : Number(days);
    return (
      this.#bodiesStep(kept, Date.now() - recent * dayMs) ??
      (days === 'all' ? this.#bodiesStep(kept, 0) : undefined)
    );
  }

  async #headers(mailbox: StoredMailbox, stale: boolean): Promise<void> {
    const { connections, context, syncOf } = this.#options;
    const sync = syncOf(mailbox.mailboxId);
    const batches = connections.shared ? 1 : imapLimits.batchesPerJob;
    await connections.run(async (client) => {
      const lock = await client.getMailboxLock(mailbox.path);
      try {
        if (stale) await sync.refresh(client);
        if (sync.hasBacklog) await sync.fetchBacklog(client, batches);
      } finally {
        lock.release();
      }
    }, 'background');
    this.#stale.delete(mailbox.mailboxId);
    this.#bodiesBelow.delete(mailbox.mailboxId);
    const now = context.reader.mailbox(mailbox.mailboxId);
    if (now !== undefined) context.changed(now);
  }

  #bodiesStep(mailboxes: readonly StoredMailbox[], since: number): Step | undefined {
    for (const mailbox of mailboxes) {
      const found = this.#options.context.sync.missingContent(mailbox.mailboxId, {
        since,
        belowRowId: this.#bodiesBelow.get(mailbox.mailboxId) ?? allRowIds,
        limit: imapLimits.bodiesBatch,
      });
      if (found.length === 0) continue;
      let bytes = 0;
      const batch = found.filter(({ sizeBytes }, index) => {
        bytes += sizeBytes;
        return index === 0 || bytes <= imapLimits.bodiesBatchBytes;
      });
      const last = batch.at(-1)?.rowId ?? 0;
      return {
        mailbox,
        run: async () => {
          // What does not come is not asked for again in this round. Noted first: `look` takes it
          // back, also for what arrives while this runs.
          this.#bodiesBelow.set(mailbox.mailboxId, last);
          try {
            await this.#options.inMailbox(mailbox, (client) =>
              this.#options.prefetch(
                client,
                mailbox,
                batch.map(({ uid }) => uid),
              ),
            );
          } catch (error) {
            this.#bodiesBelow.delete(mailbox.mailboxId);
            throw error;
          }
        },
      };
    }
    return undefined;
  }
}

/** Where bodies are kept ahead of reading; Gmail's All Mail comes last, when most are here. */
export function withBodies(mailboxes: readonly StoredMailbox[]): StoredMailbox[] {
  const kept = mailboxes.filter(
    ({ role, selectable }) =>
      selectable && role !== 'junk' && role !== 'trash' && role !== 'flagged',
  );
  return [
    ...kept.filter(({ role }) => role !== 'all'),
    ...kept.filter(({ role }) => role === 'all'),
  ];
}
