/** Flags that the person changed and the server has not confirmed: they win over a sync. */
import type { PendingChanges } from '../imap/mailbox-sync.ts';
import type { MessageFlags, StoredMailbox } from '../store/mail-types.ts';
import { changeOf, type FlagsPayload } from './flags-task.ts';
import type { TaskKind } from './task-kind.ts';
import type { StoredTask } from './task-store.ts';

export class PendingFlags implements PendingChanges {
  readonly #byAccount = new Map<string, Map<string, Partial<MessageFlags>>>();

  flags(mailbox: StoredMailbox, uid: number): Partial<MessageFlags> | undefined {
    return this.#byAccount
      .get(mailbox.accountId)
      ?.get(keyOf(mailbox.path, mailbox.uidValidity, uid));
  }

  /** Replaces what is known of the account; later tasks win over earlier ones. */
  replace(
    accountId: string,
    tasks: readonly StoredTask[],
    kind: Pick<TaskKind<FlagsPayload>, 'kind' | 'schema'>,
  ): void {
    const flags = new Map<string, Partial<MessageFlags>>();
    for (const task of tasks) {
      const parsed = task.kind === kind.kind ? kind.schema.safeParse(task.payload) : undefined;
      if (parsed?.success !== true) continue;
      const { path, uidValidity, uids } = parsed.data;
      for (const uid of uids) {
        const key = keyOf(path, uidValidity, uid);
        flags.set(key, { ...flags.get(key), ...changeOf(parsed.data) });
      }
    }
    this.#byAccount.set(accountId, flags);
  }
}

function keyOf(path: string, uidValidity: number, uid: number): string {
  return `${uidValidity} ${uid} ${path}`;
}
