/**
 * The words of the leg: one protected hop between this client and one server.
 * Not about mail: services are only names here. Design: docs/protocol.md.
 */
import type { Duplex } from 'node:stream';

/** The two services a client reaches. Each has its own pin and its own floor. */
export type Service = 'imap' | 'submission';

export interface LegEndpoint {
  readonly service: Service;
  readonly host: string;
  readonly port: number;
  /** `implicit-tls`: TLS from the first byte. `clear`: greeting first, then STARTTLS or XSEAL. */
  readonly transport: 'implicit-tls' | 'clear';
}

/** Protection of a leg, best first. */
export const levels = ['confirmed', 'encrypted', 'unconfirmed', 'clear'] as const;
export type Level = (typeof levels)[number];

/** True when `actual` protects at least as well as `floor`. */
export function meetsFloor(actual: Level, floor: Level): boolean {
  return levels.indexOf(actual) <= levels.indexOf(floor);
}

export function worseLevel(a: Level, b: Level): Level {
  return levels.indexOf(a) >= levels.indexOf(b) ? a : b;
}

/** How a server's identity key came to be believed. */
export type VouchedBy = 'tls' | 'fingerprint' | 'first-use';

/** One seal key of a key card: a Noise static key with its validity. */
export interface SealKey {
  readonly suite: string;
  readonly keyId: string;
  /** X25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly validFrom: Date;
  readonly validUntil: Date;
}

/** What a client remembers of a server, per host, port and service. */
export interface Pin {
  /** Ed25519, 32 bytes. */
  readonly identity: Uint8Array;
  readonly firstSeenAt: Date;
  readonly vouchedBy: VouchedBy;
  /** Seal keys of the last verified card: they let a clear port be sealed without a fetch. */
  readonly sealKeys: readonly SealKey[];
}

/** Why a certificate was not trusted. */
export type TlsDistrust =
  | 'expired'
  | 'not-yet-valid'
  | 'self-signed'
  | 'unknown-issuer'
  | 'wrong-name'
  | 'other';

/** What a certificate authority calls itself. Whoever makes a certificate writes these freely. */
export interface AuthorityName {
  readonly commonName: string;
  readonly organisation: string;
  readonly unit: string;
}

/** How the verification of a chain ended; `authorities` from the root down, without the leaf. */
export type CertificateResult =
  | { readonly verified: true; readonly authorities: readonly AuthorityName[] }
  | {
      readonly verified: false;
      readonly reason: TlsDistrust;
      readonly authorities: readonly AuthorityName[];
    };

/** A known program or device that opens TLS connections on the way to read them. */
export interface Interceptor {
  /** As a person knows it. */
  readonly name: string;
  readonly place: 'computer' | 'network';
}

export type CertificateDecision =
  | { readonly accept: true; readonly interceptor?: Interceptor }
  | {
      readonly accept: false;
      readonly code: 'leg.tls-untrusted';
      readonly reason: TlsDistrust;
      readonly interceptor?: Interceptor;
    };

export interface TlsFacts {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly version: string;
  readonly issuer: string;
  readonly subject: string;
  readonly validTo: string;
  /** SHA-256 of the certificate, colon-separated hex. */
  readonly fingerprint256: string;
  /** What the root of the verified chain calls itself. */
  readonly rootName?: string;
  /** The chain was issued by a known interceptor: it reads what TLS alone protects. */
  readonly interceptor?: Interceptor;
}

/** What is known of an open leg's protection. */
export interface LegProtection {
  readonly level: Level;
  /** Verified TLS under or around the seal. */
  readonly tls?: TlsFacts;
  /** The seal, when there is one. */
  readonly seal?: { readonly suite: string; readonly keyId: string; readonly identity: Uint8Array };
  /** The pin as it should now be stored: new, moved to a successor, with fresh seal keys. */
  readonly pin?: Pin;
  readonly openedAt: Date;
}

/** A leg that is ready: the next byte read is the greeting of a fresh session. */
export interface OpenedLeg {
  /** Ends with an error, not with `end`, when a sealed stream is cut without its close record. */
  readonly stream: Duplex;
  readonly protection: LegProtection;
}

/** What the server was seen to offer when a decision is due. */
export interface LegFacts {
  readonly transport: LegEndpoint['transport'];
  /** TLS is up and its certificate was verified for the host. */
  readonly tlsUp: boolean;
  /** The certificate verified, but a known interceptor issued it. Only with `tlsUp`. */
  readonly interceptor?: Interceptor;
  readonly offersStartTls: boolean;
  /** Suites of the key-fetch offer that we also have, best first; empty when none. */
  readonly sealSuites: readonly string[];
}

export type LegDecision =
  | { readonly step: 'starttls' }
  /** With the pinned seal keys, no fetch. */
  | { readonly step: 'seal-pinned'; readonly suite: string }
  /** Fetch the key card, judge its identity, then seal. */
  | { readonly step: 'fetch-and-seal'; readonly suite: string }
  | { readonly step: 'use-as-is'; readonly level: 'encrypted' | 'unconfirmed' | 'clear' }
  | { readonly step: 'refuse'; readonly code: 'leg.no-encryption' | 'leg.below-floor' };

/** How an identity key arrived. */
export interface IdentityContext {
  readonly tlsUp: boolean;
  readonly interceptor?: Interceptor;
  /** The pinned identity signed this one as its successor. */
  readonly successorOf: boolean;
}

/** A verdict on the identity key of a verified card. */
export type IdentityDecision =
  | { readonly accept: true; readonly pin: Pin }
  | { readonly accept: false; readonly code: 'leg.first-use' | 'leg.key-changed' };

/**
 * The only place that decides a fallback. `app/policy` implements it; the leg asks and obeys.
 */
export interface LegPolicy {
  readonly pin: Pin | undefined;
  readonly floor: Level;
  next(facts: LegFacts): LegDecision;
  /** Asked after each TLS handshake, before anything is said inside. */
  judgeCertificate(result: CertificateResult): CertificateDecision;
  /**
   * @param identity the card's identity key; the card's own signature is already verified
   */
  judgeIdentity(identity: Uint8Array, context: IdentityContext): IdentityDecision;
}

export interface OpenLegOptions {
  readonly signal?: AbortSignal;
  /** Extra trust anchors in PEM, beside the system's store. */
  readonly trustAnchors?: readonly string[];
  readonly now?: () => Date;
}

/** Signature of `openLeg` in open-leg.ts; callers take it by constructor so that tests can stand in. */
export type OpenLeg = (
  endpoint: LegEndpoint,
  policy: LegPolicy,
  options?: OpenLegOptions,
) => Promise<OpenedLeg>;
