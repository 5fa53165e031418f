/**
 * The primitives under the Noise objects, passed in as one value so that faster or scripted ones
 * can stand in. Reference: X25519 from @noble/curves, SHA-256, HMAC and AES-256-GCM from
 * node:crypto (Electron's BoringSSL has these three). Specification: Noise rev 34 §12.
 */
import { createCipheriv, createDecipheriv, createHmac, hash, randomBytes } from 'node:crypto';
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

/** Where `encrypt` and `decrypt` leave their result: new buffers, in order, to be written as is. */
export interface Sealed {
  readonly text: Buffer;
  readonly tag: Buffer;
}

export interface Primitives {
  /** @param length bytes wanted */
  random(length: number): Uint8Array;
  publicKey(secretKey: Uint8Array): Uint8Array;
  /** X25519; @throws Error when the result is all zero (low-order point), RFC 7748 §6.1 */
  dh(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
  sha256(...parts: Uint8Array[]): Uint8Array;
  hmacSha256(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array;
  /** AES-256-GCM with a 12-byte nonce; `text` may come in pieces. */
  seal(key: Uint8Array, nonce: Uint8Array, ad: Uint8Array, text: readonly Uint8Array[]): Sealed;
  /** @throws Error when the tag does not match; then nothing of the text is returned */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    ad: Uint8Array,
    text: Uint8Array,
    tag: Uint8Array,
  ): Buffer;
}

const aead = 'aes-256-gcm';
const none = Buffer.alloc(0);

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
  seal(key, nonce, ad, text) {
    const cipher = createCipheriv(aead, key, nonce);
    if (ad.length > 0) cipher.setAAD(ad);
    const pieces = text.map((piece) => cipher.update(piece));
    cipher.final();
    const [only] = pieces;
    const joined = pieces.length === 1 && only ? only : Buffer.concat(pieces);
    return { text: joined, tag: cipher.getAuthTag() };
  },
  open(key, nonce, ad, text, tag) {
    const decipher = createDecipheriv(aead, key, nonce, { authTagLength: tagLength });
    if (ad.length > 0) decipher.setAAD(ad);
    decipher.setAuthTag(tag);
    const plain = text.length === 0 ? none : decipher.update(text);
    decipher.final();
    return plain;
  },
};
