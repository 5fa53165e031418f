/**
 * One signed-in IMAP connection over an open leg. Every protective option of imapflow is set
 * here and nowhere else.
 */
import { type ExpungeEvent, ImapFlow } from 'imapflow';
import { AuthError, CancelledError } from '../errors.ts';
import type { OpenedLeg } from '../leg/types.ts';
import { describeError, type Logger, silentLogger } from '../log.ts';
import type { SignInCheck, SignInCredentials } from '../ports.ts';
import { keepLiteral } from './file-literal.ts';
import { toSignInError } from './imap-errors.ts';
import { legTransport } from './leg-transport.ts';
import { imapLimits } from './limits.ts';
import { keepTap } from './row-tap.ts';

export interface ImapConnection {
  readonly client: ImapFlow;
  readonly host: string;
  /** What the stream failed with, once it has. */
  streamError(): unknown;
  /** Closes at once, without waiting for the server. */
  close(): void;
}

export interface ConnectOptions {
  /** Starts IDLE by itself when nothing else runs. */
  readonly idle: boolean;
  readonly logger?: Logger;
  readonly signal?: AbortSignal | undefined;
  /** Told of each message that is gone, by uid with QRESYNC; the reader waits for it. */
  readonly expunged?: (event: ExpungeEvent) => Promise<void> | undefined;
}

/**
 * Takes over the leg's stream: it is closed with the connection, also on failure.
 * @throws AuthError, LegError, ImapError, CancelledError
 */
export async function connectImap(
  leg: OpenedLeg,
  credentials: SignInCredentials,
  options: ConnectOptions,
): Promise<ImapConnection> {
  const logger = options.logger ?? silentLogger;
  const { host } = credentials;
  let streamError: unknown;
  leg.stream.on('error', (error) => {
    streamError ??= error;
  });
  const client = createClient(leg, credentials, options);
  client.on('error', (error) => {
    streamError ??= error;
    logger.log('info', 'imap.error', { host, error: describeError(error) });
  });
  client.on('close', () => leg.stream.destroy());
  const abort = () => client.close();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    if (options.signal?.aborted) throw new CancelledError();
    await client.connect();
    // Only an OK greeting is noted: without one the session began with PREAUTH, and whoever is
    // signed in before we said who we are is someone else.
    if (client.greeting === undefined) throw new AuthError('auth.unsupported', { host });
  } catch (error) {
    client.close();
    leg.stream.destroy();
    if (options.signal?.aborted) throw new CancelledError({ cause: error });
    throw toSignInError(error, host, streamError);
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
  return { client, host, streamError: () => streamError, close: () => client.close() };
}

function createClient(
  leg: OpenedLeg,
  credentials: SignInCredentials,
  { idle, expunged }: ConnectOptions,
): ImapFlow {
  const transport = legTransport(leg.stream);
  const client = new ImapFlow({
    host: credentials.host,
    transport,
    secure: false,
    doSTARTTLS: false,
    auth: { user: credentials.userName, pass: credentials.password },
    // The program's name and nothing else: no version, system or address (RFC 2971).
    clientInfo: { name: 'Letterlock', version: false, vendor: false, 'support-url': false },
    disableCompression: true,
    disableAutoIdle: !idle,
    autoIdleDelay: imapLimits.idleDelayMs,
    maxIdleTime: imapLimits.idleRestartMs,
    qresync: true,
    ...(expunged === undefined ? {} : { expungeHandler: (event) => expunged(event) }),
    logger: false,
    logRaw: false,
    connectionTimeout: imapLimits.greetingTimeoutMs,
    greetingTimeout: imapLimits.greetingTimeoutMs,
    socketTimeout: imapLimits.silenceMs,
    maxLineLength: imapLimits.lineBytes,
    maxLiteralSize: imapLimits.literalBytes,
    maxResponseSize: imapLimits.responseBytes,
    maxResponseTokens: imapLimits.responseTokens,
  });
  keepLiteral(client, transport.literal);
  keepTap(client, transport.tap);
  return client;
}

/** Proves a name and password on a fresh leg, and leaves. */
export const checkImapSignIn: SignInCheck = async (leg, credentials, signal) => {
  const connection = await connectImap(leg, credentials, { idle: false, signal });
  await connection.client.logout().catch(() => undefined);
  connection.close();
  leg.stream.destroy();
  return undefined;
};
