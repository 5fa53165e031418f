/** What the profile's databases take on the disk, and each account's share of kept messages. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { StorageStatusDto } from '../contract/index.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { StoredSize } from './content-store.ts';

const names = ['state', 'outbox', 'tasks', 'contacts', 'mail', 'content'] as const;

export function storageStatus(
  profileDir: string,
  accounts: readonly { readonly accountId: string }[],
  reader: MailStoreReader,
  sizes: readonly StoredSize[],
): StorageStatusDto {
  const byMailbox = new Map(sizes.map((size) => [size.mailboxId, size]));
  return {
    databases: names.map((name) => ({
      name,
      sizeBytes: ['', '-wal'].reduce(
        (sum, suffix) => sum + fileSize(join(profileDir, `${name}.db${suffix}`)),
        0,
      ),
    })),
    accounts: accounts.map(({ accountId }) => {
      const total = { accountId, messages: 0, storedBytes: 0, mailBytes: 0 };
      for (const { mailboxId } of reader.mailboxes(accountId)) {
        const size = byMailbox.get(mailboxId);
        total.messages += size?.messages ?? 0;
        total.storedBytes += size?.storedBytes ?? 0;
        total.mailBytes += size?.mailBytes ?? 0;
      }
      return total;
    }),
  };
}

/** 0 when there is none. */
function fileSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
