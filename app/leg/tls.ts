/**
 * Verified TLS over a connected socket: version 1.2 at least, the system's trust anchors, the host's
 * own name. There is no way to go on with a certificate that does not verify. RFC 8314, RFC 9525.
 */
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import * as tls from 'node:tls';
import type { Attempt } from './attempt.ts';
import type { TlsFacts } from './types.ts';

/** Why a certificate was not trusted. */
export type TlsDistrust =
  | 'expired'
  | 'not-yet-valid'
  | 'self-signed'
  | 'unknown-issuer'
  | 'wrong-name'
  | 'other';

const reasons: Readonly<Record<string, TlsDistrust>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-issuer',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown-issuer',
  CERT_UNTRUSTED: 'unknown-issuer',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong-name',
  HOSTNAME_MISMATCH: 'wrong-name',
};

export interface VerifiedTls {
  readonly socket: tls.TLSSocket;
  readonly facts: TlsFacts;
}

/**
 * @param host lower-case name or bare address that the certificate must carry
 * @param trustAnchors PEM, beside the system's
 * @throws LegError `leg.tls-untrusted` with `reason`, `leg.tls-failed`, `leg.timeout`
 */
export async function startTls(
  attempt: Attempt,
  inner: Socket,
  host: string,
  trustAnchors: readonly string[],
): Promise<VerifiedTls> {
  const socket = attempt.own(
    tls.connect({
      socket: inner,
      secureContext: createContext(trustAnchors),
      rejectUnauthorized: true,
      // Given here, because the default falls back to other names when there is no server name.
      checkServerIdentity: (_name, certificate) => checkName(host, certificate),
      ...(isIP(host) === 0 && { servername: host }),
    }),
  );
  const secured = new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed during the TLS handshake')));
  });
  try {
    await attempt.step(attempt.timeouts.tlsMs, secured);
  } catch (error) {
    throw tlsError(attempt, socket, error);
  }
  if (!socket.authorized) throw attempt.error('leg.tls-untrusted', { reason: 'other' });
  return { socket, facts: describe(socket) };
}

function tlsError(attempt: Attempt, socket: tls.TLSSocket, error: unknown): unknown {
  if (!(error instanceof Error) || !isNodeError(error)) return error;
  // Set by Node when, and only when, the certificate or its name did not verify.
  if (!socket.authorizationError) return attempt.error('leg.tls-failed', {}, error);
  const reason = reasons[error.code ?? ''] ?? 'other';
  return attempt.error('leg.tls-untrusted', { reason }, error);
}

/** An error of Node's, not one of ours: those pass as they are. */
function isNodeError(error: Error): error is NodeJS.ErrnoException {
  return !('params' in error);
}

function checkName(host: string, certificate: tls.PeerCertificate): Error | undefined {
  // Node would take the subject's common name when there is no alternative name (RFC 9525 §6.4.4).
  if (!certificate.subjectaltname) {
    return Object.assign(new Error('no subject alternative name'), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  }
  return tls.checkServerIdentity(host, certificate);
}

function describe(socket: tls.TLSSocket): TlsFacts {
  const certificate = socket.getPeerCertificate();
  return {
    version: socket.getProtocol() ?? '',
    issuer: nameOf(certificate.issuer),
    subject: nameOf(certificate.subject),
    validTo: new Date(certificate.valid_to).toISOString(),
    fingerprint256: certificate.fingerprint256,
  };
}

function nameOf(name: tls.Certificate | undefined): string {
  const value = name?.O ?? name?.CN ?? '';
  return Array.isArray(value) ? value.join(', ') : value;
}

/** How long parsed trust anchors are kept: building a context costs more than a handshake. */
const contextLifeMs = 600_000;
const contexts = new Map<string, { context: tls.SecureContext; madeAt: number }>();

function createContext(trustAnchors: readonly string[]): tls.SecureContext {
  const key = trustAnchors.join('\n');
  const known = contexts.get(key);
  if (known && performance.now() - known.madeAt < contextLifeMs) return known.context;
  const context = tls.createSecureContext({
    ca: [...systemAnchors(), ...trustAnchors],
    minVersion: 'TLSv1.2',
  });
  if (contexts.size >= 8) contexts.clear();
  contexts.set(key, { context, madeAt: performance.now() });
  return context;
}

function systemAnchors(): string[] {
  // Electron's Node may lack the function; its built-in anchors remain then.
  if (typeof tls.getCACertificates !== 'function') return [...tls.rootCertificates];
  return [...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])];
}
