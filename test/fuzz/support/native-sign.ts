/**
 * Ed25519 by node:crypto, for targets that sign many inputs: quicker than the product's own, and written
 * apart from it, so that the two check each other. RFC 8032, RFC 8410 for the forms of keys.
 */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';

const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @param seed 32 bytes */
export function signingKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  });
}

/** @returns 64 bytes */
export function signNatively(message: Uint8Array, key: KeyObject): Buffer {
  return sign(null, message, key);
}
