/**
 * Primitives for many handshakes: X25519 by node:crypto, and answers to the same question remembered,
 * because a fuzz target's own keys never change. Never for real connections.
 */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import {
  type KemKeyPair,
  type Primitives,
  type RandomSource,
  referencePrimitives,
} from '../../../app/leg/noise/primitives.ts';

const privatePrefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
const publicPrefix = Buffer.from('302a300506032b656e032100', 'hex');

/** Remembered secret keys, public keys and KEM key pairs of fixed seeds: few, by design. */
const maxRemembered = 256;

function remember<T>(known: Map<string, T>, name: string, make: () => T): T {
  const old = known.get(name);
  if (old !== undefined) return old;
  const made = make();
  if (known.size < maxRemembered) known.set(name, made);
  return made;
}

const privateKeys = new Map<string, KeyObject>();
const publicKeys = new Map<string, Uint8Array>();
const kemPairs = new Map<string, KemKeyPair>();

function hex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex');
}

function privateKeyOf(secretKey: Uint8Array): KeyObject {
  return remember(privateKeys, hex(secretKey), () =>
    createPrivateKey({
      key: Buffer.concat([privatePrefix, secretKey]),
      format: 'der',
      type: 'pkcs8',
    }),
  );
}

/** @param random seeded, so that each handshake of the same seed has the same keys */
export function quickPrimitives(random: RandomSource): Primitives {
  return {
    ...referencePrimitives,
    random,
    publicKey: (secretKey) =>
      remember(publicKeys, hex(secretKey), () => referencePrimitives.publicKey(secretKey)),
    dh: (secretKey, publicKey) =>
      diffieHellman({
        privateKey: privateKeyOf(secretKey),
        publicKey: createPublicKey({
          key: Buffer.concat([publicPrefix, publicKey]),
          format: 'der',
          type: 'spki',
        }),
      }),
    kemKeyPair: (seed) => remember(kemPairs, hex(seed), () => referencePrimitives.kemKeyPair(seed)),
  };
}
