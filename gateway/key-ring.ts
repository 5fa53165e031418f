/**
 * The keys in use: made at first start, cared for while the gateway runs, signed into the card that
 * XPUBKEY answers. Several processes may share one folder. docs/protocol.md §4.
 */
import { fingerprintWords } from '../app/leg/fingerprint.ts';
import { encodeKeyCard, type KeyCard, signSuccessor } from '../app/leg/key-card.ts';
import { generateIdentity } from '../app/leg/keys.ts';
import { type Logger, silentLogger } from '../app/log.ts';
import { ConfigError } from './config.ts';
import { isSwitchDue, switchIdentity } from './identity-rotation.ts';
import {
  createKeys,
  encodeKeys,
  keyPath,
  parseKeys,
  readKeys,
  readKeyText,
  type StoredKeys,
  type StoredSealKey,
  updateKeys,
} from './key-store.ts';
import { defaultRotation, type Rotation } from './limits.ts';
import { keyError } from './private-file.ts';
import { careFor, firstSealKeys, needsCare, opensSeals, publishedKeys } from './seal-key-life.ts';

export interface KeyRingOptions {
  readonly stateDir: string;
  /** On the card. */
  readonly names?: readonly string[];
  readonly rotation?: Rotation;
  readonly logger?: Logger;
  readonly now?: () => Date;
}

interface SignedCard {
  readonly keys: StoredKeys;
  /** Ids of the seal keys on it. */
  readonly published: string;
  readonly lines: readonly string[];
}

export class KeyRing {
  readonly #stateDir: string;
  readonly #names: readonly string[];
  readonly #rotation: Rotation;
  readonly #logger: Logger;
  readonly #now: () => Date;
  #keys: StoredKeys;
  #text: string;
  #card: SignedCard | undefined;

  private constructor(options: KeyRingOptions, keys: StoredKeys) {
    this.#stateDir = options.stateDir;
    this.#names = options.names ?? [];
    this.#rotation = options.rotation ?? defaultRotation;
    this.#logger = options.logger ?? silentLogger;
    this.#now = options.now ?? (() => new Date());
    this.#keys = keys;
    this.#text = encodeKeys(keys);
  }

  /**
   * Reads the keys, and makes what is missing.
   * @throws ConfigError for damaged keys or a folder that cannot be used
   */
  static async open(options: KeyRingOptions): Promise<KeyRing> {
    const { stateDir, rotation = defaultRotation } = options;
    let keys = await readKeys(stateDir);
    if (keys === undefined) {
      const now = options.now?.() ?? new Date();
      const fresh: StoredKeys = {
        identity: generateIdentity(),
        sealKeys: firstSealKeys(now, rotation),
        predecessors: [],
      };
      keys = (await createKeys(stateDir, fresh)) ? fresh : await readKeys(stateDir);
    }
    if (keys === undefined) throw new ConfigError(`keys: ${stateDir} changes under our hands`);
    const ring = new KeyRing(options, keys);
    await ring.refresh();
    // Keys of which no card comes must be told now, not to the first client.
    ring.cardLines();
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
   * Takes what another process wrote, then does what is due: new and ended seal keys, the switch to an
   * announced identity. A key is on the disk before it is on a card.
   * @throws ConfigError when the keys cannot be read or written; those in use stay as they are
   */
  async refresh(): Promise<void> {
    const text = await readKeyText(this.#stateDir);
    const path = keyPath(this.#stateDir);
    if (text === undefined) throw keyError(path, 'has gone; the gateway goes on with what it read');
    const stored = text === this.#text ? this.#keys : parseKeys(path, text);
    if (this.#isDue(stored)) {
      const keys = await updateKeys(this.#stateDir, (latest) => this.#advance(latest));
      this.#adopt(keys, encodeKeys(keys));
    } else if (stored !== this.#keys) {
      this.#adopt(stored, text);
    }
  }

  /** The signed card, without line endings. */
  cardLines(): readonly string[] {
    const card = this.#card;
    const published = idsOf(publishedKeys(this.#keys.sealKeys, this.#now()));
    if (card?.keys === this.#keys && card.published === published) return card.lines;
    this.#card = this.#sign(this.#keys);
    return this.#card.lines;
  }

  /** @throws ConfigError for keys that give no valid card, such as a broken chain */
  #sign(keys: StoredKeys): SignedCard {
    const { identity, next, predecessors } = keys;
    const sealKeys = publishedKeys(keys.sealKeys, this.#now());
    const successor = next && {
      identity: next.identity.publicKey,
      signature: signSuccessor(identity.secretKey, next.identity.publicKey),
    };
    const card: KeyCard = {
      identity: identity.publicKey,
      names: this.#names,
      sealKeys,
      ...(successor && { successor }),
      predecessors,
    };
    try {
      const lines = encodeKeyCard(card, identity.secretKey);
      return { keys, published: idsOf(sealKeys), lines };
    } catch (cause) {
      const path = keyPath(this.#stateDir);
      throw keyError(path, 'is damaged (no card comes of it): restore it from a backup', cause);
    }
  }

  /** The seal key that a client names; undefined when there is none (any more). */
  findSealKey(suite: string, keyId: string): StoredSealKey | undefined {
    const { sealKeys } = this.#keys;
    const now = this.#now();
    return sealKeys.find(
      (key) => key.suite === suite && key.keyId === keyId && opensSeals(sealKeys, key, now),
    );
  }

  #isDue(keys: StoredKeys): boolean {
    const now = this.#now();
    return needsCare(keys.sealKeys, now, this.#rotation) || isSwitchDue(keys, now);
  }

  #advance(stored: StoredKeys): StoredKeys {
    if (!this.#isDue(stored)) return stored;
    const now = this.#now();
    const keys = isSwitchDue(stored, now) ? switchIdentity(stored) : stored;
    return { ...keys, sealKeys: careFor(keys.sealKeys, now, this.#rotation) };
  }

  #adopt(keys: StoredKeys, text: string): void {
    const before = this.#keys;
    this.#card = this.#sign(keys);
    this.#keys = keys;
    this.#text = text;
    const known = new Set(before.sealKeys.map((key) => key.keyId));
    for (const { keyId, suite, validUntil } of keys.sealKeys) {
      if (known.has(keyId)) continue;
      this.#logger.log('info', 'seal-key', { suite, keyId, until: validUntil.toISOString() });
    }
    if (Buffer.compare(before.identity.publicKey, keys.identity.publicKey) !== 0) {
      this.#logger.log('warn', 'identity-changed', {
        fingerprint: fingerprintWords(keys.identity.publicKey),
        before: fingerprintWords(before.identity.publicKey),
      });
    }
  }
}

function idsOf(sealKeys: readonly StoredSealKey[]): string {
  return sealKeys.map((key) => key.keyId).join(' ');
}
