/**
 * HandshakeState of Noise rev 34 §5.3 for one pattern in two forms, both roles:
 *   NK (§7.4)                        <- s  ...  -> e, es      <- e, ee
 *   NKhfs (HFS extension, rev 1)     <- s  ...  -> e, es, e1  <- e, ee, ekem1
 * Not a general Noise engine. A state whose step threw must be thrown away.
 */
import type { CipherState } from './cipher-state.ts';
import {
  dhLength,
  type EphemeralKeyPair,
  type KemKeyPair,
  type KeyPair,
  kemLengths,
  type Primitives,
  tagLength,
} from './primitives.ts';
import { SymmetricState } from './symmetric-state.ts';

export interface HandshakeOptions {
  readonly primitives: Primitives;
  readonly protocolName: string;
  readonly prologue: Uint8Array;
  /** NKhfs: an ephemeral ML-KEM-768 key beside the X25519 one. */
  readonly hybrid?: boolean;
}

/** The transport keys of one side, and the hash that both sides now share. */
export interface HandshakeResult {
  readonly send: CipherState;
  readonly receive: CipherState;
  readonly handshakeHash: Uint8Array;
}

abstract class HandshakeState {
  protected readonly primitives: Primitives;
  protected readonly symmetric: SymmetricState;
  protected readonly hybrid: boolean;

  constructor(options: HandshakeOptions, responderStatic: Uint8Array) {
    this.primitives = options.primitives;
    this.hybrid = options.hybrid ?? false;
    this.symmetric = new SymmetricState(options.primitives, options.protocolName);
    this.symmetric.mixHash(options.prologue);
    this.symmetric.mixHash(responderStatic);
  }

  protected generateEphemeral(): EphemeralKeyPair {
    const pair = this.primitives.generateKeyPair?.() ?? this.#makeEphemeral();
    this.symmetric.mixHash(pair.publicKey);
    return pair;
  }

  #makeEphemeral(): EphemeralKeyPair {
    const { random, publicKey, dh } = this.primitives;
    const secretKey = random(dhLength);
    return { publicKey: publicKey(secretKey), dh: (remote) => dh(secretKey, remote) };
  }

  /** Reads `e` from the front of a message. */
  protected readEphemeral(message: Uint8Array): Uint8Array {
    if (message.length < dhLength) throw new Error('handshake message too short');
    const ephemeral = message.slice(0, dhLength);
    this.symmetric.mixHash(ephemeral);
    return ephemeral;
  }

  /** Reads what `encryptAndHash` made of `length` bytes, behind the ephemeral. */
  protected readSealed(message: Uint8Array, length: number): Uint8Array {
    const sealed = message.subarray(dhLength, dhLength + length + tagLength);
    if (sealed.length < length + tagLength) throw new Error('handshake message too short');
    return this.symmetric.decryptAndHash(sealed);
  }
}

export class InitiatorState extends HandshakeState {
  readonly #responderStatic: Uint8Array;
  #ephemeral: EphemeralKeyPair | undefined;
  #kem: KemKeyPair | undefined;

  /** @param responderStatic X25519 public key, 32 bytes */
  constructor(options: HandshakeOptions, responderStatic: Uint8Array) {
    super(options, responderStatic);
    this.#responderStatic = responderStatic;
  }

  /** `e, es[, e1]`, then the payload: replayable, hence empty in this protocol. */
  writeMessage1(payload: Uint8Array): Uint8Array {
    const ephemeral = this.generateEphemeral();
    this.#ephemeral = ephemeral;
    this.symmetric.mixKey(ephemeral.dh(this.#responderStatic));
    const parts = [ephemeral.publicKey];
    if (this.hybrid) {
      const { random, generateKemKeyPair, kemKeyPair } = this.primitives;
      this.#kem = generateKemKeyPair?.() ?? kemKeyPair(random(kemLengths.seed));
      parts.push(this.symmetric.encryptAndHash(this.#kem.publicKey));
    }
    parts.push(this.symmetric.encryptAndHash(payload));
    return Buffer.concat(parts);
  }

  /** `e, ee[, ekem1]`. @throws Error when the message is not from the holder of the static key */
  readMessage2(message: Uint8Array): { payload: Uint8Array; result: HandshakeResult } {
    const own = this.#ephemeral;
    const kem = this.#kem;
    if (!own || this.hybrid !== (kem !== undefined)) throw new Error('message 2 before message 1');
    this.#ephemeral = undefined;
    this.#kem = undefined;
    const remote = this.readEphemeral(message);
    this.symmetric.mixKey(own.dh(remote));
    let offset = dhLength;
    if (kem) {
      const cipherText = this.readSealed(message, kemLengths.cipherText);
      // A wrong ciphertext is no error here: its random secret makes the payload's tag fail.
      this.symmetric.mixKey(kem.decapsulate(cipherText));
      offset += kemLengths.cipherText + tagLength;
    }
    const payload = this.symmetric.decryptAndHash(message.subarray(offset));
    const [send, receive] = this.symmetric.split();
    return {
      payload,
      result: { send, receive, handshakeHash: this.symmetric.getHandshakeHash() },
    };
  }
}

export class ResponderState extends HandshakeState {
  readonly #static: KeyPair;
  #remote: Uint8Array | undefined;
  #remoteKem: Uint8Array | undefined;

  constructor(options: HandshakeOptions, ownStatic: KeyPair) {
    super(options, ownStatic.publicKey);
    this.#static = ownStatic;
  }

  /** `e, es[, e1]`. @throws Error when the message was not made for this static key and prologue */
  readMessage1(message: Uint8Array): Uint8Array {
    const remote = this.readEphemeral(message);
    this.symmetric.mixKey(this.primitives.dh(this.#static.secretKey, remote));
    let offset = dhLength;
    let remoteKem: Uint8Array | undefined;
    if (this.hybrid) {
      remoteKem = this.readSealed(message, kemLengths.publicKey);
      offset += kemLengths.publicKey + tagLength;
    }
    const payload = this.symmetric.decryptAndHash(message.subarray(offset));
    this.#remote = remote;
    this.#remoteKem = remoteKem;
    return payload;
  }

  /** `e, ee[, ekem1]`, then the payload. */
  writeMessage2(payload: Uint8Array): { message: Uint8Array; result: HandshakeResult } {
    const remote = this.#remote;
    const remoteKem = this.#remoteKem;
    if (!remote || this.hybrid !== (remoteKem !== undefined)) {
      throw new Error('message 2 before message 1');
    }
    this.#remote = undefined;
    this.#remoteKem = undefined;
    const ephemeral = this.generateEphemeral();
    this.symmetric.mixKey(ephemeral.dh(remote));
    const parts = [ephemeral.publicKey];
    if (remoteKem) {
      const { random } = this.primitives;
      const { cipherText, sharedSecret } = this.primitives.kemEncapsulate(remoteKem, random);
      parts.push(this.symmetric.encryptAndHash(cipherText));
      this.symmetric.mixKey(sharedSecret);
    }
    parts.push(this.symmetric.encryptAndHash(payload));
    const [receive, send] = this.symmetric.split();
    return {
      message: Buffer.concat(parts),
      result: { send, receive, handshakeHash: this.symmetric.getHandshakeHash() },
    };
  }
}
