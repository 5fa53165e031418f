/**
 * Handshake messages that every reader must refuse, each wrong in one way and otherwise made with care,
 * so that a reader which forgets that one check takes them. docs/protocol.md §5.1.
 */
import { kemLengths, referencePrimitives } from '../../app/leg/noise/primitives.ts';
import { SymmetricState } from '../../app/leg/noise/symmetric-state.ts';
import { suiteFacts } from '../../app/leg/suites.ts';
import { hex } from './fixed.ts';
import type { Ephemerals, HandshakeInput } from './handshakes.ts';

interface Forgery {
  /** X25519 public key of the ephemeral, and what agreement it leads to. */
  readonly ephemeral?: Uint8Array;
  readonly agreement?: Uint8Array;
  readonly kemKey?: Uint8Array;
  readonly kemCipherText?: Uint8Array;
  readonly payload?: Uint8Array;
}

const nothing = new Uint8Array(0);
const zeros = new Uint8Array(32);
/** A point of order 4 and what every agreement with it gives. RFC 7748 §6.1. */
const smallOrder: Forgery = { ephemeral: zeros, agreement: zeros };

interface KemParts {
  readonly key: Uint8Array;
  readonly cipherText: Uint8Array;
  readonly secret: Uint8Array;
}

function kemParts({ clientKemSeed, serverKemCoins }: Ephemerals): KemParts | undefined {
  if (!clientKemSeed || !serverKemCoins) return undefined;
  const { publicKey: key } = referencePrimitives.kemKeyPair(clientKemSeed);
  const { cipherText, sharedSecret } = referencePrimitives.kemEncapsulate(
    key,
    () => serverKemCoins,
  );
  return { key, cipherText, secret: sharedSecret };
}

class Forger {
  readonly #input: HandshakeInput;
  readonly #sealPublicKey: Uint8Array;
  readonly #kem: KemParts | undefined;

  constructor(input: HandshakeInput, sealPublicKey: Uint8Array) {
    this.#input = input;
    this.#sealPublicKey = sealPublicKey;
    this.#kem = kemParts(input.ephemerals);
  }

  message1(forgery: Forgery = {}): { state: SymmetricState; message: Buffer } {
    const { publicKey, dh } = referencePrimitives;
    const { suite, prologue, ephemerals } = this.#input;
    const state = new SymmetricState(referencePrimitives, suiteFacts(suite)?.noiseName ?? '');
    state.mixHash(prologue);
    state.mixHash(this.#sealPublicKey);
    const e = forgery.ephemeral ?? publicKey(ephemerals.clientEphemeral);
    state.mixHash(e);
    state.mixKey(forgery.agreement ?? dh(ephemerals.clientEphemeral, this.#sealPublicKey));
    const parts = [e];
    if (this.#kem) parts.push(state.encryptAndHash(forgery.kemKey ?? this.#kem.key));
    parts.push(state.encryptAndHash(forgery.payload ?? nothing));
    return { state, message: Buffer.concat(parts) };
  }

  message2(forgery: Forgery = {}): Buffer {
    const { publicKey, dh } = referencePrimitives;
    const { clientEphemeral, serverEphemeral } = this.#input.ephemerals;
    const { state } = this.message1();
    const e = forgery.ephemeral ?? publicKey(serverEphemeral);
    state.mixHash(e);
    state.mixKey(forgery.agreement ?? dh(serverEphemeral, publicKey(clientEphemeral)));
    const parts = [e];
    if (this.#kem) {
      parts.push(state.encryptAndHash(forgery.kemCipherText ?? this.#kem.cipherText));
      state.mixKey(this.#kem.secret);
    }
    parts.push(state.encryptAndHash(forgery.payload ?? nothing));
    return Buffer.concat(parts);
  }

  /** As the client's key, with a first coefficient of 4095, which is not below 3329. */
  unreducedKemKey(): Uint8Array {
    const key = Uint8Array.from(this.#kem?.key ?? new Uint8Array(kemLengths.publicKey));
    key[0] = 0xff;
    key[1] = (key[1] ?? 0) | 0x0f;
    return key;
  }

  forgedCipherText(): Uint8Array {
    const cipherText = Uint8Array.from(this.#kem?.cipherText ?? nothing);
    cipherText[0] = (cipherText[0] ?? 0) ^ 1;
    return cipherText;
  }
}

function lastBitChanged(message: Buffer): Buffer {
  const changed = Buffer.from(message);
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
  return changed;
}

function describe(cases: Readonly<Record<string, Buffer>>) {
  return Object.entries(cases).map(([name, message]) => ({ name, message: hex(message) }));
}

export function makeRefusedMessages(input: HandshakeInput, sealPublicKey: Uint8Array) {
  const forger = new Forger(input, sealPublicKey);
  const first = forger.message1().message;
  const second = forger.message2();
  const hybrid = input.ephemerals.clientKemSeed !== undefined;
  return {
    refusedMessages1: describe({
      'an ephemeral of small order': forger.message1(smallOrder).message,
      'a payload': forger.message1({ payload: Uint8Array.of(0) }).message,
      'a false tag': lastBitChanged(first),
      'an octet missing': first.subarray(0, -1),
      ...(hybrid && {
        'an ML-KEM key that is not reduced': forger.message1({ kemKey: forger.unreducedKemKey() })
          .message,
      }),
    }),
    refusedMessages2: describe({
      'an ephemeral of small order': forger.message2(smallOrder),
      'a payload': forger.message2({ payload: Uint8Array.of(0) }),
      'a false tag': lastBitChanged(second),
      'an octet missing': second.subarray(0, -1),
      ...(hybrid && {
        'an ML-KEM ciphertext of another secret': forger.message2({
          kemCipherText: forger.forgedCipherText(),
        }),
      }),
    }),
  };
}
