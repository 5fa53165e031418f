/**
 * Opens mail.db, the rebuildable cache. A damaged file is set aside and built anew from the
 * server; nothing that exists only here is in it (accounts, drafts, outbox and tasks are elsewhere).
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { StorageError } from '../errors.ts';
import { openDatabase } from './database.ts';
import { MailStoreReader } from './mail-reader.ts';
import { MailStoreWriter } from './mail-writer.ts';
import { mail001 } from './migrations/mail-001-mailboxes.ts';
import { mail002 } from './migrations/mail-002-whole-mailboxes.ts';
import { mail004 } from './migrations/mail-004-threads.ts';
import { PlacementWriter } from './placement-writer.ts';
import { ThreadIndex } from './thread-index.ts';
import { ViewReader } from './view-reader.ts';

const migrations = [mail001, mail002, mail004];

/** SQLite result codes: SQLITE_CORRUPT and SQLITE_NOTADB. */
const damageCodes = new Set([11, 26]);

export interface MailStore {
  readonly reader: MailStoreReader;
  readonly writer: MailStoreWriter;
  /** Lists over mailboxes, and conversations. */
  readonly views: ViewReader;
  /** Where messages are shown and kept, as the person's changes have it. */
  readonly placement: PlacementWriter;
  /** True when a damaged file was set aside. */
  readonly rebuilt: boolean;
  close(): void;
}

/** @throws StorageError as `openDatabase` does, except that damage leads to an empty store */
export function openMailStore(path: string): MailStore {
  let rebuilt = false;
  let db: DatabaseSync;
  try {
    db = openDatabase(path, migrations, { synchronous: 'NORMAL' });
  } catch (error) {
    if (!isDamage(error)) throw error;
    setAside(path);
    rebuilt = true;
    db = openDatabase(path, migrations, { synchronous: 'NORMAL' });
  }
  const threads = new ThreadIndex(db);
  return {
    reader: new MailStoreReader(db),
    writer: new MailStoreWriter(db, threads),
    views: new ViewReader(db),
    placement: new PlacementWriter(db, threads),
    rebuilt,
    close: () => db.close(),
  };
}

function isDamage(error: unknown): boolean {
  if (!(error instanceof StorageError) || !(error.cause instanceof Error)) return false;
  const { cause } = error;
  return 'errcode' in cause && typeof cause.errcode === 'number' && damageCodes.has(cause.errcode);
}

function setAside(path: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  if (existsSync(path)) renameSync(path, `${path}.damaged`);
}
