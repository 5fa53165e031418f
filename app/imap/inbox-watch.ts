/**
 * The account's standing connection: INBOX, IDLE whenever nothing else is to be done. Runs until
 * it is stopped; reconnects with backoff and jitter. What comes in is stored and announced at once.
 */
import type { ExpungeEvent, FlagsEvent, ImapFlow } from 'imapflow';
import { asMailError, LegError, MailError } from '../errors.ts';
import type { AccountGate } from './account-gate.ts';
import type { ImapConnection } from './connect.ts';
import { toFlags } from './headers.ts';
import { toImapMailError } from './imap-errors.ts';
import { imapLimits } from './limits.ts';
import { MailboxSync, type SyncContext } from './mailbox-sync.ts';
import { WakeSignal } from './wake-signal.ts';

export interface WatchOptions {
  readonly gate: AccountGate;
  readonly context: SyncContext;
  readonly connect: (signal: AbortSignal) => Promise<ImapConnection>;
  /** Lists the mailboxes and returns the INBOX's id. */
  readonly prepare: (client: ImapFlow) => Promise<number>;
  readonly events: WatchEvents;
  /** 0..1, for the jitter. */
  readonly random?: () => number;
}

export interface WatchEvents {
  connecting(): void;
  /** The first screen of INBOX is in the store. */
  ready(): void;
  /** @param missing headers still to come; 0 when the INBOX is up to date */
  progress(missing: number): void;
  failed(error: MailError): void;
}

export class InboxWatch {
  readonly #options: WatchOptions;
  readonly #stop = new AbortController();
  readonly #wake = new WakeSignal();
  #running: Promise<void> | undefined;
  #connected = false;
  #refresh: (() => void) | undefined;
  #lastProgressAt = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Tries now instead of later; a standing connection looks again, and so proves itself. */
  retry(): void {
    if (this.#connected) this.#refresh?.();
    else this.#wake.wake();
  }

  /** The standing connection is about to be closed: do not wait before the next one. */
  hurry(): void {
    this.#wake.wake();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { events, gate, random = Math.random } = this.#options;
    let attempt = 0;
    while (!this.#stop.signal.aborted) {
      let failure: MailError | undefined;
      const { era } = gate;
      try {
        await this.#session(() => {
          attempt = 0;
        });
      } catch (error) {
        failure = asMailError(error);
      }
      this.#connected = false;
      this.#refresh = undefined;
      if (this.#stop.signal.aborted) break;
      if (failure !== undefined) {
        gate.note(failure, era);
        events.failed(failure);
      }
      const backoff = Math.min(imapLimits.retryMostMs, imapLimits.retryFirstMs * 2 ** attempt);
      attempt = Math.min(attempt + 1, 10);
      // Half fixed, half chance: many clients must not come back in step.
      const delay = backoff * (0.5 + random() / 2);
      await this.#wake.wait(Math.max(gate.waitMs(), delay), this.#stop.signal);
    }
  }

  async #session(established: () => void): Promise<void> {
    const { connect, prepare, events, gate } = this.#options;
    gate.check();
    events.connecting();
    const connection = await connect(this.#stop.signal);
    const abort = () => connection.close();
    this.#stop.signal.addEventListener('abort', abort, { once: true });
    try {
      this.#connected = true;
      const inboxId = await prepare(connection.client);
      await this.#watch(connection.client, inboxId, established);
      if (this.#stop.signal.aborted) return;
      throw new LegError('leg.unreachable', { host: connection.host });
    } catch (error) {
      const streamError = connection.streamError();
      // What the stream failed with says more than that it is gone.
      if (error instanceof LegError && streamError instanceof MailError) throw streamError;
      throw toImapMailError(error, connection.host, streamError);
    } finally {
      this.#stop.signal.removeEventListener('abort', abort);
      connection.close();
    }
  }

  async #watch(client: ImapFlow, inboxId: number, established: () => void): Promise<void> {
    const { context, events } = this.#options;
    const sync = new MailboxSync(context, inboxId);
    const changed = new WakeSignal();
    const stale = () => {
      sync.markStale();
      changed.wake();
    };
    this.#refresh = stale;
    this.#listen(client, inboxId, stale);
    const closed = new AbortController();
    client.on('close', () => closed.abort());
    let ready = false;
    while (client.usable) {
      const before = sync.hasWork;
      while (sync.hasWork && client.usable) {
        await this.#step(client, sync);
        if (!ready) {
          // Only a session that got this far ends the backoff: one that fails at once must wait.
          established();
          events.ready();
        }
        ready = true;
        this.#reportProgress(sync.missing);
      }
      if (before) events.progress(0);
      await changed.wait(Number.POSITIVE_INFINITY, closed.signal);
    }
  }

  async #step(client: ImapFlow, sync: MailboxSync): Promise<void> {
    const lock = await client.getMailboxLock('INBOX');
    try {
      await sync.step(client);
    } finally {
      lock.release();
    }
  }

  #reportProgress(missing: number): void {
    const now = Date.now();
    if (missing === 0 || now - this.#lastProgressAt < 500) return;
    this.#lastProgressAt = now;
    this.#options.events.progress(missing);
  }

  /** Flags and expunges with a uid are stored at once; everything else is looked up. */
  #listen(client: ImapFlow, inboxId: number, stale: () => void): void {
    const { reader, writer, pending, changed } = this.#options.context;
    client.on('exists', stale);
    client.on('expunge', (event: ExpungeEvent) => {
      const mailbox = reader.mailbox(inboxId);
      if (event.uid !== undefined && mailbox?.path === event.path) {
        writer.removeMessages(inboxId, [event.uid]);
        changed(reader.mailbox(inboxId) ?? mailbox);
      }
      stale();
    });
    client.on('flags', (event: FlagsEvent) => {
      const mailbox = reader.mailbox(inboxId);
      if (event.uid === undefined || mailbox === undefined) {
        stale();
        return;
      }
      const flags = { ...toFlags(event.flags), ...pending.flags(mailbox, event.uid) };
      if (writer.setFlags(inboxId, new Map([[event.uid, flags]])) > 0) changed(mailbox);
    });
    client.on('mailboxOpen', stale);
  }
}
