/** Messages of a request as tasks name them, and where they are in the store. */
import type { MessageRef } from '../contract/index.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { StoredMailbox, StoredMessage } from '../store/mail-types.ts';
import type { Resolve, ResolvedTarget, Target, TaskRun } from './task-kind.ts';

/** Messages of one mailbox. */
export interface RefGroup {
  readonly mailbox: StoredMailbox;
  readonly messages: StoredMessage[];
}

/** Only messages that the store knows under their ref; in the order of the mailboxes' first ref. */
export function groupRefs(refs: readonly MessageRef[], reader: MailStoreReader): RefGroup[] {
  const found = new Map<number, RefGroup>();
  for (const ref of refs) {
    const mailbox = found.get(ref.mailboxId)?.mailbox ?? reader.mailbox(ref.mailboxId);
    if (mailbox?.accountId !== ref.accountId || mailbox.uidValidity !== ref.uidValidity) continue;
    const message = reader.message(ref.mailboxId, ref.uid);
    if (message === undefined) continue;
    const group = found.get(ref.mailboxId) ?? { mailbox, messages: [] };
    if (!group.messages.some(({ uid }) => uid === ref.uid)) group.messages.push(message);
    found.set(ref.mailboxId, group);
  }
  return [...found.values()];
}

export function toTarget({ mailbox, messages }: RefGroup): Target {
  const uids = messages.map(({ uid }) => uid);
  return { path: mailbox.path, uidValidity: mailbox.uidValidity, uids };
}

export interface LocatedTarget extends ResolvedTarget {
  readonly mailbox: StoredMailbox;
}

/** Leaves out what has no object any more: the uids no longer mean what they meant. */
export function locate(
  reader: MailStoreReader,
  accountId: string,
  target: Target,
  resolve: Resolve,
): LocatedTarget[] {
  return resolve(target).flatMap((group) => {
    const mailbox = reader.mailboxByPath(accountId, group.path);
    return mailbox?.uidValidity === group.uidValidity ? [{ ...group, mailbox }] : [];
  });
}

/**
 * As `locate`, for the server's sake: a mailbox that the store has not opened, as after mail.db was
 * made anew, is opened first. Its uids may well mean what they meant.
 */
export async function locateThere(
  reader: MailStoreReader,
  { account, accountId, resolve }: Pick<TaskRun, 'account' | 'accountId' | 'resolve'>,
  target: Target,
): Promise<LocatedTarget[]> {
  for (const { path } of resolve(target)) {
    const mailbox = reader.mailboxByPath(accountId, path);
    if (mailbox?.uidValidity === 0) await account.syncMailbox(mailbox.mailboxId);
  }
  return locate(reader, accountId, target, resolve);
}

/** Uids in `among`, as the task knew them, where they are now. */
export function stillNamed(group: ResolvedTarget, among: ReadonlySet<number>): number[] {
  return [...group.origin].filter(([, origin]) => among.has(origin)).map(([uid]) => uid);
}
