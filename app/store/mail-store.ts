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
import { mail004 } from './migrations/mail-004-threads.ts';
import { mail005 } from './migrations/mail-005-people.ts';
import { PeopleTable } from './people-table.ts';
import { PlacementWriter } from './placement-writer.ts';
import { SyncReader } from './sync-reader.ts';
import { ThreadIndex } from './thread-index.ts';
import { ViewReader } from './view-reader.ts';

const migrations = [mail001, mail002, mail003, mail004, mail005];

export interface MailStore {
  readonly reader: MailStoreReader;
  readonly writer: MailStoreWriter;
  /** What sync asks; reads only. */
  readonly sync: SyncReader;
  /** Lists over mailboxes, and conversations. */
  readonly views: ViewReader;
  /** Where messages are shown and kept, as the person's changes have it. */
  readonly placement: PlacementWriter;
  /** Whom the mail is from and to. */
  readonly people: PeopleTable;
  /** True when a damaged file was set aside. */
  readonly rebuilt: boolean;
  close(): void;
}

/** @throws StorageError as `openDatabase` does, except that damage leads to an empty store */
export function openMailStore(path: string): MailStore {
  const { db, rebuilt } = openCache(path, migrations);
  const threads = new ThreadIndex(db);
  return {
    reader: new MailStoreReader(db),
    writer: new MailStoreWriter(db, threads),
    sync: new SyncReader(db),
    views: new ViewReader(db),
    placement: new PlacementWriter(db, threads),
    people: new PeopleTable(db),
    rebuilt,
    close: () => db.close(),
  };
}
