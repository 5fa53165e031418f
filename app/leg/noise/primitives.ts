/**
 * The primitives under the Noise objects, passed in as one value so that faster or scripted ones
 * can stand in. Reference: X25519 and ML-KEM-768 from @noble, SHA-256, HMAC and AES-256-GCM
 * from node:crypto (Electron's BoringSSL has these three). Noise rev 34 §12, FIPS 203.
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
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';

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

/** An X25519 key pair for one handshake; its secret key need not exist as bytes. */
export interface EphemeralKeyPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** As Primitives.dh. */
  dh(publicKey: Uint8Array): Uint8Array;
}

/** Lengths of ML-KEM-768 in bytes (FIPS 203 §8). */
export const kemLengths = { seed: 64, publicKey: 1_184, cipherText: 1_088, coins: 32 } as const;

/** One side's ML-KEM-768 key pair, used once. */
export interface KemKeyPair {
  /** Encapsulation key, 1184 bytes. */
  readonly publicKey: Uint8Array;
  /**
   * @param cipherText 1088 bytes
   * @returns 32 bytes; for a forged ciphertext they are random, not an error (implicit rejection)
   */
  decapsulate(cipherText: Uint8Array): Uint8Array;
}

export interface KemResult {
  /** 1088 bytes. */
  readonly cipherText: Uint8Array;
  /** 32 bytes. */
  readonly sharedSecret: Uint8Array;
}

/** @param length bytes wanted */
export type RandomSource = (length: number) => Uint8Array;

/** A ciphertext and its tag, unjoined so that a large one need not be copied. */
export interface Sealed {
  readonly text: Buffer;
  readonly tag: Buffer;
}

/** AES-256-GCM under one key. The nonce is 12 bytes; sealing never uses one twice. */
export interface Aead {
  seal(nonce: Uint8Array, ad: Uint8Array, plaintext: Uint8Array): Sealed;
  /**
   * @param tag 16 bytes
   * @throws Error when the tag does not match: then nothing of the plaintext comes out
   */
  open(nonce: Uint8Array, ad: Uint8Array, cipherText: Uint8Array, tag: Uint8Array): Buffer;
}

export interface Primitives {
  readonly random: RandomSource;
  publicKey(secretKey: Uint8Array): Uint8Array;
  /** X25519; @throws Error when the result is all zero (low-order point), RFC 7748 §6.1 */
  dh(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
  /**
   * For an implementation that makes keys quicker than it takes them. Without these two, keys are
   * made of `random`: then a handshake is a function of its random bytes.
   */
  generateKeyPair?(): EphemeralKeyPair;
  generateKemKeyPair?(): KemKeyPair;
  sha256(...parts: Uint8Array[]): Uint8Array;
  hmacSha256(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array;
  /** @param seed `d` and `z` of FIPS 203 §7.1, 64 bytes */
  kemKeyPair(seed: Uint8Array): KemKeyPair;
  /**
   * @param random asked for 32 bytes; an implementation with a source of its own need not ask
   * @throws Error for a key that is not one (FIPS 203 §7.2)
   */
  kemEncapsulate(publicKey: Uint8Array, random: RandomSource): KemResult;
  /** @param key 32 bytes */
  createAead(key: Uint8Array): Aead;
}

const aead = 'aes-256-gcm';
const aeadOptions = { authTagLength: tagLength };

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
  kemKeyPair(seed) {
    const { publicKey, secretKey } = ml_kem768.keygen(seed);
    return {
      publicKey,
      decapsulate: (cipherText) => ml_kem768.decapsulate(cipherText, secretKey),
    };
  },
  kemEncapsulate: (publicKey, random) => ml_kem768.encapsulate(publicKey, random(kemLengths.coins)),
  createAead(key) {
    // A key object is made once: with raw bytes node:crypto prepares the key for every message.
    const secret = createSecretKey(key);
    return {
      seal(nonce, ad, plaintext) {
        const cipher = createCipheriv(aead, secret, nonce);
        if (ad.length > 0) cipher.setAAD(ad);
        const text = cipher.update(plaintext);
        cipher.final();
        return { text, tag: cipher.getAuthTag() };
      },
      open(nonce, ad, cipherText, tag) {
        const decipher = createDecipheriv(aead, secret, nonce, aeadOptions);
        if (ad.length > 0) decipher.setAAD(ad);
        decipher.setAuthTag(tag);
        const plaintext = decipher.update(cipherText);
        decipher.final();
        return plaintext;
      },
    };
  },
};
