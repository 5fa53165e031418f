/**
 * MailError and its families: the only errors that application code throws on purpose.
 * A code decides the words a person reads and what may be retried; the cause stays in the log.
 */
import { type ErrorCode, errorCodes, type Retry } from './contract/error-codes.ts';

/** Values that a message may show. Never a secret: they reach the window and the log. */
export type ErrorParams = Readonly<Record<string, string | number | boolean>>;

export abstract class MailError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}, options?: ErrorOptions) {
    super(code, options);
    this.name = new.target.name;
    this.code = code;
    this.params = params;
  }

  /** What may help, from the table of codes. */
  get retry(): Retry {
    return errorCodes[this.code].retry;
  }
}

/** The leg could not be reached or could not be protected as the account demands. */
export class LegError extends MailError {}
/** The server answered, and said no to a name and password. */
export class AuthError extends MailError {}
/** An IMAP command failed; `params.command` and `params.text` hold what the server said. */
export class ImapError extends MailError {}
/** A submission failed; `params.replyCode` (RFC 5321 §4.2) and `params.text` are the server's. */
export class SubmissionError extends MailError {}
/** The local store could not read or keep something. */
export class StorageError extends MailError {
  /** What a file system threw: `storage.full` when there is no room, else `storage.failed`. */
  static ofDisk(error: unknown): StorageError {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    return new StorageError(full ? 'storage.full' : 'storage.failed', {}, { cause: error });
  }
}
/** The person asked for something that is not there or not allowed. */
export class RequestError extends MailError {}
/** A frame broke the contract: our bug. */
export class ContractError extends MailError {}
/** The work was given up on purpose. */
export class CancelledError extends MailError {
  constructor(options?: ErrorOptions) {
    super('cancelled', {}, options);
  }
}
/** Something that should not happen; the cause is in the log. */
export class InternalError extends MailError {
  constructor(cause: unknown) {
    super('internal', {}, { cause });
  }
}

/** Any thrown value as a MailError; unknown ones become `internal` with the value as cause. */
export function asMailError(value: unknown): MailError {
  return value instanceof MailError ? value : new InternalError(value);
}
