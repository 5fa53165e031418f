/** Turns what imapflow throws into MailError families. The server's words stay short and plain. */
import type { ImapFlow } from 'imapflow';
import { AuthError, ImapError, LegError, MailError } from '../errors.ts';
import { oneLine } from '../mime/plain-words.ts';

const timeoutCodes = new Set(['ETIMEOUT', 'ETIMEDOUT', 'GREETING_TIMEOUT', 'CONNECT_TIMEOUT']);
const closedCodes = new Set([
  'NoConnection',
  'EConnectionClosed',
  'StateLogout',
  'ClosedAfterConnectText',
  'ClosedAfterConnectTLS',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/**
 * @param streamError what the leg's stream failed with: it says more than "connection closed"
 */
export function toImapMailError(error: unknown, host: string, streamError?: unknown): MailError {
  if (error instanceof MailError) return error;
  if (field(error, 'authenticationFailed') === true) {
    return new AuthError('auth.failed', { host, text: serverText(error) }, { cause: error });
  }
  const code = field(error, 'code');
  if (typeof code === 'string' && (closedCodes.has(code) || timeoutCodes.has(code))) {
    if (streamError instanceof MailError) return streamError;
    const kind = timeoutCodes.has(code) ? 'leg.timeout' : 'leg.unreachable';
    return new LegError(kind, { host }, { cause: streamError ?? error });
  }
  const response = field(error, 'serverResponseCode');
  if (field(error, 'mailboxMissing') === true || response === 'NONEXISTENT') {
    return new ImapError('imap.mailbox-gone', { host }, { cause: error });
  }
  const status = field(error, 'responseStatus');
  const refusal = typeof status === 'string' ? { status } : {};
  return new ImapError(
    'imap.failed',
    { host, text: serverText(error), ...refusal },
    { cause: error },
  );
}

/** True when the server itself said no (tagged NO or BAD), or the mailbox is gone. */
export function isRefusal(error: MailError): boolean {
  if (!(error instanceof ImapError)) return false;
  return error.code === 'imap.mailbox-gone' || error.params.status !== undefined;
}

/** True when the connection is the trouble, not the command. */
export function isConnectionTrouble(error: MailError): boolean {
  return error instanceof LegError;
}

/**
 * The library answers "not done" or "nothing" for a refusal and for a lost connection alike: to be
 * asked before such an answer is believed.
 * @throws LegError `leg.unreachable` when the connection is gone
 */
export function assertConnected(client: ImapFlow): void {
  if (!client.usable) throw new LegError('leg.unreachable');
}

function serverText(error: unknown): string {
  const text = field(error, 'responseText') ?? field(error, 'response');
  return typeof text === 'string' ? oneLine(text, 200) : '';
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? Reflect.get(value, name)
    : undefined;
}
