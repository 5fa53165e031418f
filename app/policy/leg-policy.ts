/**
 * May this leg be used, and how? The one place that decides a fallback: pure, no clock, no sockets.
 * app/leg asks at each step and obeys. docs/protocol.md §8; RFC 8314 §4, RFC 7435.
 */
import {
  type CertificateDecision,
  type CertificateResult,
  type IdentityContext,
  type IdentityDecision,
  type LegDecision,
  type LegFacts,
  type LegPolicy,
  type Level,
  levels,
  meetsFloor,
  type Pin,
} from '../leg/types.ts';
import { findInterceptor } from './interceptors.ts';

export interface LegPolicyOptions {
  readonly pin: Pin | undefined;
  /** The level this leg must reach: the highest it ever reached, unless the person lowered it. */
  readonly floor: Level;
  /** The person chose, at set-up, to go without any encryption. */
  readonly allowClear: boolean;
  /** Base64 Ed25519 keys whose fingerprint the person saw and accepted. */
  readonly acceptedIdentities: readonly string[];
  readonly now: Date;
}

export function createLegPolicy(options: LegPolicyOptions): LegPolicy {
  const { pin, floor } = options;
  return {
    pin,
    floor,
    next: (facts) => decide(facts, options),
    judgeCertificate,
    judgeIdentity: (identity, context) => judge(identity, context, options),
  };
}

/** The ratchet: a floor rises with what was reached and never falls by itself. */
export function floorAfter(current: Level, reached: Level): Level {
  return levels[Math.min(levels.indexOf(current), levels.indexOf(reached))] ?? current;
}

/** A chain that did not verify is never used; one that an interceptor made counts for less. */
function judgeCertificate(result: CertificateResult): CertificateDecision {
  const interceptor = findInterceptor(result.authorities);
  const named = interceptor && { interceptor };
  if (result.verified) return { accept: true, ...named };
  return { accept: false, code: 'leg.tls-untrusted', reason: result.reason, ...named };
}

function decide(facts: LegFacts, options: LegPolicyOptions): LegDecision {
  const [suite] = facts.sealSuites;
  if (facts.tlsUp) {
    return facts.interceptor ? insideIntercepted(suite, options) : insideTls(suite, options);
  }
  // An implicit-TLS leg without TLS is nothing we ever made.
  if (facts.transport === 'implicit-tls') return { step: 'refuse', code: 'leg.below-floor' };
  return suite ? clearWithOffer(suite, facts, options) : clearWithoutOffer(facts, options);
}

function insideTls(suite: string | undefined, options: LegPolicyOptions): LegDecision {
  const { pin, floor, now } = options;
  if (suite) {
    // A first-use key is fetched again here: the certificate can vouch for it now.
    const vouched = pin !== undefined && pin.vouchedBy !== 'first-use';
    return vouched ? sealDecision(suite, pin, now) : { step: 'fetch-and-seal', suite };
  }
  if (meetsFloor('encrypted', floor)) return { step: 'use-as-is', level: 'encrypted' };
  return { step: 'refuse', code: 'leg.below-floor' };
}

/**
 * TLS that ends at a known interceptor instead of the server. It vouches for no key, but a seal with
 * a key that was vouched for elsewhere goes through it unread.
 */
function insideIntercepted(suite: string | undefined, options: LegPolicyOptions): LegDecision {
  const { pin, floor, now } = options;
  const vouched = pin !== undefined && pin.vouchedBy !== 'first-use';
  if (suite && vouched) return sealDecision(suite, pin, now);
  if (!meetsFloor('unconfirmed', floor)) return { step: 'refuse', code: 'leg.below-floor' };
  if (suite) return pin ? sealDecision(suite, pin, now) : { step: 'fetch-and-seal', suite };
  // All that a first-use server ever showed was its key: without it nothing is left to go by.
  if (pin && !vouched) return { step: 'refuse', code: 'leg.below-floor' };
  return { step: 'use-as-is', level: 'unconfirmed' };
}

function clearWithOffer(suite: string, facts: LegFacts, options: LegPolicyOptions): LegDecision {
  const { pin, floor, now } = options;
  if (pin) {
    const level = pin.vouchedBy === 'first-use' ? 'unconfirmed' : 'confirmed';
    if (meetsFloor(level, floor)) return sealDecision(suite, pin, now);
    // Inside verified TLS the same key becomes a confirmed one.
    if (facts.offersStartTls) return { step: 'starttls' };
    return { step: 'refuse', code: 'leg.below-floor' };
  }
  if (facts.offersStartTls) return { step: 'starttls' };
  if (meetsFloor('unconfirmed', floor)) return { step: 'fetch-and-seal', suite };
  return { step: 'refuse', code: 'leg.below-floor' };
}

function clearWithoutOffer(facts: LegFacts, options: LegPolicyOptions): LegDecision {
  const { pin, floor, allowClear } = options;
  if (facts.offersStartTls) return { step: 'starttls' };
  // A server that had a key and now offers nothing is being stripped, or is not that server.
  if (pin) return { step: 'refuse', code: 'leg.below-floor' };
  if (allowClear && floor === 'clear') return { step: 'use-as-is', level: 'clear' };
  const everProtected = !meetsFloor('unconfirmed', floor);
  return { step: 'refuse', code: everProtected ? 'leg.below-floor' : 'leg.no-encryption' };
}

/** With the pinned seal key when one is valid now, else with a fresh card under the same pin. */
function sealDecision(suite: string, pin: Pin, now: Date): LegDecision {
  const usable = pin.sealKeys.some(
    (key) => key.suite === suite && key.validFrom <= now && now < key.validUntil,
  );
  return { step: usable ? 'seal-pinned' : 'fetch-and-seal', suite };
}

function judge(
  identity: Uint8Array,
  context: IdentityContext,
  options: LegPolicyOptions,
): IdentityDecision {
  const { pin, now } = options;
  // Who reads inside the connection could have put in a key of its own.
  const tlsVouches = context.tlsUp && context.interceptor === undefined;
  if (!pin) return judgeNew(identity, tlsVouches, options);
  const vouchedBy = pin.vouchedBy === 'first-use' && tlsVouches ? 'tls' : pin.vouchedBy;
  if (sameKey(pin.identity, identity)) return { accept: true, pin: { ...pin, vouchedBy } };
  if (context.successorOf) {
    return { accept: true, pin: { identity, firstSeenAt: now, vouchedBy, sealKeys: [] } };
  }
  // Not even inside verified TLS: a certificate can be had by whoever holds the name for an hour.
  return { accept: false, code: 'leg.key-changed' };
}

function judgeNew(
  identity: Uint8Array,
  tlsVouches: boolean,
  options: LegPolicyOptions,
): IdentityDecision {
  const fresh = { identity, firstSeenAt: options.now, sealKeys: [] };
  if (tlsVouches) return { accept: true, pin: { ...fresh, vouchedBy: 'tls' } };
  const text = Buffer.from(identity).toString('base64');
  if (options.acceptedIdentities.includes(text)) {
    return { accept: true, pin: { ...fresh, vouchedBy: 'first-use' } };
  }
  return { accept: false, code: 'leg.first-use' };
}

function sameKey(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
