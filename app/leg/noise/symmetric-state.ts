/**
 * SymmetricState of Noise rev 34 §5.2: chaining key, handshake hash and the CipherState they key.
 */
import { CipherState } from './cipher-state.ts';
import { hashLength, keyLength, type Primitives } from './primitives.ts';

export class SymmetricState {
  readonly #primitives: Primitives;
  readonly #cipher: CipherState;
  #chainingKey: Uint8Array;
  #hash: Uint8Array;

  constructor(primitives: Primitives, protocolName: string) {
    this.#primitives = primitives;
    const name = Buffer.from(protocolName, 'ascii');
    if (name.length <= hashLength) {
      this.#hash = Buffer.concat([name], hashLength);
    } else {
      this.#hash = primitives.sha256(name);
    }
    this.#chainingKey = this.#hash;
    this.#cipher = new CipherState(primitives);
  }

  mixKey(inputKeyMaterial: Uint8Array): void {
    const [chainingKey, key] = this.#hkdf(inputKeyMaterial);
    this.#chainingKey = chainingKey;
    this.#cipher.initializeKey(key.subarray(0, keyLength));
  }

  mixHash(data: Uint8Array): void {
    this.#hash = this.#primitives.sha256(this.#hash, data);
  }

  /** 32 bytes: names this handshake uniquely once it is complete (Noise rev 34 §11.2). */
  getHandshakeHash(): Uint8Array {
    return this.#hash;
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const ciphertext = this.#cipher.encryptWithAd(this.#hash, plaintext);
    this.mixHash(ciphertext);
    return ciphertext;
  }

  /** @throws Error when `ciphertext` is not authentic */
  decryptAndHash(ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.#cipher.decryptWithAd(this.#hash, ciphertext);
    this.mixHash(ciphertext);
    return plaintext;
  }

  /** The initiator's sending state first, the responder's second. */
  split(): [CipherState, CipherState] {
    const [first, second] = this.#hkdf(new Uint8Array(0));
    return [new CipherState(this.#primitives, first), new CipherState(this.#primitives, second)];
  }

  /** HKDF with two outputs (Noise rev 34 §4.3). */
  #hkdf(inputKeyMaterial: Uint8Array): [Uint8Array, Uint8Array] {
    const { hmacSha256 } = this.#primitives;
    const tempKey = hmacSha256(this.#chainingKey, inputKeyMaterial);
    const first = hmacSha256(tempKey, Uint8Array.of(1));
    const second = hmacSha256(tempKey, first, Uint8Array.of(2));
    return [first, second];
  }
}
