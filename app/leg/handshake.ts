/**
 * The seal's handshake for both ends: one message each way, empty payloads, then transport keys.
 * Knows no sockets and no commands. docs/protocol.md §5; Noise rev 34 pattern NK,
 * and NKhfs of its hybrid forward secrecy extension.
 */
import { LegError } from '../errors.ts';
import { defaultPrimitives } from './noise/default-primitives.ts';
import { type HandshakeResult, InitiatorState, ResponderState } from './noise/handshake-state.ts';
import type { Primitives } from './noise/primitives.ts';
import { type SuiteFacts, suiteFacts } from './suites.ts';

export type SealKeys = HandshakeResult;

export interface InitiatorOptions {
  readonly suite: string;
  readonly keyId: string;
  /** The server's seal key, X25519, 32 bytes. */
  readonly sealPublicKey: Uint8Array;
  /** From encodePrologue. */
  readonly prologue: Uint8Array;
  /** For tests and measurements; what this runtime does best when absent. */
  readonly primitives?: Primitives;
}

export interface ResponderOptions extends InitiatorOptions {
  readonly sealSecretKey: Uint8Array;
  /** Message 1 as received. */
  readonly message1: Uint8Array;
}

const empty = new Uint8Array(0);

/**
 * @returns message 1 and what to do with message 2; suites.ts has their lengths
 * @throws LegError `leg.seal-failed`; `finish` throws it too
 */
export function startInitiator(options: InitiatorOptions): {
  readonly message1: Uint8Array;
  finish(message2: Uint8Array): SealKeys;
} {
  return coarse(() => {
    const facts = needSuite(options.suite);
    const state = new InitiatorState(handshakeOptions(options, facts), options.sealPublicKey);
    return {
      message1: state.writeMessage1(empty),
      finish: (message2) =>
        coarse(() => {
          assertLength(message2, facts.message2Octets);
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
    const facts = needSuite(options.suite);
    assertLength(options.message1, facts.message1Octets);
    const own = { secretKey: options.sealSecretKey, publicKey: options.sealPublicKey };
    const state = new ResponderState(handshakeOptions(options, facts), own);
    state.readMessage1(options.message1);
    const { message, result } = state.writeMessage2(empty);
    return { message2: message, keys: result };
  });
}

function needSuite(suite: string): SuiteFacts {
  const facts = suiteFacts(suite);
  if (!facts) throw new Error('unknown suite');
  return facts;
}

function handshakeOptions(options: InitiatorOptions, facts: SuiteFacts) {
  return {
    primitives: options.primitives ?? defaultPrimitives(),
    protocolName: facts.noiseName,
    hybrid: facts.hybrid,
    prologue: options.prologue,
  };
}

/** Also keeps payloads out: the length leaves no room for one. */
function assertLength(message: Uint8Array, octets: number): void {
  if (message.length !== octets) throw new Error('wrong message length');
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
