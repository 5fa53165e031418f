/**
 * The seal's handshake for both ends: one message each way, empty payloads, then transport keys.
 * Knows no sockets and no commands. docs/protocol.md §5; Noise rev 34 pattern NK.
 */
import { LegError } from '../errors.ts';
import { limits } from './limits.ts';
import { type HandshakeResult, InitiatorState, ResponderState } from './noise/handshake-state.ts';
import { type Primitives, referencePrimitives } from './noise/primitives.ts';
import { isSuite, noiseNames } from './suites.ts';

export type SealKeys = HandshakeResult;

export interface InitiatorOptions {
  readonly suite: string;
  readonly keyId: string;
  /** The server's seal key, X25519, 32 bytes. */
  readonly sealPublicKey: Uint8Array;
  /** From encodePrologue. */
  readonly prologue: Uint8Array;
  readonly primitives?: Primitives;
}

export interface ResponderOptions extends InitiatorOptions {
  readonly sealSecretKey: Uint8Array;
  /** Message 1 as received, 48 bytes. */
  readonly message1: Uint8Array;
}

const empty = new Uint8Array(0);

/**
 * @returns message 1 (48 bytes) and what to do with message 2 (48 bytes)
 * @throws LegError `leg.seal-failed`; `finish` throws it too
 */
export function startInitiator(options: InitiatorOptions): {
  readonly message1: Uint8Array;
  finish(message2: Uint8Array): SealKeys;
} {
  return coarse(() => {
    const state = new InitiatorState(handshakeOptions(options), options.sealPublicKey);
    return {
      message1: state.writeMessage1(empty),
      finish: (message2) =>
        coarse(() => {
          assertLength(message2);
          return state.readMessage2(message2).result;
        }),
    };
  });
}

/** @throws LegError `leg.seal-failed` when message 1 does not fit this key and prologue */
export function acceptHandshake(options: ResponderOptions): {
  readonly message2: Uint8Array;
  readonly keys: SealKeys;
} {
  return coarse(() => {
    assertLength(options.message1);
    const own = { secretKey: options.sealSecretKey, publicKey: options.sealPublicKey };
    const state = new ResponderState(handshakeOptions(options), own);
    state.readMessage1(options.message1);
    const { message, result } = state.writeMessage2(empty);
    return { message2: message, keys: result };
  });
}

function handshakeOptions(options: InitiatorOptions) {
  if (!isSuite(options.suite)) throw new Error('unknown suite');
  return {
    primitives: options.primitives ?? referencePrimitives,
    protocolName: noiseNames[options.suite],
    prologue: options.prologue,
  };
}

/** Also keeps payloads out: the length leaves no room for one. */
function assertLength(message: Uint8Array): void {
  if (message.length !== limits.handshakeMessageOctets) throw new Error('wrong message length');
}

/** Peer and person learn only that it failed; the cause is for the log. */
function coarse<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof LegError) throw error;
    throw new LegError('leg.seal-failed', {}, { cause: error });
  }
}
