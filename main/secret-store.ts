/**
 * Encrypts what must not lie readable in a database: AES-256-GCM under one master key, which
 * rests in the system's keyring or, failing that, in a file. docs/hosts.md says what each is worth.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RequestError } from '../app/errors.ts';
import { describeError, type Logger } from '../app/log.ts';
import {
  dpapiProtector,
  fileKeySource,
  type KeySource,
  keychainKeySource,
  masterKeyLength,
  protectedKeySource,
  secretServiceKeySource,
} from './key-sources.ts';

export interface SecretStore {
  readonly storage: 'system' | 'file';
  sealSecret(secret: string): Promise<Uint8Array>;
  /** @throws RequestError `secret.unavailable` when it cannot be opened here and now */
  openSecret(sealed: Uint8Array): Promise<string>;
}

/*
 * A sealed secret: version (1 octet), source (1 octet), nonce (12), ciphertext, tag (16).
 * Version and source are authenticated with it.
 */
const version = 1;
const headerLength = 2;
const nonceLength = 12;
const tagLength = 16;

/**
 * Takes the first source that works; the others are still asked for secrets sealed under them.
 * @param sources best first; the last one is expected to work always
 * @throws RequestError `secret.unavailable` when none works
 */
export async function openSecretStore(
  sources: readonly KeySource[],
  logger: Logger,
): Promise<SecretStore> {
  for (const source of sources) {
    try {
      const key = await loadOrCreate(source);
      return secretStore(source, key, sources);
    } catch (error) {
      const problem = describeError(error);
      logger.log('warn', 'key-source-unusable', { source: source.id, problem });
    }
  }
  throw new RequestError('secret.unavailable');
}

async function loadOrCreate(source: KeySource): Promise<Uint8Array> {
  const present = await source.load();
  if (present !== undefined) return present;
  const key = randomBytes(masterKeyLength);
  await source.save(key);
  // What a keyring says it kept is believed once it gives it back.
  const kept = await source.load();
  if (kept === undefined || !key.equals(kept)) throw new Error('the key was not kept');
  return key;
}

function secretStore(
  source: KeySource,
  key: Uint8Array,
  sources: readonly KeySource[],
): SecretStore {
  const keys = new Map([[source.id, Promise.resolve<Uint8Array | undefined>(key)]]);
  const keyOf = (id: number): Promise<Uint8Array | undefined> => {
    const known = keys.get(id);
    if (known !== undefined) return known;
    const loading = sources.find((other) => other.id === id)?.load() ?? Promise.resolve(undefined);
    keys.set(id, loading);
    loading.catch(() => keys.delete(id));
    return loading;
  };
  return {
    storage: source.storage,
    sealSecret: async (secret) => seal(source.id, key, secret),
    openSecret: async (sealed) => {
      try {
        const own = await keyOf(sealed[1] ?? 0);
        if (own === undefined) throw new Error('the key is gone');
        return open(own, sealed);
      } catch (error) {
        throw new RequestError('secret.unavailable', {}, { cause: error });
      }
    },
  };
}

function seal(sourceId: number, key: Uint8Array, secret: string): Uint8Array {
  const header = Buffer.from([version, sourceId]);
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(header);
  const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([header, nonce, body, cipher.getAuthTag()]);
}

function open(key: Uint8Array, sealed: Uint8Array): string {
  const bytes = Buffer.from(sealed);
  const bodyStart = headerLength + nonceLength;
  const bodyEnd = bytes.length - tagLength;
  if (bytes[0] !== version || bodyEnd < bodyStart) throw new Error('not a sealed secret');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(headerLength, bodyStart), {
    authTagLength: tagLength,
  });
  decipher.setAAD(bytes.subarray(0, headerLength));
  decipher.setAuthTag(bytes.subarray(bodyEnd));
  const text = Buffer.concat([
    decipher.update(bytes.subarray(bodyStart, bodyEnd)),
    decipher.final(),
  ]);
  return text.toString('utf8');
}

/** The sources of a host that has no key service of its own, best first. */
export function systemKeySources(
  profileDir: string,
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): KeySource[] {
  const file = fileKeySource(profileDir);
  if (platform === 'darwin') return [keychainKeySource({ profileDir }), file];
  if (platform === 'win32') {
    const path = join(profileDir, 'secret.dpapi');
    return [protectedKeySource(4, path, dpapiProtector()), file];
  }
  return hasSessionBus(env) ? [secretServiceKeySource({ profileDir }), file] : [file];
}

/** Without a session bus there is no keyring to ask, and asking would start one. */
function hasSessionBus(env: Readonly<Record<string, string | undefined>>): boolean {
  if ((env.DBUS_SESSION_BUS_ADDRESS ?? '') !== '') return true;
  const runtimeDir = env.XDG_RUNTIME_DIR;
  return runtimeDir !== undefined && existsSync(join(runtimeDir, 'bus'));
}
