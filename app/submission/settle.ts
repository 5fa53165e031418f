/**
 * What an attempt's outcome makes of a queued message. Pure: row, outcome and clock in, row out.
 * Holds the one rule that matters most: nothing that may have been delivered goes back to waiting.
 */
import { limits } from '../contract/index.ts';
import type { MailError } from '../errors.ts';
import { LegError, SubmissionError } from '../errors.ts';
import type { OutboxRow } from './outbox-store.ts';
import type { RefusedRecipient, SubmissionOutcome } from './outcome.ts';

/** Waits after the 1st, 2nd, … failed attempt; the last one repeats (ms). */
export const backoffMs = [5_000, 30_000, 120_000, 600_000, 3_600_000] as const;
const longestMs = backoffMs[backoffMs.length - 1] ?? 3_600_000;

const longestUndoMs = limits.undoSendSeconds * 1_000;

/** The row as it becomes, and the error to keep with it (logged and given an id by the caller). */
export interface Settled {
  readonly row: OutboxRow;
  readonly error: MailError | undefined;
}

/** The row as it is while an attempt runs. */
export function beginAttempt(row: OutboxRow): OutboxRow {
  return {
    ...row,
    state: 'sending',
    attempts: row.attempts + 1,
    nextAttemptAt: undefined,
    holdUntil: undefined,
    error: undefined,
    dotStarted: false,
  };
}

/** @param row as made by beginAttempt */
export function settle(row: OutboxRow, outcome: SubmissionOutcome, now: Date): Settled {
  switch (outcome.kind) {
    case 'accepted':
    case 'none-accepted':
      return settleRecipients(row, outcome, now);
    case 'later':
      return {
        row: { ...row, state: 'waiting', nextAttemptAt: nextAttempt(row, outcome.error, now) },
        error: outcome.error,
      };
    case 'refused':
      return {
        row: {
          ...row,
          state: 'refused',
          recipients: [],
          refused: [...row.refused, ...row.recipients.map((each) => words(each, outcome.error))],
        },
        error: row.accepted.length > 0 ? partlySent(outcome.error) : outcome.error,
      };
    case 'unknown':
      return { row: { ...row, state: 'unknown' }, error: outcome.error };
  }
}

/** After a crash: an attempt that ended unseen. */
export function settleCrashed(row: OutboxRow, now: Date): Settled {
  if (!row.dotStarted) {
    return { row: { ...row, state: 'waiting', nextAttemptAt: now }, error: undefined };
  }
  return { row: { ...row, state: 'unknown' }, error: new SubmissionError('submission.unknown') };
}

/** A copy was found on the server: it did arrive. */
export function settleFound(row: OutboxRow, now: Date): OutboxRow {
  const arrived = { ...row, accepted: [...row.accepted, ...row.recipients], recipients: [] };
  const state = row.refused.length > 0 ? 'refused' : 'sent';
  return { ...arrived, state, sentAt: now, copyPending: true, error: undefined };
}

/** The person asks for another attempt, of all that nobody accepted yet. */
export function settleRetry(row: OutboxRow, now: Date): OutboxRow {
  const again = row.refused.map(({ recipient }) => recipient);
  return {
    ...row,
    state: 'waiting',
    recipients: [...new Set([...row.recipients, ...again])],
    refused: [],
    nextAttemptAt: now,
    error: undefined,
    dotStarted: false,
  };
}

/** Kept back no longer: neither for a second thought nor for a chosen time. */
export function settleNow(row: OutboxRow, now: Date): OutboxRow {
  const freed = { holdUntil: undefined, sendAt: undefined, nextAttemptAt: now };
  return { ...row, state: 'waiting', ...freed };
}

/** When a message is to be sent by itself; undefined when it is not. */
export function dueAt(row: OutboxRow): Date | undefined {
  if (row.state === 'scheduled') return row.holdUntil;
  return row.state === 'waiting' ? row.nextAttemptAt : undefined;
}

/**
 * A time further off than it can have been set comes from a clock that was set back. A time that the
 * person chose is one by the clock on the wall, however that is set.
 */
export function isDue(row: OutboxRow, now: Date): boolean {
  const at = dueAt(row);
  if (at === undefined) return false;
  const left = at.getTime() - now.getTime();
  if (left <= 0) return true;
  if (row.state === 'scheduled') return row.sendAt === undefined && left > longestUndoMs;
  return left > longestMs;
}

function settleRecipients(
  row: OutboxRow,
  outcome: Extract<SubmissionOutcome, { kind: 'accepted' | 'none-accepted' }>,
  now: Date,
): Settled {
  const failed = new Set([...outcome.deferred, ...outcome.refused].map((each) => each.recipient));
  const took =
    outcome.kind === 'accepted' ? row.recipients.filter((each) => !failed.has(each)) : [];
  const refused = [...row.refused, ...outcome.refused];
  const settled = {
    ...row,
    recipients: outcome.deferred.map(({ recipient }) => recipient),
    accepted: [...row.accepted, ...took],
    refused,
    copyPending: row.copyPending || (took.length > 0 && row.accepted.length === 0),
  };
  const [deferred] = outcome.deferred;
  if (deferred) {
    const error = refusalError('submission.deferred', outcome.deferred, deferred, settled);
    return {
      row: { ...settled, state: 'waiting', nextAttemptAt: nextAttempt(row, error, now) },
      error,
    };
  }
  const [first] = refused;
  if (first) {
    const error = refusalError('submission.refused', refused, first, settled);
    return { row: { ...settled, state: 'refused' }, error };
  }
  return { row: { ...settled, state: 'sent', sentAt: now }, error: undefined };
}

function refusalError(
  code: 'submission.deferred' | 'submission.refused',
  all: readonly RefusedRecipient[],
  first: RefusedRecipient,
  { accepted }: Pick<OutboxRow, 'accepted'>,
): SubmissionError {
  const recipients = all.map(({ recipient }) => recipient).join(', ');
  const { replyCode, text } = first;
  const params = { replyCode, text, recipients: recipients.slice(0, 1_000) };
  const error = new SubmissionError(code, params);
  return accepted.length > 0 ? partlySent(error) : error;
}

/** The words must not say that it was not sent: some recipients have it. */
function partlySent(error: MailError): SubmissionError {
  return new SubmissionError(
    error.code,
    { ...error.params, partly: 'yes' },
    { cause: error.cause },
  );
}

function words(recipient: string, error: MailError): RefusedRecipient {
  const { replyCode, text } = error.params;
  return {
    recipient,
    replyCode: typeof replyCode === 'number' ? replyCode : 0,
    text: typeof text === 'string' ? text : '',
  };
}

/**
 * A leg is tried again by itself: nothing is sent before it is judged. What only the person can mend
 * (a refused password) waits for them, so that a wrong password is not tried over and over.
 */
function nextAttempt(row: OutboxRow, error: MailError, now: Date): Date | undefined {
  if (error.retry === 'after-user-action' && !(error instanceof LegError)) return undefined;
  const index = Math.min(Math.max(row.attempts - 1, 0), backoffMs.length - 1);
  return new Date(now.getTime() + (backoffMs[index] ?? longestMs));
}
