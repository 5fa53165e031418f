import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { acceptHandshake, startInitiator } from '../../../app/leg/handshake.ts';
import { generateSealKeyPair } from '../../../app/leg/keys.ts';
import { choosePrimitives, defaultPrimitives } from '../../../app/leg/noise/default-primitives.ts';
import { hmacSha256, sha256 } from '../../../app/leg/noise/fast-hash.ts';
import {
  type DhPrimitives,
  type KemPrimitives,
  nativeDh,
  nativeKem,
} from '../../../app/leg/noise/native-primitives.ts';
import { kemLengths, referencePrimitives as reference } from '../../../app/leg/noise/primitives.ts';
import { dhAgrees, kemAgrees } from '../../../app/leg/noise/self-test.ts';
import { dhVector, kemVector, lowOrderPoints } from '../../../app/leg/noise/self-test-vectors.ts';

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const zero = Buffer.alloc(32);

/** The reference in the form that the self-test takes: what a faithful implementation looks like. */
const faithfulDh: DhPrimitives = {
  publicKey: reference.publicKey,
  dh: reference.dh,
  generateKeyPair() {
    const secretKey = randomBytes(32);
    return {
      publicKey: reference.publicKey(secretKey),
      dh: (remote) => reference.dh(secretKey, remote),
    };
  },
};
const faithfulKem: KemPrimitives = {
  kemKeyPair: reference.kemKeyPair,
  kemEncapsulate: reference.kemEncapsulate,
  generateKemKeyPair: () => reference.kemKeyPair(randomBytes(kemLengths.seed)),
};

describe('known answers of the self-test', () => {
  test('are those of the reference', () => {
    const secretKey = Buffer.alloc(32, dhVector.secretKeyOctet);
    assert.equal(hex(reference.publicKey(secretKey)), dhVector.publicKey);
    const remote = Buffer.from(dhVector.remotePublicKey, 'hex');
    assert.equal(hex(reference.dh(secretKey, remote)), dhVector.sharedSecret);
    assert.equal(hex(reference.dh(secretKey, Buffer.alloc(32, 0xff))), dhVector.sharedSecretOfOnes);
    for (const point of lowOrderPoints) {
      assert.throws(() => reference.dh(secretKey, Buffer.from(point, 'hex')), point);
    }
    const pair = reference.kemKeyPair(Buffer.alloc(64, kemVector.seedOctet));
    assert.equal(hash('sha256', pair.publicKey), kemVector.publicKeySha256);
    const { cipherText, sharedSecret } = reference.kemEncapsulate(pair.publicKey, (length) =>
      Buffer.alloc(length, kemVector.coinsOctet),
    );
    assert.equal(Buffer.from(cipherText).toString('base64'), kemVector.cipherText);
    assert.equal(hex(sharedSecret), kemVector.sharedSecret);
    const forged = Buffer.from(cipherText);
    forged[9] = (forged[9] ?? 0) ^ 1;
    assert.equal(hex(pair.decapsulate(forged)), kemVector.rejectionSecret);
  });

  test('accept the reference itself', () => {
    assert.equal(dhAgrees(faithfulDh), true);
    assert.equal(kemAgrees(faithfulKem), true);
  });
});

describe('self-test of X25519', () => {
  const orZero = (work: () => Uint8Array) => {
    try {
      return work();
    } catch {
      return zero;
    }
  };
  const wrong: Record<string, Partial<DhPrimitives>> = {
    'that makes another public key': { publicKey: () => zero },
    'that agrees on something else': { dh: () => zero },
    'that lets a low-order point pass': { dh: (a, b) => orZero(() => reference.dh(a, b)) },
    'that lets one pass with an ephemeral key': {
      generateKeyPair: () => {
        const pair = faithfulDh.generateKeyPair();
        return { ...pair, dh: (remote) => orZero(() => pair.dh(remote)) };
      },
    },
    'that refuses keys which are not canonical': {
      dh: (a, b) => {
        if (b[31] === 0xff) throw new Error('not canonical');
        return reference.dh(a, b);
      },
    },
    'that makes the same ephemeral key again': {
      generateKeyPair: () => ({
        publicKey: reference.publicKey(zero),
        dh: (remote) => reference.dh(zero, remote),
      }),
    },
    'that throws': {
      generateKeyPair: () => {
        throw new Error('not in this runtime');
      },
    },
  };
  for (const [what, change] of Object.entries(wrong)) {
    test(`falls back to the reference for one ${what}`, () => {
      const primitives = choosePrimitives({ ...faithfulDh, ...change }, faithfulKem);
      assert.equal(primitives.dh, reference.dh);
      assert.equal(primitives.publicKey, reference.publicKey);
      assert.equal(primitives.generateKeyPair, undefined);
      assert.equal(primitives.generateKemKeyPair, faithfulKem.generateKemKeyPair);
      assertHandshakes(primitives);
    });
  }
});

