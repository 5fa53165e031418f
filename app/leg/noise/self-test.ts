/**
 * Does another implementation of X25519 or ML-KEM-768 agree with the reference? Asked once, before it
 * is used: wrong keys would show as failed seals, a missing refusal would not show at all.
 */
import { hash } from 'node:crypto';
import type { DhPrimitives, KemPrimitives } from './native-primitives.ts';
import { dhLength, kemLengths } from './primitives.ts';
import { dhVector, kemVector, lowOrderPoints } from './self-test-vectors.ts';

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

/** False when it differs, refuses what it should take, takes what it should refuse, or throws. */
export function dhAgrees(dh: DhPrimitives): boolean {
  return passes(() => {
    const secretKey = Buffer.alloc(dhLength, dhVector.secretKeyOctet);
    const remote = Buffer.from(dhVector.remotePublicKey, 'hex');
    expectEqual(hex(dh.publicKey(secretKey)), dhVector.publicKey);
    expectEqual(hex(dh.dh(secretKey, remote)), dhVector.sharedSecret);
    const ones = Buffer.alloc(dhLength, 0xff);
    expectEqual(hex(dh.dh(secretKey, ones)), dhVector.sharedSecretOfOnes);
    const fresh = dh.generateKeyPair();
    const other = dh.generateKeyPair();
    expectEqual(hex(fresh.dh(other.publicKey)), hex(other.dh(fresh.publicKey)));
    const own = Buffer.from(dhVector.publicKey, 'hex');
    expectEqual(hex(fresh.dh(own)), hex(dh.dh(secretKey, fresh.publicKey)));
    if (hex(fresh.publicKey) === hex(other.publicKey)) throw new Error('a key twice');
    for (const point of lowOrderPoints) {
      const bytes = Buffer.from(point, 'hex');
      expectThrow(() => dh.dh(secretKey, bytes));
      expectThrow(() => fresh.dh(bytes));
    }
    expectThrow(() => dh.dh(secretKey, remote.subarray(1)));
  });
}

/** As dhAgrees. */
export function kemAgrees(kem: KemPrimitives): boolean {
  return passes(() => {
    const pair = kem.kemKeyPair(Buffer.alloc(kemLengths.seed, kemVector.seedOctet));
    expectEqual(hash('sha256', pair.publicKey), kemVector.publicKeySha256);
    const cipherText = Buffer.from(kemVector.cipherText, 'base64');
    expectEqual(hex(pair.decapsulate(cipherText)), kemVector.sharedSecret);
    cipherText[9] = (cipherText[9] ?? 0) ^ 1;
    expectEqual(hex(pair.decapsulate(cipherText)), kemVector.rejectionSecret);
    const coins = () => Buffer.alloc(kemLengths.coins, kemVector.coinsOctet);
    const sealed = kem.kemEncapsulate(pair.publicKey, coins);
    expectEqual(sealed.cipherText.length, kemLengths.cipherText);
    expectEqual(hex(pair.decapsulate(sealed.cipherText)), hex(sealed.sharedSecret));
    const fresh = kem.generateKemKeyPair();
    const other = kem.generateKemKeyPair();
    const answer = kem.kemEncapsulate(fresh.publicKey, coins);
    expectEqual(hex(fresh.decapsulate(answer.cipherText)), hex(answer.sharedSecret));
    if (hex(fresh.publicKey) === hex(other.publicKey)) throw new Error('a key twice');
    // FIPS 203 §7.2: coefficients beyond the modulus are no key.
    expectThrow(() => kem.kemEncapsulate(Buffer.alloc(kemLengths.publicKey, 0xff), coins));
    expectThrow(() => kem.kemEncapsulate(pair.publicKey.subarray(1), coins));
    expectThrow(() => pair.decapsulate(cipherText.subarray(1)));
  });
}

function passes(checks: () => void): boolean {
  try {
    checks();
    return true;
  } catch {
    return false;
  }
}

function expectEqual(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error('differs');
}

function expectThrow(step: () => unknown): void {
  if (passes(step)) throw new Error('not refused');
}
