/** The gateway's certificate, and the server side of a TLS handshake on a socket that is already open. */
import { constants } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { ConfigError } from './config.ts';
import { SessionEnd } from './session-end.ts';

export class TlsSource {
  readonly #paths: { readonly certPath: string; readonly keyPath: string };
  #context: SecureContext;

  private constructor(paths: TlsSource['paths'], context: SecureContext) {
    this.#paths = paths;
    this.#context = context;
  }

  get paths(): { readonly certPath: string; readonly keyPath: string } {
    return this.#paths;
  }

  get context(): SecureContext {
    return this.#context;
  }

  /** @throws ConfigError for files that are missing or do not belong together */
  static async open(paths: TlsSource['paths']): Promise<TlsSource> {
    return new TlsSource(paths, await loadContext(paths));
  }

  /** Takes a renewed certificate; the old one stays in use when that fails. @throws ConfigError */
  async reload(): Promise<void> {
    this.#context = await loadContext(this.#paths);
  }
}

async function loadContext(paths: TlsSource['paths']): Promise<SecureContext> {
  try {
    return createSecureContext({
      cert: await readFile(paths.certPath),
      key: await readFile(paths.keyPath),
      minVersion: 'TLSv1.2',
      // A renegotiation costs us more than the client, and nobody needs it.
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    });
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : 'unreadable';
    throw new ConfigError(`TLS certificate ${paths.certPath}: ${text}`, { cause });
  }
}

/**
 * @param socket paused, nothing read ahead, no listeners of ours but for errors
 * @throws SessionEnd `tls-failed`, after which the socket is destroyed
 */
export function acceptTls(
  socket: Socket,
  context: SecureContext,
  timeoutMs: number,
): Promise<TLSSocket> {
  const secured = new TLSSocket(socket, { isServer: true, secureContext: context });
  secured.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => secured.destroy(), timeoutMs);
    secured.once('secure', () => {
      clearTimeout(timer);
      resolve(secured);
    });
    secured.once('close', () => {
      clearTimeout(timer);
      socket.destroy();
      reject(new SessionEnd('tls-failed', { cut: true }));
    });
  });
}
