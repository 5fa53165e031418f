/**
 * The client's side of sealing a session: pinned key or fetched card, judged by policy, then the
 * handshake, then the sealed stream. docs/protocol.md §5 and §8.
 */
import type { ErrorParams } from '../errors.ts';
import { LegError } from '../errors.ts';
import type { ClearSession } from './clear-session.ts';
import { fingerprintWords } from './fingerprint.ts';
import { startInitiator } from './handshake.ts';
import {
  cardServes,
  encodeBase64,
  type KeyCard,
  parseKeyCard,
  succeeds,
  validSealKeys,
} from './key-card.ts';
import { SealedDuplex } from './sealed-duplex.ts';
import { interceptorParams } from './tls.ts';
import { encodePrologue } from './transcript.ts';
import type {
  LegDecision,
  LegPolicy,
  LegProtection,
  OpenedLeg,
  Pin,
  SealKey,
  TlsFacts,
} from './types.ts';

export interface SealTask {
  readonly session: ClearSession;
  readonly policy: LegPolicy;
  /** As in the XSEAL command. */
  readonly serverName: string;
  readonly decision: Extract<LegDecision, { step: 'seal-pinned' | 'fetch-and-seal' }>;
  readonly tls: TlsFacts | undefined;
  readonly now: Date;
}

/**
 * @throws LegError `leg.card-invalid`, `leg.first-use`, `leg.key-changed`, `leg.seal-failed`,
 *   `leg.protocol`, `leg.unreachable`, `leg.timeout`
 */
export async function sealLeg(task: SealTask): Promise<OpenedLeg> {
  const { suite, step } = task.decision;
  const { pin } = task.policy;
  const [pinnedKey] =
    step === 'seal-pinned' ? validSealKeys(pin?.sealKeys ?? [], suite, task.now) : [];
  if (pin && pinnedKey) {
    const stream = await sealWith(task, pinnedKey);
    if (stream) return openedLeg(task, stream, pin, pinnedKey);
  }
  // Not pinned, or the pinned seal key was rotated away: the card decides, under the same pin.
  const { pin: judged, key } = await fetchKey(task);
  const stream = await sealWith(task, key);
  if (!stream) throw attemptOf(task).error('leg.seal-failed', {}, new Error('own key unknown'));
  return openedLeg(task, stream, judged, key);
}

function attemptOf(task: SealTask) {
  return task.session.channel.attempt;
}

async function fetchKey(task: SealTask): Promise<{ pin: Pin; key: SealKey }> {
  const card = readCard(task, await task.session.fetchCard());
  const pin = judge(task, card);
  const [key] = validSealKeys(card.sealKeys, task.decision.suite, task.now);
  if (!key) throw attemptOf(task).error('leg.card-invalid', {}, new Error('no seal key valid now'));
  return { pin: { ...pin, sealKeys: card.sealKeys }, key };
}

function readCard(task: SealTask, lines: readonly string[]): KeyCard {
  const attempt = attemptOf(task);
  let card: KeyCard;
  try {
    card = parseKeyCard(lines);
  } catch (error) {
    throw attempt.error('leg.card-invalid', {}, error);
  }
  if (!cardServes(card, task.serverName)) {
    throw attempt.error('leg.card-invalid', {}, new Error('card of another host'));
  }
  return card;
}

/** Asks policy whether this identity may be believed. */
function judge(task: SealTask, card: KeyCard): Pin {
  const { pin } = task.policy;
  const interceptor = task.tls?.interceptor;
  const verdict = task.policy.judgeIdentity(card.identity, {
    tlsUp: task.tls !== undefined,
    ...(interceptor && { interceptor }),
    // The links' signatures were verified when the card was read.
    successorOf: pin !== undefined && succeeds(card, pin.identity),
  });
  if (verdict.accept) return verdict.pin;
  const words = fingerprintWords(card.identity);
  // The key that was shown, so that a person can accept it by its words.
  const shown = { words, identity: encodeBase64(card.identity) };
  const params: ErrorParams =
    verdict.code === 'leg.key-changed' && pin
      ? { ...shown, pinnedWords: fingerprintWords(pin.identity) }
      : shown;
  throw attemptOf(task).error(verdict.code, { ...params, ...interceptorParams(interceptor) });
}

/** @returns the sealed stream, or undefined when the server does not know the key */
async function sealWith(task: SealTask, key: SealKey): Promise<SealedDuplex | undefined> {
  const { session, serverName } = task;
  const { channel } = session;
  const { suite, keyId } = key;
  const prologue = encodePrologue({
    service: channel.attempt.endpoint.service,
    suite,
    keyId,
    serverName,
    transcript: channel.transcript.digest(),
  });
  try {
    const initiator = startInitiator({ suite, keyId, sealPublicKey: key.publicKey, prologue });
    const reply = await session.seal({ suite, keyId, serverName, message1: initiator.message1 });
    if (reply === 'unknown-key') return undefined;
    const keys = initiator.finish(reply.message2);
    const early = channel.release();
    return channel.attempt.own(new SealedDuplex(channel.socket, keys, early));
  } catch (error) {
    // The handshake itself does not know which leg it belongs to.
    if (!(error instanceof LegError) || error.code !== 'leg.seal-failed') throw error;
    throw channel.attempt.error('leg.seal-failed', {}, error.cause ?? error);
  }
}

function openedLeg(task: SealTask, stream: SealedDuplex, pin: Pin, key: SealKey): OpenedLeg {
  const protection: LegProtection = {
    level: pin.vouchedBy === 'first-use' ? 'unconfirmed' : 'confirmed',
    ...(task.tls && { tls: task.tls }),
    seal: { suite: key.suite, keyId: key.keyId, identity: pin.identity },
    pin,
    openedAt: task.now,
  };
  return { stream, protection };
}
