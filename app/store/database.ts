/**
 * Opens one SQLite file of the profile and brings its schema up to date.
 * The file is the person's alone (0600). A schema newer than this program is refused untouched.
 */
import { chmodSync, closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StorageError } from '../errors.ts';

/** One step of a schema: applied once, in order, inside a transaction. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export interface DatabaseOptions {
  /**
   * `FULL` for what exists nowhere else (accounts, pins, drafts, outbox): a commit survives a
   * power cut. `NORMAL` for what the server can give again.
   */
  readonly synchronous: 'FULL' | 'NORMAL';
  /** Free pages can be given back in steps, and hold zeros instead of what was deleted. */
  readonly shrinks?: boolean;
}

/** SQLite result codes: SQLITE_CORRUPT and SQLITE_NOTADB. */
const damageCodes = new Set([11, 26]);
/** Below it a file is written anew at once when it cannot shrink yet. */
const smallPages = 2_000;

/**
 * Opens what the server can give again. A damaged file is set aside and an empty one opened.
 * @throws StorageError as `openDatabase` does, except for damage
 */
export function openCache(
  path: string,
  migrations: readonly Migration[],
): { readonly db: DatabaseSync; readonly rebuilt: boolean } {
  const options = { synchronous: 'NORMAL', shrinks: true } as const;
  try {
    return { db: openDatabase(path, migrations, options), rebuilt: false };
  } catch (error) {
    if (!isDamage(error)) throw error;
    setAside(path);
    return { db: openDatabase(path, migrations, options), rebuilt: true };
  }
}

/** True for what SQLite says of a damaged file, also as the cause of a StorageError. */
export function isDamage(error: unknown): boolean {
  const cause = error instanceof StorageError ? error.cause : error;
  if (!(cause instanceof Error)) return false;
  // The low byte of an extended code is the code.
  return (
    'errcode' in cause && typeof cause.errcode === 'number' && damageCodes.has(cause.errcode & 0xff)
  );
}

/** Moves a damaged file out of the way; a second one takes the place of the first. */
export function setAside(path: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  if (existsSync(path)) renameSync(path, `${path}.damaged`);
}

/**
 * @param path file path, or `:memory:` in tests
 * @throws StorageError `storage.newer-schema` when a newer program wrote the file,
 *   `storage.failed` when it cannot be opened or migrated
 */
export function openDatabase(
  path: string,
  migrations: readonly Migration[],
  options: DatabaseOptions,
): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    if (path !== ':memory:') {
      // Created by us first, so that the file never exists with wider rights.
      closeSync(openSync(path, 'a', 0o600));
      chmodSync(path, 0o600);
    }
    db = new DatabaseSync(path);
    if (options.shrinks === true) makeShrinkable(db);
    db.exec('PRAGMA journal_mode = WAL');
    db.exec(`PRAGMA synchronous = ${options.synchronous}`);
    db.exec('PRAGMA foreign_keys = ON');
    db.exec('PRAGMA busy_timeout = 5000');
    // A statement with triggers keeps an undo journal: in a temporary file it costs a system call each.
    db.exec('PRAGMA temp_store = MEMORY');
    // 8 MiB: the inner pages of a large mailbox's indexes stay at hand.
    db.exec('PRAGMA cache_size = -8192');
    // 16 MiB: a page that many batches change goes into the file once.
    db.exec('PRAGMA wal_autocheckpoint = 4000');
    migrate(db, path, migrations);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof StorageError) throw error;
    throw new StorageError('storage.failed', { path }, { cause: error });
  }
}

function makeShrinkable(db: DatabaseSync): void {
  db.exec('PRAGMA secure_delete = ON');
  const mode = Number(db.prepare('PRAGMA auto_vacuum').get()?.auto_vacuum ?? 0);
  if (mode === 2) return;
  db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  const pages = Number(db.prepare('PRAGMA page_count').get()?.page_count ?? 0);
  if (pages > 0 && pages < smallPages) db.exec('VACUUM');
}

function migrate(db: DatabaseSync, path: string, migrations: readonly Migration[]): void {
  const row = db.prepare('PRAGMA user_version').get();
  const version = Number(row?.user_version ?? 0);
  if (version > migrations.length) throw new StorageError('storage.newer-schema', { path });
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    transaction(db, () => {
      db.exec(migration.sql);
      db.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

/** Runs `work` in one immediate transaction; rolls back and rethrows when it throws. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
