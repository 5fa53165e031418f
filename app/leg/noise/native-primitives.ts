/**
 * X25519 and ML-KEM-768 from node:crypto: 25 and 17 times as fast as the reference, but not in every
 * runtime. Nothing here is used before self-test.ts has seen it agree. RFC 7748, FIPS 203.
 */
// Named imports only of what is always there: of the rest a missing one must be found by the
// self-test, not end the program as it loads.
import crypto, {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { dhLength, type KemKeyPair, kemLengths, type Primitives } from './primitives.ts';

export type DhPrimitives = Required<Pick<Primitives, 'publicKey' | 'dh' | 'generateKeyPair'>>;
export type KemPrimitives = Required<
  Pick<Primitives, 'kemKeyPair' | 'kemEncapsulate' | 'generateKemKeyPair'>
>;

/**
 * Key objects of keys that come again: a server's seal key in every handshake, the peer's ephemeral
 * twice in one. Found by the array; the copy of its bytes guards against one that was changed.
 */
class KeyCache {
  readonly #known = new WeakMap<Uint8Array, { readonly bytes: Buffer; readonly key: KeyObject }>();
  readonly #importKey: (bytes: Uint8Array) => KeyObject;

  constructor(importKey: (bytes: Uint8Array) => KeyObject) {
    this.#importKey = importKey;
  }

  get(bytes: Uint8Array): KeyObject {
    const known = this.#known.get(bytes);
    if (known && known.bytes.compare(bytes) === 0) return known.key;
    if (bytes.length !== dhLength) throw new Error('not an X25519 key');
    const key = this.#importKey(bytes);
    this.#known.set(bytes, { bytes: Buffer.from(bytes), key });
    return key;
  }
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** What comes before the key in SubjectPublicKeyInfo: RFC 8410 §4, RFC 9935 §4. */
const publicKeyHeads = {
  x25519: Buffer.from('302a300506032b656e032100', 'hex'),
  mlKem768: Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex'),
} as const;

/**
 * As PEM: of a key in any other form node:crypto first finds out that it is no key object yet, by
 * errors that cost more than reading the key.
 */
function importPublicKey(head: Buffer, bytes: Uint8Array): KeyObject {
  const text = Buffer.concat([head, bytes]).toString('base64');
  return createPublicKey(`-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----`);
}

const publicKeys = new KeyCache((bytes) => importPublicKey(publicKeyHeads.x25519, bytes));

// `x` must be there but is not looked at: the key is what `d` makes it.
const secretKeys = new KeyCache((bytes) =>
  createPrivateKey({
    key: { kty: 'OKP', crv: 'X25519', d: base64url(bytes), x: base64url(bytes) },
    format: 'jwk',
  }),
);

export const nativeDh: DhPrimitives = {
  publicKey: (secretKey) => exportJwk(createPublicKey(secretKeys.get(secretKey)), 'x', dhLength),
  generateKeyPair() {
    const { publicKey, privateKey } = generateKeyPairSync('x25519');
    return {
      publicKey: exportJwk(publicKey, 'x', dhLength),
      dh: (remote) => diffieHellman({ privateKey, publicKey: publicKeys.get(remote) }),
    };
  },
  dh: (secretKey, publicKey) =>
    diffieHellman({ privateKey: secretKeys.get(secretKey), publicKey: publicKeys.get(publicKey) }),
};

export const nativeKem: KemPrimitives = {
  kemKeyPair(seed) {
    // `pub` must be there but is not looked at: the key is what `priv` makes it.
    const key = { kty: 'AKP', alg: 'ML-KEM-768', priv: base64url(seed), pub: '' };
    return kemKeyPairOf(createPrivateKey({ key, format: 'jwk' }));
  },
  generateKemKeyPair: () => kemKeyPairOf(generateKeyPairSync('ml-kem-768').privateKey),
  kemEncapsulate(publicKey) {
    if (publicKey.length !== kemLengths.publicKey) throw new Error('not an ML-KEM-768 key');
    const key = importPublicKey(publicKeyHeads.mlKem768, publicKey);
    const { ciphertext, sharedKey } = crypto.encapsulate(key);
    return { cipherText: ciphertext, sharedSecret: sharedKey };
  },
};

function kemKeyPairOf(privateKey: KeyObject): KemKeyPair {
  return {
    publicKey: exportJwk(createPublicKey(privateKey), 'pub', kemLengths.publicKey),
    decapsulate: (cipherText) => crypto.decapsulate(privateKey, cipherText),
  };
}

function exportJwk(key: KeyObject, field: 'x' | 'pub', length: number): Buffer {
  const value = { ...key.export({ format: 'jwk' }) }[field];
  const bytes = Buffer.from(typeof value === 'string' ? value : '', 'base64url');
  if (bytes.length !== length) throw new Error('unexpected key length');
  return bytes;
}
