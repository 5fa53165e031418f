/** Adds to an error which of the two services it came from, so that a person knows where to look. */
import {
  AuthError,
  asMailError,
  ImapError,
  LegError,
  type MailError,
  SubmissionError,
} from '../errors.ts';
import type { Service } from '../leg/types.ts';

/** The same family and code with `service` among the params; other families stay as they are. */
export function atService(error: unknown, service: Service): MailError {
  const mailError = asMailError(error);
  const params = { ...mailError.params, service };
  const options = { cause: mailError };
  if (mailError instanceof LegError) return new LegError(mailError.code, params, options);
  if (mailError instanceof AuthError) return new AuthError(mailError.code, params, options);
  if (mailError instanceof ImapError) return new ImapError(mailError.code, params, options);
  if (mailError instanceof SubmissionError) {
    return new SubmissionError(mailError.code, params, options);
  }
  return mailError;
}
