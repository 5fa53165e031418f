/**
 * Verified TLS over a connected socket: version 1.2 at least, the system's trust anchors, the host's
 * own name. There is no way to go on with a certificate that does not verify. RFC 8314, RFC 9525.
 */
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import * as tls from 'node:tls';
import type { ErrorParams } from '../errors.ts';
import type { Attempt } from './attempt.ts';
import type {
  AuthorityName,
  CertificateDecision,
  CertificateResult,
  Interceptor,
  TlsDistrust,
  TlsFacts,
} from './types.ts';

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

/** Policy's part: it may lower what a verified chain is worth, never raise one that is not. */
type JudgeCertificate = (result: CertificateResult) => CertificateDecision;

/**
 * @param host lower-case name or bare address that the certificate must carry
 * @param trustAnchors PEM, beside the system's
 * @param judge asked once, with the result of the verification
 * @throws LegError `leg.tls-untrusted` with `reason`, `leg.tls-failed`, `leg.timeout`
 */
export async function startTls(
  attempt: Attempt,
  inner: Socket,
  host: string,
  trustAnchors: readonly string[],
  judge: JudgeCertificate,
): Promise<VerifiedTls> {
  const socket = attempt.own(
    tls.connect({
      socket: inner,
      secureContext: trustContext(trustAnchors),
      rejectUnauthorized: true,
      // Given here, because the default falls back to other names when there is no server name.
      checkServerIdentity: (_name, certificate) => checkName(host, certificate),
      ...(isIP(host) === 0 && { servername: host }),
    }),
  );
  let authorities: readonly AuthorityName[] = [];
  // Before Node's own listener, which destroys a socket whose chain does not verify: after it the
  // chain is gone, and nobody could say who stands in between.
  socket.prependOnceListener('secure', () => {
    authorities = authoritiesOf(socket);
  });
  const secured = new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed during the TLS handshake')));
  });
  try {
    await attempt.step(attempt.timeouts.tlsMs, secured);
  } catch (error) {
    if (!(error instanceof Error) || !isNodeError(error)) throw error;
    // Set by Node when, and only when, the certificate or its name did not verify.
    if (!socket.authorizationError) throw attempt.error('leg.tls-failed', {}, error);
    const reason = reasons[error.code ?? ''] ?? 'other';
    throw untrusted(attempt, judge({ verified: false, reason, authorities }), reason, error);
  }
  if (!socket.authorized) throw attempt.error('leg.tls-untrusted', { reason: 'other' });
  const decision = judge({ verified: true, authorities });
  if (!decision.accept) throw untrusted(attempt, decision, decision.reason);
  return { socket, facts: describe(socket, authorities, decision) };
}

function untrusted(
  attempt: Attempt,
  decision: CertificateDecision,
  reason: TlsDistrust,
  cause?: unknown,
): Error {
  const params = { reason, ...interceptorParams(decision.interceptor) };
  return attempt.error('leg.tls-untrusted', params, cause);
}

/** For the parameters of an error: who stands in between, and where. */
export function interceptorParams(interceptor: Interceptor | undefined): ErrorParams {
  return interceptor ? { interceptor: interceptor.name, interceptorPlace: interceptor.place } : {};
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

function describe(
  socket: tls.TLSSocket,
  authorities: readonly AuthorityName[],
  { interceptor }: CertificateDecision,
): TlsFacts {
  const certificate = socket.getPeerCertificate();
  const [root] = authorities;
  return {
    version: socket.getProtocol() ?? '',
    issuer: nameOf(certificate.issuer),
    subject: nameOf(certificate.subject),
    validTo: new Date(certificate.valid_to).toISOString(),
    fingerprint256: certificate.fingerprint256,
    ...(root && { rootName: root.commonName || root.organisation }),
    ...(interceptor && { interceptor }),
  };
}

/** Longer than any chain that verifies; a peer may send certificates that name each other. */
const chainLimit = 16;

/**
 * Who signed what the peer showed, from the root down. The root of a verified chain comes from our own
 * anchors; of another chain it is only the name that its topmost certificate gives.
 */
function authoritiesOf(socket: tls.TLSSocket): AuthorityName[] {
  const names: AuthorityName[] = [];
  const seen = new Set<string>();
  let certificate: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.issuer && seen.size < chainLimit && !seen.has(certificate.fingerprint256)) {
    seen.add(certificate.fingerprint256);
    names.unshift(authorityName(certificate.issuer));
    certificate = certificate.issuerCertificate;
  }
  return names;
}

function authorityName({ CN, O, OU }: tls.Certificate): AuthorityName {
  return { commonName: text(CN), organisation: text(O), unit: text(OU) };
}

function nameOf(name: tls.Certificate | undefined): string {
  return text(name?.O ?? name?.CN);
}

/** A field of a name, which may come several times, cut to what a line can show. */
function text(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value.join(', ') : (value ?? '')).slice(0, 200);
}

/** How long parsed trust anchors are kept: building a context costs more than a handshake. */
const contextLifeMs = 600_000;
const contexts = new Map<string, { context: tls.SecureContext; madeAt: number }>();

/** Verifies with the system's trust anchors and these (PEM); TLS 1.2 or newer. */
export function trustContext(trustAnchors: readonly string[]): tls.SecureContext {
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
