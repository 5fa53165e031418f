/**
 * The server's keys on disk: one file, 0600 in a 0700 folder, replaced whole or not at all. Never
 * writes over a file that it cannot read: a lost identity is a scare for every client.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeBase64, encodeBase64 } from '../app/leg/key-card.ts';
import { identityPublicKey, type KeyPair, sealPublicKey } from '../app/leg/keys.ts';
import type { SealKey } from '../app/leg/types.ts';
import { ConfigError } from './config.ts';

export interface StoredSealKey extends SealKey {
  /** X25519, 32 octets. */
  readonly secretKey: Uint8Array;
}

export interface StoredKeys {
  readonly identity: KeyPair;
  /** Newest first. */
  readonly sealKeys: readonly StoredSealKey[];
}

const fileName = 'keys.json';
const maxFileOctets = 65_536;

const time = z.iso.datetime().transform((text) => new Date(text));
const secret = z.string().transform((text, context) => {
  try {
    return decodeBase64(text, 32);
  } catch {
    context.addIssue({ code: 'custom', message: 'not 32 octets in base64' });
    return z.NEVER;
  }
});

const fileSchema = z.strictObject({
  version: z.literal(1),
  identity: z.strictObject({ secretKey: secret }),
  sealKeys: z
    .array(
      z.strictObject({
        suite: z.string().regex(/^[a-z0-9-]{1,64}$/),
        keyId: z.string().regex(/^[a-z0-9-]{1,32}$/),
        secretKey: secret,
        validFrom: time,
        validUntil: time,
      }),
    )
    .max(64),
});

/**
 * @returns undefined when there are no keys yet
 * @throws ConfigError for a file or folder that is damaged, unreadable or open to others
 */
export async function readKeys(stateDir: string): Promise<StoredKeys | undefined> {
  const path = join(stateDir, fileName);
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw keyError(path, 'cannot be read', error);
  }
  try {
    const facts = await file.stat();
    if (!facts.isFile()) throw keyError(path, 'is not a plain file');
    if ((facts.mode & 0o077) !== 0) {
      throw keyError(path, 'can be read by others: chmod 600 it, or treat the keys as lost');
    }
    if (facts.size > maxFileOctets) throw keyError(path, 'is damaged (too large)');
    return parseKeys(path, await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

function parseKeys(path: string, text: string): StoredKeys {
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
  const { identity, sealKeys } = result.data;
  return {
    identity: {
      secretKey: identity.secretKey,
      publicKey: identityPublicKey(identity.secretKey),
    },
    sealKeys: sealKeys
      .map((key) => ({ ...key, publicKey: sealPublicKey(key.secretKey) }))
      .sort((a, b) => b.validUntil.getTime() - a.validUntil.getTime()),
  };
}

/**
 * Writes the first keys of this server.
 * @returns false when another process was quicker: its keys stand
 * @throws ConfigError when the folder cannot be used
 */
export async function createKeys(stateDir: string, keys: StoredKeys): Promise<boolean> {
  await preparePrivateFolder(stateDir);
  const temporary = await writeTemporary(stateDir, keys);
  try {
    // Unlike rename, link never takes the place of a file that is there.
    await link(temporary, join(stateDir, fileName));
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw keyError(stateDir, 'cannot be written', error);
  } finally {
    await unlink(temporary);
  }
  await syncFolder(stateDir);
  return true;
}

/** @throws ConfigError when the folder cannot be written */
export async function replaceKeys(stateDir: string, keys: StoredKeys): Promise<void> {
  const temporary = await writeTemporary(stateDir, keys);
  try {
    await rename(temporary, join(stateDir, fileName));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw keyError(stateDir, 'cannot be written', error);
  }
  await syncFolder(stateDir);
}

async function preparePrivateFolder(stateDir: string): Promise<void> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    const facts = await stat(stateDir);
    if (!facts.isDirectory()) throw keyError(stateDir, 'is not a folder');
    if ((facts.mode & 0o077) !== 0) throw keyError(stateDir, 'is open to others: chmod 700 it');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw keyError(stateDir, 'cannot be used', error);
  }
}

async function writeTemporary(stateDir: string, keys: StoredKeys): Promise<string> {
  const path = join(stateDir, `${fileName}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(encodeKeys(keys));
      await file.sync();
    } finally {
      await file.close();
    }
    return path;
  } catch (error) {
    throw keyError(stateDir, 'cannot be written', error);
  }
}

function encodeKeys(keys: StoredKeys): string {
  const content: z.input<typeof fileSchema> = {
    version: 1,
    identity: { secretKey: encodeBase64(keys.identity.secretKey) },
    sealKeys: keys.sealKeys.map((key) => ({
      suite: key.suite,
      keyId: key.keyId,
      secretKey: encodeBase64(key.secretKey),
      validFrom: key.validFrom.toISOString(),
      validUntil: key.validUntil.toISOString(),
    })),
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** The name in the folder must be as durable as the file itself. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function keyError(path: string, what: string, cause?: unknown): ConfigError {
  const code = hasCode(cause) ? ` (${cause.code})` : '';
  return new ConfigError(`keys: ${path} ${what}${code}`, { cause });
}

function hasCode(error: unknown, code?: string): error is Error & { readonly code: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    (code === undefined || error.code === code)
  );
}
