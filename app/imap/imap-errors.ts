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

const goneCodes = new Set<unknown>(['NONEXISTENT', 'TRYCREATE']);
/** The next try may be taken (RFC 5530 §3). */
const passingCodes = new Set<unknown>(['UNAVAILABLE', 'INUSE', 'SERVERBUG', 'CONTACTADMIN']);
/** No other message would be taken either. */
const mailboxCodes = new Set<unknown>(['OVERQUOTA', 'NOPERM', 'LIMIT', 'CANNOT']);

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
  if (field(error, 'mailboxMissing') === true || goneCodes.has(response)) {
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

/**
 * The library answers "not done" or "nothing" for a refusal and for a lost connection alike: to be
 * asked before such an answer is believed.
 * @throws what imapflow itself throws for a lost connection
 */
export function assertConnected(client: { readonly usable: boolean }): void {
  if (!client.usable) throw Object.assign(new Error('connection lost'), { code: 'NoConnection' });
}

/** What servers say when an account has as many connections as it may have. */
const noRoomWords =
  /(too many|maximum (number of|allowed)|exceeded?|limit|only \d+).{0,60}(connection|session|login)/i;

/**
 * An error of connecting and signing in. A server that has no room or is not well says nothing
 * about the password (RFC 5530: UNAVAILABLE, INUSE, LIMIT, SERVERBUG).
 */
export function toSignInError(error: unknown, host: string, streamError?: unknown): MailError {
  const code = field(error, 'serverResponseCode');
  const text = `${serverText(error)} ${field(error, 'reason') ?? ''}`;
  if (code === 'LIMIT' || (noRoomWords.test(text) && !(error instanceof MailError))) {
    return new ImapError(
      'imap.too-many-connections',
      { host, text: oneLine(text, 200) },
      { cause: error },
    );
  }
  if (code === 'UNAVAILABLE' || code === 'INUSE' || code === 'SERVERBUG') {
    return new ImapError('imap.failed', { host, text: serverText(error) }, { cause: error });
  }
  return toImapMailError(error, host, streamError);
}

/** True when the server allows the account no further connection now. */
export function isNoRoom(error: MailError): boolean {
  return error.code === 'imap.too-many-connections';
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

export interface AppendRefusal {
  readonly text: string;
  readonly by: 'message' | 'mailbox';
}

/**
 * What the server had against a message that was to be appended; undefined when something else
 * went wrong, or when waiting may help.
 */
export function appendRefusal(error: unknown): AppendRefusal | undefined {
  const code = field(error, 'serverResponseCode');
  // Of the library: the server had told its limit (RFC 7889).
  if (code === 'APPENDLIMIT') return { text: 'APPENDLIMIT', by: 'message' };
  if (!isNo(error) || goneCodes.has(code) || passingCodes.has(code)) return undefined;
  const text = serverText(error);
  const full = mailboxCodes.has(code) || /quota|no space|disk full/i.test(text);
  return { text, by: full ? 'mailbox' : 'message' };
}

/** True when what imapflow threw is the server's tagged NO or BAD. */
export function isNo(error: unknown): boolean {
  const status = field(error, 'responseStatus');
  return (status === 'NO' || status === 'BAD') && field(error, 'code') !== 'ETHROTTLE';
}

/** A refusal that may pass, told as an error that may pass (without `status`); else the error. */
export function softenPassing(error: unknown): unknown {
  if (!isNo(error) || !passingCodes.has(field(error, 'serverResponseCode'))) return error;
  return new ImapError('imap.failed', { text: serverText(error) }, { cause: error });
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