describe('self-test of ML-KEM-768', () => {
  const pairWith = (change: (secret: Uint8Array) => Uint8Array) => (seed: Uint8Array) => {
    const pair = reference.kemKeyPair(seed);
    return { ...pair, decapsulate: (text: Uint8Array) => change(pair.decapsulate(text)) };
  };
  const wrong: Record<string, Partial<KemPrimitives>> = {
    'that makes another key of the seed': {
      kemKeyPair: (seed) => reference.kemKeyPair(seed.map((octet) => octet ^ 1)),
    },
    'that gets another secret': { kemKeyPair: pairWith(() => zero) },
    'that rejects loudly': {
      kemKeyPair: pairWith((secret) => {
        if (hex(secret) === kemVector.rejectionSecret) throw new Error('wrong ciphertext');
        return secret;
      }),
    },
    'that encapsulates something else': {
      kemEncapsulate: (key, random) => ({
        ...reference.kemEncapsulate(key, random),
        sharedSecret: zero,
      }),
    },
    'that takes a key beyond the modulus': {
      kemEncapsulate: (key, random) =>
        key.every((octet) => octet === 0xff)
          ? { cipherText: Buffer.alloc(kemLengths.cipherText), sharedSecret: zero }
          : reference.kemEncapsulate(key, random),
    },
    'that makes the same key again': {
      generateKemKeyPair: () => reference.kemKeyPair(Buffer.alloc(64)),
    },
    'that throws': {
      generateKemKeyPair: () => {
        throw new Error('not in this runtime');
      },
    },
  };
  for (const [what, change] of Object.entries(wrong)) {
    test(`falls back to the reference for one ${what}`, () => {
      const primitives = choosePrimitives(faithfulDh, { ...faithfulKem, ...change });
      assert.equal(primitives.kemKeyPair, reference.kemKeyPair);
      assert.equal(primitives.kemEncapsulate, reference.kemEncapsulate);
      assert.equal(primitives.generateKemKeyPair, undefined);
      assert.equal(primitives.generateKeyPair, faithfulDh.generateKeyPair);
      assertHandshakes(primitives);
    });
  }
});

describe('native primitives', () => {
  test('are used in Node 24, where both agree', () => {
    assert.equal(dhAgrees(nativeDh), true);
    assert.equal(kemAgrees(nativeKem), true);
    assert.equal(defaultPrimitives().dh, nativeDh.dh);
    assert.equal(defaultPrimitives().generateKemKeyPair, nativeKem.generateKemKeyPair);
  });

  test('notice that the array of a key has been changed', () => {
    const secretKey = Buffer.from(randomBytes(32));
    const remote = Buffer.from(reference.publicKey(randomBytes(32)));
    assert.deepEqual(nativeDh.dh(secretKey, remote), Buffer.from(reference.dh(secretKey, remote)));
    secretKey.set(randomBytes(32));
    remote.set(reference.publicKey(randomBytes(32)));
    assert.deepEqual(nativeDh.dh(secretKey, remote), Buffer.from(reference.dh(secretKey, remote)));
  });

  test('understand the reference at the other end, both ways', () => {
    for (const [client, server] of [
      [reference, defaultPrimitives()],
      [defaultPrimitives(), reference],
    ] as const) {
      assertHandshakes(client, server);
    }
  });
});

describe('fast hash', () => {
  test('equals the reference for any split of any length', () => {
    const key = randomBytes(32);
    for (const length of [0, 1, 32, 63, 64, 65, 1248]) {
      const text = randomBytes(length);
      const half = length >> 1;
      const parts = [text.subarray(0, half), text.subarray(half)];
      assert.equal(hex(hmacSha256(key, ...parts)), hex(reference.hmacSha256(key, text)));
      assert.equal(hex(sha256(...parts)), hex(reference.sha256(text)));
      assert.equal(hex(sha256(text)), hex(reference.sha256(text)));
    }
    assert.equal(hex(sha256()), hex(reference.sha256()));
  });

  test('refuses a key that would have to be hashed first', () => {
    assert.throws(() => hmacSha256(Buffer.alloc(65), zero));
    assert.equal(
      hex(hmacSha256(Buffer.alloc(64, 1), zero)),
      hex(reference.hmacSha256(Buffer.alloc(64, 1), zero)),
    );
  });
});

/** Both suites come to the same keys at both ends. */
function assertHandshakes(client = reference, server = client): void {
  const seal = generateSealKeyPair();
  for (const suite of ['nk-25519-aesgcm-sha256', 'nkhfs-25519-mlkem768-aesgcm-sha256']) {
    const options = { suite, keyId: 'k', sealPublicKey: seal.publicKey, prologue: zero };
    const initiator = startInitiator({ ...options, primitives: client });
    const { message2, keys } = acceptHandshake({
      ...options,
      sealSecretKey: seal.secretKey,
      message1: initiator.message1,
      primitives: server,
    });
    assert.equal(hex(initiator.finish(message2).handshakeHash), hex(keys.handshakeHash));
  }
}
