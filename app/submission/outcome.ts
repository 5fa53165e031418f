/**
 * What became of a submission, from the library's result and from what the wire showed. Pure.
 * The library's error cannot tell a message that was lost before the final dot from one that was
 * lost after it; the watch can. RFC 5321 §4.2, §4.5.3.2.6; docs/security.md (outbox).
 */
import { LegError, MailError, SubmissionError } from '../errors.ts';

/** One recipient with the words that refused it. */
export interface RefusedRecipient {
  readonly recipient: string;
  readonly replyCode: number;
  readonly text: string;
}

export type SubmissionOutcome =
  /** Accepted for every recipient not named in the two lists. */
  | {
      readonly kind: 'accepted';
      readonly deferred: readonly RefusedRecipient[];
      readonly refused: readonly RefusedRecipient[];
    }
  /**
   * Surely not delivered to anyone; worth another attempt. `stage`: nothing was tried because there
   * was no session; the server closed it (421); or it was about this message, as far as one can tell.
   */
  | {
      readonly kind: 'later';
      readonly error: MailError;
      readonly stage: 'opening' | 'closing' | 'message';
    }
  /** Surely not delivered to anyone, and not worth an attempt before the person changed something. */
  | { readonly kind: 'refused'; readonly error: MailError }
  /** Nobody was accepted, for reasons that differ. */
  | {
      readonly kind: 'none-accepted';
      readonly deferred: readonly RefusedRecipient[];
      readonly refused: readonly RefusedRecipient[];
    }
  /** The final dot may have arrived: never sent again by itself. */
  | { readonly kind: 'unknown'; readonly error: MailError };

/** What the library hangs on an error. */
export interface SmtpFailure {
  readonly recipient?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
}

/** What the wire showed. */
export interface WireFacts {
  readonly dotStarted: boolean;
  readonly replyCode: number | undefined;
  readonly legError: unknown;
  readonly timedOut: boolean;
}

export type LibraryResult =
  | { readonly rejected: readonly SmtpFailure[] }
  | { readonly error: unknown };

export function judge(
  wire: WireFacts,
  recipients: readonly string[],
  result: LibraryResult,
): SubmissionOutcome {
  if ('rejected' in result) {
    // Only a whole positive reply to the dot counts, not one that came before it.
    if (wire.dotStarted && wire.replyCode !== undefined && wire.replyCode < 300) {
      return { kind: 'accepted', ...split(result.rejected) };
    }
    return wire.dotStarted ? unknown(wire) : lostBeforeDot(wire, undefined);
  }
  const { error } = result;
  const words = serverWords(error);
  const rejected = rejectedOf(error);
  if (words.command === 'RCPT TO' && rejected.length > 0) {
    return { kind: 'none-accepted', ...split(rejected) };
  }
  if (words.command === 'MAIL FROM' && words.code === 'EMESSAGE' && words.replyCode === undefined) {
    return { kind: 'refused', error: tooLarge(words.text) };
  }
  const inEnvelope = words.command !== undefined && envelopeCommands.has(words.command);
  if (wire.dotStarted && !(inEnvelope && words.replyCode !== undefined)) {
    // After the dot only a whole reply counts, as the wire showed it.
    if (wire.replyCode === undefined || wire.replyCode < 400) return unknown(wire);
    return byCode(wire.replyCode, words.text, recipients);
  }
  if (words.replyCode !== undefined) return byCode(words.replyCode, words.text, recipients);
  return lostBeforeDot(wire, error);
}

const envelopeCommands: ReadonlySet<string> = new Set(['MAIL FROM', 'RCPT TO']);

function byCode(replyCode: number, text: string, recipients: readonly string[]): SubmissionOutcome {
  // 421: the server is closing; 503: the session was in a wrong state. Neither is about the message.
  if (replyCode < 500 || replyCode === 503) {
    const error = new SubmissionError('submission.deferred', { replyCode, text });
    return { kind: 'later', error, stage: replyCode === 421 ? 'closing' : 'message' };
  }
  if (replyCode === 552 || /\b5\.3\.4\b/.test(text)) {
    return { kind: 'refused', error: tooLarge(text, replyCode) };
  }
  const params = { replyCode, text, recipients: recipients.join(', ').slice(0, 1_000) };
  return { kind: 'refused', error: new SubmissionError('submission.refused', params) };
}

function lostBeforeDot(wire: WireFacts, cause: unknown): SubmissionOutcome {
  if (wire.legError instanceof MailError) {
    return { kind: 'later', error: wire.legError, stage: 'message' };
  }
  const code = wire.timedOut ? 'leg.timeout' : 'leg.truncated';
  const error = new LegError(code, { service: 'submission' }, { cause: wire.legError ?? cause });
  return { kind: 'later', error, stage: 'message' };
}

function unknown(wire: WireFacts): SubmissionOutcome {
  const error = new SubmissionError('submission.unknown', {}, { cause: wire.legError });
  return { kind: 'unknown', error };
}

function tooLarge(text: string, replyCode?: number): SubmissionError {
  const limit = replyCode === undefined ? /(\d+)\s*$/.exec(text)?.[1] : undefined;
  return new SubmissionError('submission.too-large', {
    ...(limit === undefined ? {} : { limitBytes: Number(limit) }),
    ...(replyCode === undefined ? {} : { replyCode, text }),
  });
}

function split(failures: readonly SmtpFailure[]): {
  deferred: RefusedRecipient[];
  refused: RefusedRecipient[];
} {
  const all = failures.map((failure) => ({
    recipient: failure.recipient ?? '',
    replyCode: failure.responseCode ?? 0,
    text: plainWords(failure.response ?? ''),
  }));
  return {
    deferred: all.filter(({ replyCode }) => replyCode < 500),
    refused: all.filter(({ replyCode }) => replyCode >= 500),
  };
}

function rejectedOf(error: unknown): readonly SmtpFailure[] {
  if (!(error instanceof Error) || !('rejectedErrors' in error)) return [];
  return Array.isArray(error.rejectedErrors) ? error.rejectedErrors.filter(isSmtpFailure) : [];
}

function isSmtpFailure(value: unknown): value is SmtpFailure {
  return value instanceof Error && 'recipient' in value && typeof value.recipient === 'string';
}

export interface ServerWords {
  readonly code: string | undefined;
  readonly command: string | undefined;
  readonly replyCode: number | undefined;
  readonly text: string;
  readonly timedOut: boolean;
}

/** The library's error, read with care: nothing in it is believed to be of the documented type. */
export function serverWords(error: unknown): ServerWords {
  const read = (name: string): unknown =>
    error instanceof Error ? Object.getOwnPropertyDescriptor(error, name)?.value : undefined;
  const code = read('code');
  const command = read('command');
  const replyCode = read('responseCode');
  const response = read('response');
  const fallback = error instanceof Error ? error.message : '';
  return {
    code: typeof code === 'string' ? code : undefined,
    command: typeof command === 'string' ? command : undefined,
    replyCode: typeof replyCode === 'number' ? replyCode : undefined,
    text: plainWords(typeof response === 'string' ? response : fallback),
    timedOut: code === 'ETIMEDOUT' || read('timeoutType') !== undefined,
  };
}

/** The server's words as one line of plain text, short enough to show. */
export function plainWords(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 500);
}
