/**
 * CipherState of Noise rev 34 §5.1: one key, one counter, AES-256-GCM.
 * Not a stream: records and their limits are in records.ts.
 */
import { type Aead, type Primitives, type Sealed, tagLength } from './primitives.ts';

/** Noise keeps 2^64-1 for rekey; a counter in a double stays exact below this, far sooner. */
export const maxNonce = Number.MAX_SAFE_INTEGER;

const noAd = new Uint8Array(0);

export class CipherState {
  readonly #primitives: Primitives;
  #aead: Aead | undefined;
  #nonce = 0;
  readonly #nonceBytes = Buffer.alloc(12);

  constructor(primitives: Primitives, key?: Uint8Array) {
    this.#primitives = primitives;
    if (key) this.initializeKey(key);
  }

  initializeKey(key: Uint8Array): void {
    this.#aead = this.#primitives.createAead(key);
    this.#nonce = 0;
  }

  hasKey(): boolean {
    return this.#aead !== undefined;
  }

  /** Messages done with since the key was first set; rekey does not reset it. */
  get nonce(): number {
    return this.#nonce;
  }

  /** For tests of the limit (Noise rev 34 §5.1 SetNonce). */
  setNonce(nonce: number): void {
    this.#nonce = nonce;
  }

  /** Ciphertext with its tag; the plaintext itself while there is no key. */
  encryptWithAd(ad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    if (!this.#aead) return plaintext;
    const { text, tag } = this.seal(plaintext, ad);
    return Buffer.concat([text, tag]);
  }

  /**
   * @param ciphertext with its tag
   * @throws Error when it is not authentic; the counter then stays where it was
   */
  decryptWithAd(ad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    if (!this.#aead) return ciphertext;
    return this.open(ciphertext, ad);
  }

  /** As encryptWithAd, without joining text and tag. Needs a key. */
  seal(plaintext: Uint8Array, ad: Uint8Array = noAd): Sealed {
    const aead = this.#needKey();
    const nonce = this.#nextNonce();
    // At once: whatever happens now, this nonce is spent.
    this.#nonce += 1;
    return aead.seal(nonce, ad, plaintext);
  }

  /** As decryptWithAd. Needs a key. */
  open(ciphertext: Uint8Array, ad: Uint8Array = noAd): Buffer {
    if (ciphertext.length < tagLength) throw new Error('ciphertext shorter than its tag');
    const split = ciphertext.length - tagLength;
    const [text, tag] = [ciphertext.subarray(0, split), ciphertext.subarray(split)];
    const plaintext = this.#needKey().open(this.#nextNonce(), ad, text, tag);
    this.#nonce += 1;
    return plaintext;
  }

  /** Noise rev 34 §4.2 REKEY: the key becomes ENCRYPT(k, 2^64-1, "", zeros); the counter goes on. */
  rekey(): void {
    const nonce = Buffer.alloc(12, 0xff);
    nonce.writeUInt32BE(0, 0);
    const key = this.#needKey().seal(nonce, noAd, new Uint8Array(32)).text;
    this.#aead = this.#primitives.createAead(key);
  }

  #needKey(): Aead {
    if (!this.#aead) throw new Error('no key');
    return this.#aead;
  }

  /** Four zero octets, then the counter as 64-bit big-endian (Noise rev 34 §12.4). */
  #nextNonce(): Uint8Array {
    if (this.#nonce >= maxNonce) throw new Error('nonce exhausted');
    this.#nonceBytes.writeUInt32BE(Math.floor(this.#nonce / 0x1_0000_0000), 4);
    this.#nonceBytes.writeUInt32BE(this.#nonce % 0x1_0000_0000, 8);
    return this.#nonceBytes;
  }
}
