/** The keys of the vectors, and the card that their sessions use. Secrets that everyone knows. */
import { type IdentityLink, type KeyCard, signSuccessor } from '../../app/leg/key-card.ts';
import { generateIdentity, generateSealKeyPair, type KeyPair } from '../../app/leg/keys.ts';
import type { SealKey } from '../../app/leg/types.ts';
import { secretOf } from './fixed.ts';

export const identities = {
  oldest: generateIdentity(() => secretOf('identity, oldest')),
  old: generateIdentity(() => secretOf('identity, old')),
  current: generateIdentity(() => secretOf('identity, current')),
  next: generateIdentity(() => secretOf('identity, next')),
};

export const classical = 'nk-25519-aesgcm-sha256';
export const hybrid = 'nkhfs-25519-mlkem768-aesgcm-sha256';

export const sealPairs = {
  november: generateSealKeyPair(() => secretOf('seal key, november')),
  hybrid: generateSealKeyPair(() => secretOf('seal key, november, hybrid')),
  october: generateSealKeyPair(() => secretOf('seal key, october')),
};

function sealKey(suite: string, keyId: string, publicKey: Uint8Array, month: number): SealKey {
  const at = (addedMonths: number) => new Date(Date.UTC(2026, month - 1 + addedMonths, 1));
  return { suite, keyId, publicKey, validFrom: at(0), validUntil: at(2) };
}

export const sealKeys = {
  november: sealKey(classical, '2026-11-nk', sealPairs.november.publicKey, 11),
  hybrid: sealKey(hybrid, '2026-11-pq', sealPairs.hybrid.publicKey, 11),
  october: sealKey(classical, '2026-10-nk', sealPairs.october.publicKey, 10),
};

/** What `older` signs when it names `newer`; the card shows the one of the two that is not its own. */
export function linkTo(newer: KeyPair, older: KeyPair, named: KeyPair): IdentityLink {
  return { identity: named.publicKey, signature: signSuccessor(older.secretKey, newer.publicKey) };
}

const { oldest, old, current, next } = identities;

/** The card of both sessions, too. */
export const fullCard: KeyCard = {
  identity: current.publicKey,
  names: ['mail.example.org', 'imap.example.org', '2001:db8::25'],
  sealKeys: [sealKeys.hybrid, sealKeys.november],
  successor: linkTo(next, current, next),
  predecessors: [linkTo(current, old, old), linkTo(old, oldest, oldest)],
};

export const smallCard: KeyCard = {
  identity: old.publicKey,
  names: [],
  sealKeys: [sealKeys.october],
};
