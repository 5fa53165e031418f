/** Deletes messages for good, after the person said so a second time (RFC 9051 §6.4.3, RFC 4315). */
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import type { MailStoreWriter } from '../store/mail-writer.ts';
import type { PlacementWriter } from '../store/placement-writer.ts';
import { locate, locateThere, type RefGroup, toTarget } from './message-targets.ts';
import { markAndExpunge } from './move-remote.ts';
import { type NewTask, type Target, type TaskKind, target } from './task-kind.ts';

export interface ExpungeTaskOptions {
  readonly reader: MailStoreReader;
  readonly writer: MailStoreWriter;
  readonly placement: PlacementWriter;
  readonly changed: (mailbox: StoredMailbox) => void;
}

export function createExpungeTask(options: ExpungeTaskOptions): TaskKind<Target> {
  const { reader, writer, placement, changed } = options;
  return {
    kind: 'expunge',
    schema: target,
    count: ({ uids }) => uids.length,
    applyLocal(accountId, payload, resolve) {
      for (const { mailbox, uids } of locate(reader, accountId, payload, resolve)) {
        if (placement.show(mailbox.mailboxId, uids, 0).size > 0) changed(mailbox);
      }
    },
    async runRemote(run, payload) {
      const { account, note } = run;
      for (const { mailbox, uids } of await locateThere(reader, run, payload)) {
        const gone = await account.inMailbox(mailbox, (client) => {
          note('deleting');
          return markAndExpunge(client, uids);
        });
        if (gone) {
          account.noteGone(mailbox.mailboxId, uids);
          placement.remove(mailbox.mailboxId, uids);
        } else
          writer.setFlags(mailbox.mailboxId, new Map(uids.map((uid) => [uid, { deleted: true }])));
        changed(mailbox);
      }
    },
    async undo({ account, accountId, resolve }, payload) {
      for (const { mailbox, uids } of locate(reader, accountId, payload, resolve)) {
        placement.showBack(mailbox.mailboxId, uids);
        changed(mailbox);
        await account.syncMailbox(mailbox.mailboxId);
      }
    },
    showBack(accountId, payload, resolve) {
      for (const { mailbox, uids } of locate(reader, accountId, payload, resolve)) {
        placement.showBack(mailbox.mailboxId, uids);
        changed(mailbox);
      }
    },
    // What is gone for good cannot come back.
    reverse: () => [],
  };
}

export function toExpungeTasks(groups: readonly RefGroup[]): NewTask[] {
  return groups.map((group) => ({
    accountId: group.accountId,
    kind: 'expunge',
    payload: toTarget(group),
  }));
}
