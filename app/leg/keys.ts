/**
 * The two kinds of key a server has: the Ed25519 identity that clients pin, and X25519 seal keys
 * that the handshake uses. Makes keys and signatures; keeps nothing. docs/protocol.md §2.
 */
import { randomBytes } from 'node:crypto';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import type { KeyPair } from './noise/primitives.ts';

export type { KeyPair } from './noise/primitives.ts';

export const publicKeyOctets = 32;
export const signatureOctets = 64;

/** Fresh bytes; tests pass seeded ones. */
export type Random = (length: number) => Uint8Array;

/** Ed25519: `secretKey` is the 32-byte seed of RFC 8032 §5.1.5. */
export function generateIdentity(random: Random = randomBytes): KeyPair {
  const secretKey = Uint8Array.from(random(32));
  return { secretKey, publicKey: identityPublicKey(secretKey) };
}

/** X25519 (RFC 7748), 32 bytes each. */
export function generateSealKeyPair(random: Random = randomBytes): KeyPair {
  const secretKey = Uint8Array.from(random(32));
  return { secretKey, publicKey: sealPublicKey(secretKey) };
}

export function identityPublicKey(secretKey: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(secretKey);
}

export function sealPublicKey(secretKey: Uint8Array): Uint8Array {
  return x25519.getPublicKey(secretKey);
}

/** Ed25519 signature, 64 bytes. */
export function sign(message: Uint8Array, secretKey: Uint8Array): Uint8Array {
  return ed25519.sign(message, secretKey);
}

/** RFC 8032 verification, strict encodings, so that everyone accepts the same signatures. */
export function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== signatureOctets || publicKey.length !== publicKeyOctets) return false;
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
