/**
 * The form in which an error is kept and shown: code, params and the id of its line in the log.
 * Neither stack nor cause leaves the log.
 */
import { randomUUID } from 'node:crypto';
import type { WireError } from './contract/index.ts';
import { asMailError } from './errors.ts';
import { describeError, type Logger } from './log.ts';

/** Logs the error with its causes and returns what may be shown. */
export function toWireError(error: unknown, logger: Logger, event: string): WireError {
  const mailError = asMailError(error);
  const logId = randomUUID().slice(0, 8);
  logger.log(mailError.code === 'internal' ? 'error' : 'warn', event, {
    logId,
    code: mailError.code,
    detail: describeError(mailError),
  });
  return { code: mailError.code, params: mailError.params, retry: mailError.retry, logId };
}
