/**
 * Opens mail.db, the rebuildable cache. A damaged file is set aside and built anew from the
 * server; nothing that exists only here is in it (accounts, drafts, outbox and tasks are elsewhere).
 */
import { openCache } from './database.ts';
import { MailStoreReader } from './mail-reader.ts';
import { MailStoreWriter } from './mail-writer.ts';
import { mail001 } from './migrations/mail-001-mailboxes.ts';
import { mail002 } from './migrations/mail-002-whole-mailboxes.ts';
import { mail003 } from './migrations/mail-003-content.ts';
import { SyncReader } from './sync-reader.ts';

const migrations = [mail001, mail002, mail003];

export interface MailStore {
  readonly reader: MailStoreReader;
  readonly writer: MailStoreWriter;
  /** What sync asks; reads only. */
  readonly sync: SyncReader;
  /** True when a damaged file was set aside. */
  readonly rebuilt: boolean;
  close(): void;
}

/** @throws StorageError as `openDatabase` does, except that damage leads to an empty store */
export function openMailStore(path: string): MailStore {
  const { db, rebuilt } = openCache(path, migrations);
  return {
    reader: new MailStoreReader(db),
    writer: new MailStoreWriter(db),
    sync: new SyncReader(db),
    rebuilt,
    close: () => db.close(),
  };
}
