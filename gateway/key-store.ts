/**
 * The server's keys on disk: one file, changed by one process at a time. Never writes over a file that
 * it cannot read: a lost identity is a scare for every client.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { decodeBase64, encodeBase64, type IdentityLink } from '../app/leg/key-card.ts';
import { identityPublicKey, type KeyPair, sealPublicKey } from '../app/leg/keys.ts';
import { limits } from '../app/leg/limits.ts';
import type { SealKey } from '../app/leg/types.ts';
import { ConfigError } from './config.ts';
import { withFolderLock } from './folder-lock.ts';
import {
  createPrivate,
  keepAside,
  keyError,
  preparePrivateFolder,
  readPrivate,
  removeTemporaries,
  replacePrivate,
} from './private-file.ts';

export interface StoredSealKey extends SealKey {
  /** X25519, 32 octets. */
  readonly secretKey: Uint8Array;
}

export interface StoredKeys {
  readonly identity: KeyPair;
  /** Newest first. */
  readonly sealKeys: readonly StoredSealKey[];
  /** The identity that takes over at `switchAt`, announced as `successor`. */
  readonly next?: {
    readonly identity: KeyPair;
    readonly announcedAt: Date;
    readonly switchAt: Date;
  };
  /** The identities before this one, newest first, each signing the one after it. */
  readonly predecessors: readonly IdentityLink[];
}

const fileName = 'keys.json';
export const maxKeyFileOctets = 65_536;

const time = z.iso.datetime().transform((text) => new Date(text));
const octets = (length: number) =>
  z.string().transform((text, context) => {
    try {
      return decodeBase64(text, length);
    } catch {
      context.addIssue({ code: 'custom', message: `not ${length} octets in base64` });
      return z.NEVER;
    }
  });

const fileSchema = z.strictObject({
  version: z.literal(1),
  identity: z.strictObject({ secretKey: octets(32) }),
  sealKeys: z
    .array(
      z.strictObject({
        suite: z.string().regex(/^[a-z0-9-]{1,64}$/),
        keyId: z.string().regex(/^[a-z0-9-]{1,32}$/),
        secretKey: octets(32),
        validFrom: time,
        validUntil: time,
      }),
    )
    .max(64),
  next: z.strictObject({ secretKey: octets(32), announcedAt: time, switchAt: time }).optional(),
  predecessors: z
    .array(z.strictObject({ identity: octets(32), signature: octets(64) }))
    .max(limits.cardPredecessors)
    .optional(),
});

/**
 * @returns undefined when there are no keys yet
 * @throws ConfigError for a file that is damaged, unreadable or open to others
 */
export async function readKeys(stateDir: string): Promise<StoredKeys | undefined> {
  const text = await readKeyText(stateDir);
  return text === undefined ? undefined : parseKeys(keyPath(stateDir), text);
}

/** The file as it is, to see whether it changed. As readKeys, without reading its meaning. */
export function readKeyText(stateDir: string): Promise<string | undefined> {
  return readPrivate(keyPath(stateDir), maxKeyFileOctets);
}

/**
 * @param path where the text is from, for the error
 * @throws ConfigError when it is damaged
 */
export function parseKeys(path: string, text: string): StoredKeys {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw keyError(path, 'is damaged (not JSON): restore it from a backup');
  }
  const result = fileSchema.safeParse(content);
  if (!result.success) {
    const place = result.error.issues[0]?.path.join('.') || 'its top';
    throw keyError(path, `is damaged (at ${place}): restore it from a backup`);
  }
  const { identity, sealKeys, next, predecessors } = result.data;
  return {
    identity: identityPair(identity.secretKey),
    sealKeys: sealKeys
      .map((key) => ({ ...key, publicKey: sealPublicKey(key.secretKey) }))
      .sort((a, b) => b.validUntil.getTime() - a.validUntil.getTime()),
    ...(next && {
      next: {
        identity: identityPair(next.secretKey),
        announcedAt: next.announcedAt,
        switchAt: next.switchAt,
      },
    }),
    predecessors: predecessors ?? [],
  };
}

/** The text that parseKeys reads. Holds the secret keys. */
export function encodeKeys(keys: StoredKeys): string {
  const { identity, sealKeys, next, predecessors } = keys;
  const content: z.input<typeof fileSchema> = {
    version: 1,
    identity: { secretKey: encodeBase64(identity.secretKey) },
    sealKeys: sealKeys.map((key) => ({
      suite: key.suite,
      keyId: key.keyId,
      secretKey: encodeBase64(key.secretKey),
      validFrom: key.validFrom.toISOString(),
      validUntil: key.validUntil.toISOString(),
    })),
    ...(next && {
      next: {
        secretKey: encodeBase64(next.identity.secretKey),
        announcedAt: next.announcedAt.toISOString(),
        switchAt: next.switchAt.toISOString(),
      },
    }),
    ...(predecessors.length > 0 && {
      predecessors: predecessors.map((link) => ({
        identity: encodeBase64(link.identity),
        signature: encodeBase64(link.signature),
      })),
    }),
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/**
 * Writes the first keys of this server.
 * @returns false when there are keys already: they stand
 * @throws ConfigError when the folder cannot be used
 */
export async function createKeys(stateDir: string, keys: StoredKeys): Promise<boolean> {
  await preparePrivateFolder(stateDir);
  return withFolderLock(stateDir, () => createPrivate(keyPath(stateDir), encodeKeys(keys)));
}

/**
 * Changes the keys as they are on disk now, whoever wrote them last.
 * @param change gives the same object when there is nothing to do
 * @returns what is on disk afterwards
 * @throws ConfigError when there are none, or they cannot be read or written; nothing changes then
 */
export async function updateKeys(
  stateDir: string,
  change: (keys: StoredKeys) => StoredKeys,
): Promise<StoredKeys> {
  const before = await readKeys(stateDir);
  if (before === undefined) throw noKeys(stateDir);
  return withFolderLock(stateDir, async () => {
    const path = keyPath(stateDir);
    await removeTemporaries(path);
    const keys = await readKeys(stateDir);
    if (keys === undefined) throw noKeys(stateDir);
    const changed = change(keys);
    if (changed !== keys) await replacePrivate(path, encodeKeys(changed));
    return changed;
  });
}

/**
 * Puts other keys in the place of those that are there, even of damaged ones.
 * @returns the path under which the old file is kept; undefined when there was none
 * @throws ConfigError when there are keys and `replace` is false, or nothing can be written
 */
export async function restoreKeys(
  stateDir: string,
  keys: StoredKeys,
  options: { readonly replace: boolean; readonly now: Date },
): Promise<string | undefined> {
  if (await createKeys(stateDir, keys)) return undefined;
  const path = keyPath(stateDir);
  if (!options.replace) {
    throw keyError(path, 'is there already: --replace puts it aside and takes the backup');
  }
  return withFolderLock(stateDir, async () => {
    const aside = `${path}.replaced-${options.now.toISOString().replace(/[:.]/g, '-')}`;
    await keepAside(path, aside);
    await replacePrivate(path, encodeKeys(keys));
    return aside;
  });
}

export function noKeys(stateDir: string): ConfigError {
  return new ConfigError(`keys: none in ${stateDir} yet; they are made at first start`);
}

export function keyPath(stateDir: string): string {
  return join(stateDir, fileName);
}

function identityPair(secretKey: Uint8Array): KeyPair {
  return { secretKey, publicKey: identityPublicKey(secretKey) };
}
