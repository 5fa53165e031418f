/**
 * Carries queued messages of one account over one signed-in session after the other: opens the leg,
 * signs in, submits, resets for the next one, takes leave. What became of a message is an outcome,
 * never a throw. Knows nothing of the queue.
 */
import { createReadStream } from 'node:fs';
import type { AddressDto } from '../contract/index.ts';
import {
  asMailError,
  CancelledError,
  LegError,
  type MailError,
  SubmissionError,
} from '../errors.ts';
import { type Level, meetsFloor, type OpenedLeg } from '../leg/types.ts';
import type { SubmissionOffer } from '../ports.ts';
import type { OutboxRow } from './outbox-store.ts';
import type { SubmissionOutcome } from './outcome.ts';
import { SmtpSession, type SmtpTimeouts } from './smtp-session.ts';

/** As a header names who writes. */
export interface Sender extends AddressDto {
  readonly replyTo?: string | undefined;
}

/** What submission needs of accounts. */
export interface SubmissionAccess {
  /** @throws LegError; the leg is judged and counted */
  openLeg(accountId: string, signal: AbortSignal): Promise<OpenedLeg>;
  /** Whether a leg of this level still meets what the account demands; the floor may have risen. */
  allows(accountId: string, level: Level): boolean;
  /** @throws RequestError `account.not-found`, `secret.unavailable` */
  credentials(accountId: string): Promise<{ userName: string; password: string }>;
  /**
   * Who writes: the identity, or the account's default when that is none of its own.
   * @throws RequestError `account.not-found`
   */
  sender(accountId: string, identityId: string | undefined): Sender;
  /** What the server's EHLO said, each time it was asked. */
  learned?(accountId: string, offer: SubmissionOffer): void;
}

export interface CarrierOptions {
  readonly accountId: string;
  readonly access: SubmissionAccess;
  readonly signal: AbortSignal;
  readonly timeouts?: Partial<SmtpTimeouts>;
}

/** Servers count, too: a session is left after so many messages. */
const messagesPerSession = 50;

export class Carrier {
  readonly #options: CarrierOptions;
  #session: SmtpSession | undefined;
  #level: Level = 'clear';
  #carried = 0;

  constructor(options: CarrierOptions) {
    this.#options = options;
  }

  /**
   * @param beforeDot keeps on disk that the final dot may have left; a throw keeps it back
   */
  async deliver(
    row: OutboxRow,
    messagePath: string,
    beforeDot: () => void,
  ): Promise<SubmissionOutcome> {
    const kept = await this.#keptSession();
    if (kept !== undefined) {
      const outcome = await this.#submit(kept, row, messagePath, beforeDot);
      // A session may end between two messages: that is no failure of the second one.
      if (kept.dotStarted || !endedEarly(outcome)) return outcome;
    }
    const session = await this.#open();
    if (!(session instanceof SmtpSession)) {
      return { kind: 'later', error: session, stage: 'opening' };
    }
    return this.#submit(session, row, messagePath, beforeDot);
  }

  /** Takes leave of the server; the next delivery opens a session of its own. */
  quit(): void {
    this.#session?.quit();
    this.#session = undefined;
  }

  /** The session of the message before, if it may carry another one. */
  async #keptSession(): Promise<SmtpSession | undefined> {
    const { access, accountId } = this.#options;
    const session = this.#session;
    if (session === undefined) return undefined;
    const fit = this.#carried < messagesPerSession && access.allows(accountId, this.#level);
    if (fit && session.usable && (await session.reset())) return session;
    this.quit();
    return undefined;
  }

  async #open(): Promise<SmtpSession | MailError> {
    const { access, accountId, signal, timeouts } = this.#options;
    this.quit();
    try {
      // The leg first: a password that is not needed is not even decrypted.
      const leg = await access.openLeg(accountId, signal);
      leg.stream.on('error', () => undefined);
      const credentials = await access.credentials(accountId).catch((error: unknown) => {
        leg.stream.destroy();
        throw error;
      });
      const options = { ...credentials, signal, ...(timeouts ? { timeouts } : {}) };
      const session = await SmtpSession.open(leg.stream, options);
      this.#session = session;
      access.learned?.(accountId, session.offer);
      this.#level = leg.protection.level;
      this.#carried = 0;
      return session;
    } catch (error) {
      return signal.aborted ? new CancelledError({ cause: error }) : asMailError(error);
    }
  }

  #submit(
    session: SmtpSession,
    row: OutboxRow,
    messagePath: string,
    beforeDot: () => void,
  ): Promise<SubmissionOutcome> {
    const { reversePath, recipients: forwardPaths, sizeBytes, requireTls } = row;
    // Never sent without: only over a leg whose other end is known, to a server that promises it.
    if (requireTls && !(meetsFloor(this.#level, 'encrypted') && session.offer.requireTls)) {
      const error = new SubmissionError('submission.no-require-tls');
      return Promise.resolve({ kind: 'refused', error });
    }
    this.#carried += 1;
    const envelope = { reversePath, forwardPaths, sizeBytes, requireTls };
    return session.submit(envelope, createReadStream(messagePath), beforeDot);
  }
}

function endedEarly(outcome: SubmissionOutcome): boolean {
  if (outcome.kind !== 'later') return false;
  return outcome.stage === 'closing' || outcome.error instanceof LegError;
}
