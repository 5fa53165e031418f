/**
 * One attempt to submit one queued message: open the leg, sign in, submit, take leave.
 * Knows nothing of the queue; what became of it is an outcome, never a throw.
 */
import { createReadStream } from 'node:fs';
import type { AddressDto } from '../contract/index.ts';
import { asMailError, CancelledError, LegError } from '../errors.ts';
import type { OpenedLeg } from '../leg/types.ts';
import type { OutboxRow } from './outbox-store.ts';
import type { SubmissionOutcome } from './outcome.ts';
import { SmtpSession, type SmtpTimeouts } from './smtp-session.ts';

/** What submission needs of accounts. */
export interface SubmissionAccess {
  /** @throws LegError; the leg is judged and counted */
  openLeg(accountId: string, signal: AbortSignal): Promise<OpenedLeg>;
  /** @throws RequestError `account.not-found`, `secret.unavailable` */
  credentials(accountId: string): Promise<{ userName: string; password: string }>;
  /** @throws RequestError `account.not-found` */
  sender(accountId: string): AddressDto;
}

export interface DeliveryOptions {
  readonly access: SubmissionAccess;
  readonly messagePath: string;
  readonly signal: AbortSignal;
  /** Keeps on disk that the final dot may have left; a throw keeps it back. */
  readonly beforeDot: () => void;
  readonly timeouts?: Partial<SmtpTimeouts>;
}

export async function deliver(
  row: OutboxRow,
  options: DeliveryOptions,
): Promise<SubmissionOutcome> {
  const { access, signal } = options;
  let session: SmtpSession;
  try {
    // The leg first: a password that is not needed is not even decrypted.
    const leg = await access.openLeg(row.accountId, signal);
    leg.stream.on('error', () => undefined);
    const credentials = await access.credentials(row.accountId).catch((error: unknown) => {
      leg.stream.destroy();
      throw error;
    });
    session = await SmtpSession.open(leg.stream, {
      ...credentials,
      signal,
      beforeDot: options.beforeDot,
      ...(options.timeouts ? { timeouts: options.timeouts } : {}),
    });
  } catch (error) {
    const failure = signal.aborted ? new CancelledError({ cause: error }) : asMailError(error);
    return { kind: 'later', error: failure, wholeLeg: true };
  }
  const envelope = {
    reversePath: row.reversePath,
    forwardPaths: row.recipients,
    sizeBytes: row.sizeBytes,
  };
  const outcome = await session.submit(envelope, createReadStream(options.messagePath));
  session.quit();
  return outcome;
}

/** True when the next message of the account would fare no better now. */
export function stopsAccount(outcome: SubmissionOutcome): boolean {
  if (outcome.kind === 'unknown') return true;
  return outcome.kind === 'later' && (outcome.wholeLeg || outcome.error instanceof LegError);
}
