/**
 * Fuzz target: both readers of the handshake. Input: one octet that chooses suite, role and prologue, then
 * message 1 or 2. Only the one genuine message of its own session is accepted. docs/protocol.md §5.
 */
import { LegError } from '../../app/errors.ts';
import { acceptHandshake, startInitiator } from '../../app/leg/handshake.ts';
import { generateSealKeyPair } from '../../app/leg/keys.ts';
import type { Suite } from '../../app/leg/suites.ts';
import { suites } from '../../app/leg/suites.ts';
import { quickPrimitives } from './support/quick-primitives.ts';
import { expectRule, type FuzzTarget } from './support/target.ts';

/** Bits of the first octet. */
const suiteBit = 1;
const roleBit = 2;
const prologueBit = 4;

const pair = generateSealKeyPair(() => new Uint8Array(32).fill(9));
const prologue = Buffer.from('letterlock-leg 1\nfuzz\n');
const otherPrologue = Buffer.from('letterlock-leg 1\nFuzz\n');

/** Points of small order and other odd ones (RFC 7748 §6.1, curve25519's list). */
const oddPoints = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
  'ff'.repeat(32),
].map((text) => Buffer.from(text, 'hex'));

/** Different octets at each call, the same after each start. */
function counted(first: number): (length: number) => Uint8Array {
  let next = first;
  return (length) => {
    next += 1;
    return new Uint8Array(length).fill(next);
  };
}

/** All of a session follows from its suite, its prologue and `number`. */
function initiate(suite: Suite, itsPrologue: Uint8Array, number: number) {
  const primitives = quickPrimitives(counted(number));
  const sealPublicKey = pair.publicKey;
  return startInitiator({ suite, keyId: 'k', sealPublicKey, prologue: itsPrologue, primitives });
}

function respond(suite: Suite, itsPrologue: Uint8Array, message1: Uint8Array, number: number) {
  return acceptHandshake({
    suite,
    keyId: 'k',
    sealPublicKey: pair.publicKey,
    sealSecretKey: pair.secretKey,
    prologue: itsPrologue,
    primitives: quickPrimitives(counted(number)),
    message1,
  });
}

interface Session {
  readonly message1: Uint8Array;
  readonly message2: Uint8Array;
  readonly handshakeHash: Uint8Array;
}

function play(suite: Suite, number: number): Session {
  const { message1, finish } = initiate(suite, prologue, number);
  const { message2 } = respond(suite, prologue, message1, number + 100);
  return { message1, message2, handshakeHash: finish(message2).handshakeHash };
}

function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (error instanceof LegError && error.code === 'leg.seal-failed') return undefined;
    throw error;
  }
}

export function createTarget(): FuzzTarget {
  const own = suites.map((suite) => play(suite, 1));
  const others = suites.map((suite) => play(suite, 50));
  const counts = { accepted: 0 };
  const seeds = suites.flatMap((_, index) =>
    [own[index], others[index]].flatMap((session) =>
      [session?.message1, session?.message2].flatMap((message, role) =>
        [0, prologueBit].map((bit) =>
          Buffer.concat([
            Buffer.of(index | (role === 1 ? roleBit : 0) | bit),
            message ?? Buffer.alloc(0),
          ]),
        ),
      ),
    ),
  );
  return {
    seeds,
    dictionary: [
      ...oddPoints,
      pair.publicKey,
      ...own.map(({ message1 }) => message1.slice(0, 32)),
    ].map((octets) => Buffer.from(octets)),
    maxLength: 2_600,
    counts,
    run(input) {
      const selector = input[0] ?? 0;
      const index = selector & suiteBit;
      const suite = suites[index];
      const session = own[index];
      const other = others[index];
      if (suite === undefined || session === undefined || other === undefined) return;
      const message = input.subarray(1);
      const isChanged = (selector & prologueBit) !== 0;
      const itsPrologue = isChanged ? otherPrologue : prologue;
      if ((selector & roleBit) === 0) {
        const accepted = attempt(() => respond(suite, itsPrologue, message, 101));
        if (accepted === undefined) return;
        counts.accepted += 1;
        // Both sessions' messages 1 are genuine: the other one is a replay, and those are not our business.
        const isGenuine = message.equals(session.message1) || message.equals(other.message1);
        expectRule(isGenuine && !isChanged, 'a server takes only the message that a client made');
        return;
      }
      const initiator = initiate(suite, itsPrologue, 1);
      const finished = attempt(() => initiator.finish(message));
      if (finished === undefined) return;
      counts.accepted += 1;
      expectRule(
        message.equals(session.message2) && !isChanged,
        'a client takes only the answer to its own message',
      );
      const hashes = Buffer.compare(finished.handshakeHash, session.handshakeHash);
      expectRule(hashes === 0, 'both ends of a handshake have the same hash');
    },
  };
}
