/**
 * The keys in use: makes them at first start, adds a seal key before the newest runs out, drops those
 * long expired, and signs the card that XPUBKEY answers. docs/protocol.md §4.
 */
import { randomBytes } from 'node:crypto';
import { encodeKeyCard } from '../app/leg/key-card.ts';
import { generateIdentity, generateSealKeyPair } from '../app/leg/keys.ts';
import { limits } from '../app/leg/limits.ts';
import { suites } from '../app/leg/suites.ts';
import { ConfigError } from './config.ts';
import {
  createKeys,
  readKeys,
  replaceKeys,
  type StoredKeys,
  type StoredSealKey,
} from './key-store.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const validMs = 45 * dayMs;
/** A new seal key is made when the newest has less than this left. */
const renewMs = 15 * dayMs;
/** Clients' clocks may be behind: a new key is valid since yesterday. */
const backdateMs = dayMs;
/** Clients' clocks may be behind: an expired key still opens seals for a day, then it is erased. */
const graceMs = dayMs;

export class KeyRing {
  readonly #stateDir: string;
  readonly #names: readonly string[];
  readonly #now: () => Date;
  #keys: StoredKeys;
  #card: { readonly lines: readonly string[]; readonly until: number } | undefined;

  private constructor(
    stateDir: string,
    names: readonly string[],
    now: () => Date,
    keys: StoredKeys,
  ) {
    this.#stateDir = stateDir;
    this.#names = names;
    this.#now = now;
    this.#keys = keys;
  }

  /**
   * Reads the keys, and makes what is missing.
   * @throws ConfigError for damaged keys or a folder that cannot be used
   */
  static async open(
    stateDir: string,
    names: readonly string[],
    now: () => Date = () => new Date(),
  ): Promise<KeyRing> {
    let keys = await readKeys(stateDir);
    if (keys === undefined) {
      const fresh = { identity: generateIdentity(), sealKeys: createSealKeys(now()) };
      keys = (await createKeys(stateDir, fresh)) ? fresh : await readKeys(stateDir);
    }
    if (keys === undefined) throw new ConfigError(`keys: ${stateDir} changes under our hands`);
    const ring = new KeyRing(stateDir, names, now, keys);
    await ring.renew();
    return ring;
  }

  /** Ed25519 public key, 32 octets. */
  get identity(): Uint8Array {
    return this.#keys.identity.publicKey;
  }

  /** Newest first. */
  get sealKeys(): readonly StoredSealKey[] {
    return this.#keys.sealKeys;
  }

  /**
   * Adds a seal key where the newest of a suite has little time left, and erases expired ones.
   * @throws ConfigError when the keys cannot be written; those in use stay as they are
   */
  async renew(): Promise<void> {
    const now = this.#now().getTime();
    const kept = this.#keys.sealKeys.filter((key) => key.validUntil.getTime() + graceMs > now);
    const fresh = createSealKeys(this.#now()).filter(
      (key) =>
        !kept.some((own) => own.suite === key.suite && own.validUntil.getTime() >= now + renewMs),
    );
    if (fresh.length === 0 && kept.length === this.#keys.sealKeys.length) return;
    const keys = { identity: this.#keys.identity, sealKeys: [...fresh, ...kept] };
    await replaceKeys(this.#stateDir, keys);
    this.#keys = keys;
    this.#card = undefined;
  }

  /** The signed card, without line endings. */
  cardLines(): readonly string[] {
    const now = this.#now().getTime();
    if (this.#card !== undefined && now < this.#card.until) return this.#card.lines;
    const current = this.#keys.sealKeys
      .filter((key) => key.validUntil.getTime() > now)
      .slice(0, limits.cardSealKeys);
    const card = { identity: this.identity, names: this.#names, sealKeys: current };
    const lines = encodeKeyCard(card, this.#keys.identity.secretKey);
    const until = Math.min(...current.map((key) => key.validUntil.getTime()));
    this.#card = { lines, until };
    return lines;
  }

  /** The seal key that a client names; undefined when there is none (any more). */
  findSealKey(suite: string, keyId: string): StoredSealKey | undefined {
    const now = this.#now().getTime();
    return this.#keys.sealKeys.find(
      (key) =>
        key.suite === suite && key.keyId === keyId && key.validUntil.getTime() + graceMs > now,
    );
  }
}

/** One key per suite. Times are whole seconds, as on the card. */
function createSealKeys(now: Date): StoredSealKey[] {
  const nowMs = Math.floor(now.getTime() / 1000) * 1000;
  const day = now.toISOString().slice(0, 10);
  return suites.map((suite) => ({
    ...generateSealKeyPair(),
    suite,
    keyId: `${day}-${randomBytes(4).toString('hex')}`,
    validFrom: new Date(nowMs - backdateMs),
    validUntil: new Date(nowMs + validMs),
  }));
}
