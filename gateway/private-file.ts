/**
 * Files with secrets: 0600 in a 0700 folder, replaced whole or not at all, on the disk before anyone
 * relies on them. Knows nothing of what is in them.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from './config.ts';

/**
 * @param maxOctets larger files are called damaged, unread
 * @returns its text; undefined when there is no such file
 * @throws ConfigError for one that is unreadable, a link, too large or open to others
 */
export async function readPrivate(path: string, maxOctets: number): Promise<string | undefined> {
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
    if (facts.size > maxOctets) throw keyError(path, 'is damaged (too large)');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/**
 * Makes a file whole; never writes over one that is there.
 * @returns false when one is there
 * @throws ConfigError when it cannot be written; nothing is left behind then
 */
export async function createPrivate(path: string, text: string): Promise<boolean> {
  const temporary = await writeTemporary(path, text);
  try {
    // Unlike rename, link never takes the place of a file that is there.
    await link(temporary, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw keyError(path, 'cannot be written', error);
  } finally {
    await unlink(temporary);
  }
  await syncFolder(dirname(path));
  return true;
}

/** @throws ConfigError when it cannot be written; the old one stands then */
export async function replacePrivate(path: string, text: string): Promise<void> {
  const temporary = await writeTemporary(path, text);
  try {
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw keyError(path, 'cannot be written', error);
  }
  await syncFolder(dirname(path));
}

/**
 * A second name for the file, for when another is about to take its place.
 * @throws ConfigError when the name is taken or the folder cannot be written
 */
export async function keepAside(path: string, asidePath: string): Promise<void> {
  try {
    await link(path, asidePath);
  } catch (error) {
    throw keyError(asidePath, 'cannot be written', error);
  }
  await syncFolder(dirname(path));
}

/** Makes the folder, or checks it. @throws ConfigError when others may enter it */
export async function preparePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const facts = await stat(path);
    if (!facts.isDirectory()) throw keyError(path, 'is not a folder');
    if ((facts.mode & 0o077) !== 0) throw keyError(path, 'is open to others: chmod 700 it');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw keyError(path, 'cannot be used', error);
  }
}

/** What a process that died while it wrote has left. Call it only where nobody else writes. */
export async function removeTemporaries(path: string): Promise<void> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  for (const name of await readdir(folder)) {
    const isOurs = name.startsWith(prefix) && /^[0-9a-f]{12}\.tmp$/.test(name.slice(prefix.length));
    if (isOurs) await unlink(join(folder, name)).catch(() => undefined);
  }
}

async function writeTemporary(target: string, text: string): Promise<string> {
  const path = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeNewFile(path, text, await ownerFor(dirname(target)));
    return path;
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw keyError(dirname(target), 'cannot be written', error);
  }
}

/** An administrator's root must not take the keys away from the gateway's own user. */
async function ownerFor(folder: string): Promise<{ uid: number; gid: number } | undefined> {
  return process.geteuid?.() === 0 ? stat(folder) : undefined;
}

/** @throws the system's error, with a part of the file possibly there */
export async function writeNewFile(
  path: string,
  text: string,
  owner?: { readonly uid: number; readonly gid: number },
): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    if (owner !== undefined) await file.chown(owner.uid, owner.gid);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The name in the folder must be as durable as the file itself. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export function keyError(path: string, what: string, cause?: unknown): ConfigError {
  const code = hasCode(cause) ? ` (${cause.code})` : '';
  return new ConfigError(`keys: ${path} ${what}${code}`, { cause });
}

export function hasCode(error: unknown, code?: string): error is Error & { readonly code: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    (code === undefined || error.code === code)
  );
}
