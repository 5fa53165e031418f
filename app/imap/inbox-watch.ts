/**
 * The account's standing connection: INBOX, IDLE whenever nothing else is to be done. Runs until
 * it is stopped; reconnects with backoff and jitter. What comes in is stored and announced at once.
 * A connection that is quiet has to prove itself now and then, and at once after the computer slept.
 */
import type { FlagsEvent, ImapFlow } from 'imapflow';
import { asMailError, LegError, MailError } from '../errors.ts';
import type { AccountGate } from './account-gate.ts';
import type { ImapConnection } from './connect.ts';
import { toImapMailError } from './imap-errors.ts';
import { imapLimits, type SyncTiming } from './limits.ts';
import type { MailboxSync } from './mailbox-sync.ts';
import { WakeSignal } from './wake-signal.ts';

export interface WatchOptions {
  readonly gate: AccountGate;
  readonly timing: SyncTiming;
  readonly connect: (signal: AbortSignal) => Promise<ImapConnection>;
  /** The INBOX's sync: made when there is none yet. */
  readonly inbox: () => MailboxSync;
  readonly events: WatchEvents;
  /** 0..1, for the jitter. */
  readonly random?: () => number;
}

export interface WatchEvents {
  connecting(): void;
  /** Signed in. */
  online(): void;
  /** The first screen of INBOX is in the store. What else a session begins with happens here. */
  ready(client: ImapFlow): Promise<void>;
  /** INBOX is as the server says, and watched. */
  watching(): void;
  failed(error: MailError): void;
  /** The computer slept, or the connection turned out to be dead: others may be as well. */
  suspicious(): void;
}

export class InboxWatch {
  readonly #options: WatchOptions;
  readonly #stop = new AbortController();
  readonly #wake = new WakeSignal();
  #running: Promise<void> | undefined;
  #connection: ImapConnection | undefined;
  #refresh: (() => void) | undefined;
  #clock: NodeJS.Timeout | undefined;
  #provenAt = 0;
  #busy = false;
  #proving = false;
  #soon = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** What stands now, for work when the server allows no other connection. */
  get connection(): ImapConnection | undefined {
    return this.#connection;
  }

  start(): void {
    this.#running ??= this.#run();
    this.#clock ??= this.#watchClock();
  }

  /** Tries now instead of later; a standing connection looks again, and so proves itself. */
  retry(): void {
    if (this.#connection === undefined) this.hurry();
    else this.#refresh?.();
  }

  /** The standing connection is about to be closed: do not wait before the next one. */
  hurry(): void {
    this.#soon = true;
    this.#wake.wake();
  }

  /** The network changed or the computer woke: the connection shows at once whether it lives. */
  doubt(): void {
    if (this.#connection === undefined) this.hurry();
    else this.#prove();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#clock);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { events, gate, timing, random = Math.random } = this.#options;
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
      this.#connection = undefined;
      this.#refresh = undefined;
      if (this.#stop.signal.aborted) break;
      if (failure !== undefined) {
        gate.note(failure, era);
        events.failed(failure);
      }
      if (this.#soon) attempt = 0;
      this.#soon = false;
      const backoff = Math.min(imapLimits.retryMostMs, timing.retryFirstMs * 2 ** attempt);
      attempt = Math.min(attempt + 1, 10);
      // Half fixed, half chance: many clients must not come back in step.
      const delay = backoff * (0.5 + random() / 2);
      await this.#wake.wait(Math.max(gate.waitMs(), delay), this.#stop.signal);
    }
  }

  async #session(established: () => void): Promise<void> {
    const { connect, events, gate } = this.#options;
    gate.check();
    events.connecting();
    const connection = await connect(this.#stop.signal);
    const abort = () => connection.close();
    this.#stop.signal.addEventListener('abort', abort, { once: true });
    try {
      this.#connection = connection;
      events.online();
      await this.#watch(connection.client, established);
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

  async #watch(client: ImapFlow, established: () => void): Promise<void> {
    const { events } = this.#options;
    const inbox = this.#options.inbox();
    const changed = new WakeSignal();
    const wake = () => changed.wake();
    this.#refresh = wake;
    listen(client, inbox, wake);
    const closed = new AbortController();
    client.on('close', () => closed.abort());
    await this.#inInbox(client, () => inbox.refresh(client));
    // Only a session that got this far ends the backoff: one that fails at once must wait.
    established();
    this.#busy = true;
    try {
      await events.ready(client);
    } finally {
      this.#busy = false;
      this.#provenAt = Date.now();
    }
    events.watching();
    while (client.usable) {
      await changed.wait(Number.POSITIVE_INFINITY, closed.signal);
      if (!client.usable) return;
      await this.#inInbox(client, () => inbox.refresh(client, { live: true }));
      events.watching();
    }
  }

  async #inInbox(client: ImapFlow, work: () => Promise<void>): Promise<void> {
    this.#busy = true;
    const lock = await client.getMailboxLock('INBOX').catch((error: unknown) => {
      this.#busy = false;
      throw error;
    });
    try {
      await work();
    } finally {
      lock.release();
      this.#busy = false;
      this.#provenAt = Date.now();
    }
  }

  #watchClock(): NodeJS.Timeout {
    const { clockMs, proofEveryMs } = this.#options.timing;
    let last = Date.now();
    const timer = setInterval(() => {
      const now = Date.now();
      const slept = now - last > clockMs * 2 + 5_000 || now < last;
      last = now;
      if (slept) {
        this.#options.events.suspicious();
        this.doubt();
      } else if (this.#connection !== undefined && now - this.#provenAt >= proofEveryMs) {
        this.#prove();
      }
    }, clockMs);
    timer.unref();
    return timer;
  }

  /** An answer to NOOP within the time, or the connection is as good as dead (RFC 9051 §6.1.2). */
  #prove(): void {
    const connection = this.#connection;
    // A command that runs has a timeout of its own.
    if (connection === undefined || this.#busy || this.#proving) return;
    this.#proving = true;
    const timer = setTimeout(() => {
      this.hurry();
      this.#options.events.suspicious();
      connection.close();
    }, this.#options.timing.proofMs);
    connection.client
      .noop()
      .then(() => {
        this.#provenAt = Date.now();
      })
      // The session notices by itself that its connection is gone.
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(timer);
        this.#proving = false;
      });
  }
}

/** Flags with a uid are stored at once; everything else is looked up. */
function listen(client: ImapFlow, inbox: MailboxSync, wake: () => void): void {
  const inInbox = (path: string) => path.toUpperCase() === 'INBOX';
  client.on('exists', (event) => {
    if (inInbox(event.path)) wake();
  });
  client.on('flags', (event: FlagsEvent) => {
    if (!inInbox(event.path)) return;
    if (event.uid === undefined) inbox.noteFlagsOf(event.seq);
    else inbox.noteFlags(event.uid, event.flags, event.modseq);
    if (event.uid === undefined) wake();
  });
}
