/** Proves a name and password on a fresh submission leg, and leaves. Submits nothing. */
import { once } from 'node:events';
import { CancelledError } from '../errors.ts';
import type { SignInCheck } from '../ports.ts';
import { SmtpSession } from './smtp-session.ts';

export const checkSubmissionSignIn: SignInCheck = async (leg, credentials, signal) => {
  const { userName, password } = credentials;
  const options = { userName, password, ...(signal ? { signal } : {}) };
  const session = await SmtpSession.open(leg.stream, options).catch((error: unknown) => {
    if (signal?.aborted) throw new CancelledError({ cause: error });
    throw error;
  });
  const closed = leg.stream.destroyed ? undefined : once(leg.stream, 'close');
  const { offer } = session;
  session.quit();
  await closed;
  return offer;
};
