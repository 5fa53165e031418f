/**
 * The primitives under the Noise objects, passed in as one value so that faster or scripted ones
 * can stand in. Reference: X25519 from @noble/curves, SHA-256, HMAC and AES-256-GCM from
 * node:crypto (Electron's BoringSSL has these three). Specification: Noise rev 34 §12.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  randomBytes,
} from 'node:crypto';
import { x25519 } from '@noble/curves/ed25519.js';

export const dhLength = 32;
export const hashLength = 32;
export const keyLength = 32;
export const tagLength = 16;

export interface KeyPair {
  /** X25519 scalar, 32 bytes. */
  readonly secretKey: Uint8Array;
  /** X25519 point, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** A ciphertext and its tag, unjoined so that a large one need not be copied. */
export interface Sealed {
  readonly text: Buffer;
  readonly tag: Buffer;
}

/** AES-256-GCM under one key. */
export interface Aead {
  /** @param nonce 12 bytes, never used twice with this key */
  seal(nonce: Uint8Array, ad: Uint8Array, text: Uint8Array): Sealed;
  /** @throws Error when the tag does not match; then nothing of the text is returned */
  open(nonce: Uint8Array, ad: Uint8Array, text: Uint8Array, tag: Uint8Array): Buffer;
}

export interface Primitives {
  /** @param length bytes wanted */
  random(length: number): Uint8Array;
  publicKey(secretKey: Uint8Array): Uint8Array;
  /** X25519; @throws Error when the result is all zero (low-order point), RFC 7748 §6.1 */
  dh(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
  sha256(...parts: Uint8Array[]): Uint8Array;
  hmacSha256(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array;
  /** @param key 32 bytes */
  createAead(key: Uint8Array): Aead;
}

const aead = 'aes-256-gcm';

export const referencePrimitives: Primitives = {
  random: (length) => randomBytes(length),
  publicKey: (secretKey) => x25519.getPublicKey(secretKey),
  dh: (secretKey, publicKey) => x25519.getSharedSecret(secretKey, publicKey),
  sha256: (...parts) => hash('sha256', Buffer.concat(parts), 'buffer'),
  hmacSha256(key, ...parts) {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  },
  createAead(key) {
    // A key object is made once: with raw bytes node:crypto prepares the key for every message.
    const secret = createSecretKey(key);
    return {
      seal(nonce, ad, text) {
        const cipher = createCipheriv(aead, secret, nonce);
        if (ad.length > 0) cipher.setAAD(ad);
        const sealed = cipher.update(text);
        cipher.final();
        return { text: sealed, tag: cipher.getAuthTag() };
      },
      open(nonce, ad, text, tag) {
        const decipher = createDecipheriv(aead, secret, nonce, { authTagLength: tagLength });
        if (ad.length > 0) decipher.setAAD(ad);
        decipher.setAuthTag(tag);
        const plain = decipher.update(text);
        decipher.final();
        return plain;
      },
    };
  },
};
