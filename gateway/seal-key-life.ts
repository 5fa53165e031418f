/**
 * When seal keys are made, published, still taken, and erased. Pure but for the making: the clock is
 * an argument, and every rule looks only at the keys, so that restarts and clock jumps need no memory.
 * docs/gateway.md, keys.
 */
import { randomBytes } from 'node:crypto';
import { generateSealKeyPair } from '../app/leg/keys.ts';
import { limits } from '../app/leg/limits.ts';
import { isSuite, type Suite, suites } from '../app/leg/suites.ts';
import type { SealKey } from '../app/leg/types.ts';
import type { StoredSealKey } from './key-store.ts';
import type { Rotation } from './limits.ts';

const dayMs = 86_400_000;
/** Clients' clocks may be behind: a new key is valid since yesterday. */
const backdateMs = dayMs;
/** Clients' clocks may be behind: an ended key still opens seals for a day, then it is erased. */
const graceMs = dayMs;
const publishedPerSuite = Math.floor(limits.cardSealKeys / suites.length);

/** What goes on the card: the best suite first, then the newest key first. Never empty for a suite
 * that has keys: after a clock jump, keys that seem ended or not begun are better than none. */
export function publishedKeys(keys: readonly StoredSealKey[], now: Date): StoredSealKey[] {
  return suites.flatMap((suite) =>
    keys
      .filter(
        (key) => key.suite === suite && (isCurrent(key, now) || !hasSettled(keys, suite, now)),
      )
      .sort((a, b) => b.validFrom.getTime() - a.validFrom.getTime())
      .slice(0, publishedPerSuite),
  );
}

/** True while a seal with this key is taken. */
export function opensSeals(keys: readonly StoredSealKey[], key: StoredSealKey, now: Date): boolean {
  return isSuite(key.suite) && isKept(keys, key, now);
}

/** Something is to be made or erased. */
export function needsCare(keys: readonly StoredSealKey[], now: Date, rotation: Rotation): boolean {
  return (
    suites.some((suite) => needsNewKey(keys, suite, now, rotation)) ||
    keys.some((key) => !isKept(keys, key, now))
  );
}

/** Makes what is missing, ends what was replaced, erases what nobody needs. Newest first. */
export function careFor(
  keys: readonly StoredSealKey[],
  now: Date,
  rotation: Rotation,
): StoredSealKey[] {
  const kept = keys.filter((key) => isKept(keys, key, now));
  const fresh: StoredSealKey[] = [];
  for (const suite of suites) {
    if (!needsNewKey(kept, suite, now, rotation)) continue;
    fresh.push(makeKey(suite, now, rotation, [...kept, ...fresh]));
  }
  const replaced = new Set(fresh.map((key) => key.suite));
  const end = new Date(wholeSeconds(now) + rotation.overlapDays * dayMs);
  // A key that lasts longer than the overlap comes from a longer period that was configured before.
  const ending = kept.map((key) =>
    replaced.has(key.suite) && isCurrent(key, now) && key.validUntil > end
      ? { ...key, validUntil: end }
      : key,
  );
  return [...fresh, ...ending];
}

/** @returns the first keys of a server, one per suite */
export function firstSealKeys(now: Date, rotation: Rotation): StoredSealKey[] {
  return careFor([], now, rotation);
}

export type SealKeyState = 'in use' | 'overlap' | 'ended' | 'not yet';

/** In words for a person: the newest current key of its suite is the one in use. */
export function sealKeyState(keys: readonly SealKey[], key: SealKey, now: Date): SealKeyState {
  if (key.validFrom > now) return 'not yet';
  if (key.validUntil <= now) return 'ended';
  const newer = keys.some(
    (other) =>
      other.suite === key.suite && isCurrent(other, now) && other.validUntil > key.validUntil,
  );
  return newer ? 'overlap' : 'in use';
}

function isCurrent(key: SealKey, now: Date): boolean {
  return key.validFrom <= now && now < key.validUntil;
}

/** Some key of this suite is valid now and has been there for a day: nobody needs the others. */
function hasSettled(keys: readonly SealKey[], suite: string, now: Date): boolean {
  return keys.some(
    (key) => key.suite === suite && isCurrent(key, now) && madeAt(key) + graceMs <= now.getTime(),
  );
}

function isKept(keys: readonly SealKey[], key: SealKey, now: Date): boolean {
  if (isCurrent(key, now) || !hasSettled(keys, key.suite, now)) return true;
  // From a future that a wrong clock once showed, or ended a while ago.
  return key.validFrom <= now && now.getTime() < key.validUntil.getTime() + graceMs;
}

function needsNewKey(
  keys: readonly SealKey[],
  suite: Suite,
  now: Date,
  rotation: Rotation,
): boolean {
  const nowMs = now.getTime();
  return !keys.some(
    (key) =>
      key.suite === suite &&
      isCurrent(key, now) &&
      nowMs < madeAt(key) + rotation.sealKeyDays * dayMs &&
      key.validUntil.getTime() - nowMs >= rotation.overlapDays * dayMs,
  );
}

function makeKey(
  suite: Suite,
  now: Date,
  rotation: Rotation,
  others: readonly StoredSealKey[],
): StoredSealKey {
  const nowMs = wholeSeconds(now);
  const day = now.toISOString().slice(0, 10);
  let keyId: string;
  // Ids are told apart across suites too, so that a person can name a key by its id alone.
  do keyId = `${day}-${randomBytes(4).toString('hex')}`;
  while (others.some((key) => key.keyId === keyId));
  return {
    ...generateSealKeyPair(),
    suite,
    keyId,
    validFrom: new Date(nowMs - backdateMs),
    validUntil: new Date(nowMs + (rotation.sealKeyDays + rotation.overlapDays) * dayMs),
  };
}

function madeAt(key: SealKey): number {
  return key.validFrom.getTime() + backdateMs;
}

/** Times are whole seconds, as on the card. */
function wholeSeconds(now: Date): number {
  return Math.floor(now.getTime() / 1000) * 1000;
}
