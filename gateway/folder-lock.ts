/**
 * One writer at a time in a folder, whichever process it is. A lock whose holder died is broken after
 * it stood unchanged for a while by our own waiting: neither clocks nor process ids count, so that
 * clock jumps and containers do not matter.
 */
import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, keyError } from './private-file.ts';

export interface LockWaits {
  /** A holder needs milliseconds; one that stands for this long is dead. */
  readonly staleMs: number;
  readonly giveUpMs: number;
  readonly retryMs: number;
}

const lockName = 'keys.lock';
const defaultWaits: LockWaits = { staleMs: 10_000, giveUpMs: 30_000, retryMs: 20 };

/**
 * @throws ConfigError when others hold the lock for too long, or the folder cannot be written; or
 *   what `work` throws
 */
export async function withFolderLock<T>(
  folder: string,
  work: () => Promise<T>,
  waits: LockWaits = defaultWaits,
): Promise<T> {
  const path = join(folder, lockName);
  const token = randomBytes(16).toString('hex');
  await acquire(path, token, waits);
  try {
    return await work();
  } finally {
    // Whoever broke our lock has one of their own there.
    if ((await tokenOf(path)) === token) await unlink(path).catch(() => undefined);
  }
}

async function acquire(path: string, token: string, waits: LockWaits): Promise<void> {
  const startedAt = performance.now();
  let seen: { readonly token: string; readonly at: number } | undefined;
  while (!(await tryAcquire(path, token))) {
    const now = performance.now();
    const holder = await tokenOf(path);
    if (holder === undefined || seen?.token !== holder) {
      seen = holder === undefined ? undefined : { token: holder, at: now };
    } else if (now - seen.at >= waits.staleMs) {
      await breakLock(path, holder);
    }
    if (now - startedAt >= waits.giveUpMs) {
      throw keyError(path, 'is held by another process; try again');
    }
    await sleep(waits.retryMs);
  }
}

async function tryAcquire(path: string, token: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(token);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw keyError(path, 'cannot be written', error);
  }
}

/** Of several who find the same dead lock, one takes it away; a newer lock is put back. */
async function breakLock(path: string, holder: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await tokenOf(aside)) !== holder) await link(aside, path).catch(() => undefined);
  await unlink(aside).catch(() => undefined);
}

/** Undefined when there is no lock. Another user's lock cannot be read, and is known by nothing else. */
async function tokenOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    return hasCode(error, 'ENOENT') ? undefined : 'unreadable';
  }
}
