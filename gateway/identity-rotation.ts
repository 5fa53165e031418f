/**
 * Changing the identity so that clients follow: the next one is announced, then takes over with a
 * chain of links back. Pure: reads no clock and writes nothing. docs/protocol.md §4.
 */
import { signSuccessor } from '../app/leg/key-card.ts';
import { generateIdentity } from '../app/leg/keys.ts';
import { limits } from '../app/leg/limits.ts';
import { ConfigError } from './config.ts';
import type { StoredKeys } from './key-store.ts';

/** @throws ConfigError when one is announced already */
export function announceSuccessor(keys: StoredKeys, now: Date, switchAt: Date): StoredKeys {
  if (keys.next !== undefined) {
    throw new ConfigError(
      `keys: a successor is announced already, for ${keys.next.switchAt.toISOString()}: ` +
        'switch now with --now, or take it back with --cancel',
    );
  }
  return { ...keys, next: { identity: generateIdentity(), announcedAt: now, switchAt } };
}

/** @throws ConfigError when none is announced */
export function cancelSuccessor(keys: StoredKeys): StoredKeys {
  if (keys.next === undefined) throw new ConfigError('keys: no successor is announced');
  const { next: _taken, ...others } = keys;
  return others;
}

/**
 * The announced identity, or a fresh one, takes over. The old secret key is dropped: all that it still
 * had to say is in the link that it signs here.
 */
export function switchIdentity(keys: StoredKeys): StoredKeys {
  const { next, identity: old, predecessors, sealKeys } = keys;
  const identity = next?.identity ?? generateIdentity();
  const link = {
    identity: old.publicKey,
    signature: signSuccessor(old.secretKey, identity.publicKey),
  };
  return {
    identity,
    sealKeys,
    predecessors: [link, ...predecessors].slice(0, limits.cardPredecessors),
  };
}

export function isSwitchDue(keys: StoredKeys, now: Date): boolean {
  return keys.next !== undefined && keys.next.switchAt <= now;
}
