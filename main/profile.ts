/**
 * The profile folder: where it is, that it is the person's alone, and that only one Letterlock
 * uses it. The lock is the operating system's own on an SQLite file: it ends with the process.
 */
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Disposable } from '../app/disposable.ts';
import { StorageError } from '../app/errors.ts';

export interface ProfilePlace {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
}

/** `--profile` first, then `LETTERLOCK_PROFILE`, then the platform's place. Always absolute. */
export function profileDir(chosen: string | undefined, place: ProfilePlace): string {
  const named = chosen ?? place.env.LETTERLOCK_PROFILE;
  if (named !== undefined && named !== '') return resolve(named);
  const home = place.home ?? homedir();
  if (place.platform === 'darwin')
    return join(home, 'Library', 'Application Support', 'Letterlock');
  if (place.platform === 'win32') {
    return join(place.env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Letterlock');
  }
  // A relative XDG_DATA_HOME is to be ignored (XDG Base Directory Specification 0.8).
  const data = place.env.XDG_DATA_HOME;
  const base = data !== undefined && isAbsolute(data) ? data : join(home, '.local', 'share');
  return join(base, 'letterlock');
}

/** Makes the folder when missing and takes everybody else's rights away. */
export function prepareProfile(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
}

/**
 * Takes all that Letterlock keeps off the disk; the folder itself stays, empty. For when nothing of
 * it is open any more. @throws Error when something cannot be removed
 */
export function eraseProfile(dir: string): void {
  const own = readdirSync(dir).filter((name) => ownNames.test(name));
  // Electron keeps hold of its folder: last, so that nothing else stays because of it.
  for (const name of own.sort((a, b) => Number(a === 'electron') - Number(b === 'electron'))) {
    rmSync(join(dir, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Should the folder ever be one that the person has other things in: those stay. */
const ownNames =
  /^(?:[a-z]+\.db.*|outbox|attachments|drag-out|browser|electron|log|secret\..+|profile\.id|focus-request)$/;

const focusFile = 'focus-request';

/** Holds a profile for this process. */
export class ProfileLock implements Disposable {
  readonly #db: DatabaseSync;
  readonly #dir: string;

  private constructor(db: DatabaseSync, dir: string) {
    this.#db = db;
    this.#dir = dir;
  }

  /** Undefined when another process holds the profile. @throws StorageError when it cannot be used */
  static acquire(dir: string): ProfileLock | undefined {
    const path = join(dir, 'lock.db');
    let db: DatabaseSync | undefined;
    try {
      // Created by us first, so that the file never exists with wider rights.
      closeSync(openSync(path, 'a', 0o600));
      db = new DatabaseSync(path, { timeout: 0 });
      db.exec('BEGIN EXCLUSIVE');
      return new ProfileLock(db, dir);
    } catch (error) {
      db?.close();
      if (isBusy(error)) return undefined;
      throw new StorageError('storage.failed', { path }, { cause: error });
    }
  }

  /** Calls back when another start asked for the window. */
  onFocusRequest(listener: () => void): Disposable {
    writeFileSync(join(this.#dir, focusFile), '', { mode: 0o600 });
    const watcher = watch(join(this.#dir, focusFile), () => listener());
    watcher.on('error', () => watcher.close());
    return { dispose: () => watcher.close() };
  }

  dispose(): void {
    this.#db.close();
  }
}

/** Asks the process that holds the profile to show its window. */
export function requestFocus(dir: string): void {
  writeFileSync(join(dir, focusFile), String(process.pid), { mode: 0o600 });
}

/** SQLITE_BUSY is 5 (sqlite.org/rescode.html). */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}
