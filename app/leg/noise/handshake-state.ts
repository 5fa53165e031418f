/**
 * HandshakeState of Noise rev 34 §5.3 for the one pattern NK (§7.4), both roles:
 *   <- s  ...  -> e, es  <- e, ee
 * Not a general Noise engine. A state whose step threw must be thrown away.
 */
import type { CipherState } from './cipher-state.ts';
import { dhLength, type KeyPair, type Primitives } from './primitives.ts';
import { SymmetricState } from './symmetric-state.ts';

export interface HandshakeOptions {
  readonly primitives: Primitives;
  readonly protocolName: string;
  readonly prologue: Uint8Array;
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

  constructor(options: HandshakeOptions, responderStatic: Uint8Array) {
    this.primitives = options.primitives;
    this.symmetric = new SymmetricState(options.primitives, options.protocolName);
    this.symmetric.mixHash(options.prologue);
    this.symmetric.mixHash(responderStatic);
  }

  protected generateEphemeral(): KeyPair {
    const secretKey = this.primitives.random(dhLength);
    const publicKey = this.primitives.publicKey(secretKey);
    this.symmetric.mixHash(publicKey);
    return { secretKey, publicKey };
  }

  /** Reads `e` from the front of a message. */
  protected readEphemeral(message: Uint8Array): Uint8Array {
    if (message.length < dhLength) throw new Error('handshake message too short');
    const ephemeral = message.slice(0, dhLength);
    this.symmetric.mixHash(ephemeral);
    return ephemeral;
  }
}

export class InitiatorState extends HandshakeState {
  readonly #responderStatic: Uint8Array;
  #ephemeral: KeyPair | undefined;

  /** @param responderStatic X25519 public key, 32 bytes */
  constructor(options: HandshakeOptions, responderStatic: Uint8Array) {
    super(options, responderStatic);
    this.#responderStatic = responderStatic;
  }

  /** `e, es`, then the payload: replayable, hence empty in this protocol. */
  writeMessage1(payload: Uint8Array): Uint8Array {
    const ephemeral = this.generateEphemeral();
    this.#ephemeral = ephemeral;
    this.symmetric.mixKey(this.primitives.dh(ephemeral.secretKey, this.#responderStatic));
    return Buffer.concat([ephemeral.publicKey, this.symmetric.encryptAndHash(payload)]);
  }

  /** `e, ee`. @throws Error when the message is not from the holder of the static key */
  readMessage2(message: Uint8Array): { payload: Uint8Array; result: HandshakeResult } {
    const own = this.#ephemeral;
    if (!own) throw new Error('message 2 before message 1');
    this.#ephemeral = undefined;
    const remote = this.readEphemeral(message);
    this.symmetric.mixKey(this.primitives.dh(own.secretKey, remote));
    const payload = this.symmetric.decryptAndHash(message.subarray(dhLength));
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

  constructor(options: HandshakeOptions, ownStatic: KeyPair) {
    super(options, ownStatic.publicKey);
    this.#static = ownStatic;
  }

  /** `e, es`. @throws Error when the message was not made for this static key and prologue */
  readMessage1(message: Uint8Array): Uint8Array {
    const remote = this.readEphemeral(message);
    this.symmetric.mixKey(this.primitives.dh(this.#static.secretKey, remote));
    const payload = this.symmetric.decryptAndHash(message.subarray(dhLength));
    this.#remote = remote;
    return payload;
  }

  /** `e, ee`, then the payload. */
  writeMessage2(payload: Uint8Array): { message: Uint8Array; result: HandshakeResult } {
    const remote = this.#remote;
    if (!remote) throw new Error('message 2 before message 1');
    this.#remote = undefined;
    const ephemeral = this.generateEphemeral();
    this.symmetric.mixKey(this.primitives.dh(ephemeral.secretKey, remote));
    const sealed = this.symmetric.encryptAndHash(payload);
    const [receive, send] = this.symmetric.split();
    return {
      message: Buffer.concat([ephemeral.publicKey, sealed]),
      result: { send, receive, handshakeHash: this.symmetric.getHandshakeHash() },
    };
  }
}
