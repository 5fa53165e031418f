/** Messages of a request as tasks name them, and where they are in the store. */
import type { MessageRef } from '../contract/index.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { StoredMailbox, StoredMessage } from '../store/mail-types.ts';
import type { MessageIdentity, Resolve, ResolvedTarget, Target, TaskRun } from './task-kind.ts';
import type { MessagePlace, NotedPlace } from './task-store.ts';

/** A message that the person wants changed. */
export interface NamedMessage extends MessageIdentity {
  readonly uid: number;
  /** Undefined when a move took it where no sync has seen it yet: its place is all that is known. */
  readonly stored: StoredMessage | undefined;
}

/** Messages of one mailbox. */
export interface RefGroup {
  readonly accountId: string;
  readonly path: string;
  readonly uidValidity: number;
  readonly messages: NamedMessage[];
}

/** Where a move is known to have taken a message. */
export type Follow = (accountId: string, place: MessagePlace) => NotedPlace | undefined;

/**
 * Messages by where they are. A move that is done gives a message another uid, and whoever asks may
 * know only the old one: what is asked for is meant for the message, wherever it is. One that was
 * moved needs no row: it is in the store when a sync has been there. In the order of the mailboxes'
 * first message; without what is known neither here nor there.
 */
export function groupRefs(
  refs: readonly MessageRef[],
  reader: MailStoreReader,
  follow: Follow,
): RefGroup[] {
  const groups = new Map<string, { group: RefGroup; uids: Set<number> }>();
  const byId = remembered((mailboxId: number) => reader.mailbox(mailboxId));
  for (const { accountId, mailboxId, uidValidity, uid } of refs) {
    const mailbox = byId(mailboxId);
    if (mailbox?.accountId !== accountId) continue;
    const named = { path: mailbox.path, uidValidity, uid };
    const noted = follow(accountId, named);
    const place = noted ?? named;
    const there = noted === undefined ? mailbox : reader.mailboxByPath(accountId, noted.path);
    const known = there?.uidValidity === place.uidValidity;
    const stored = known ? reader.message(there.mailboxId, place.uid) : undefined;
    const identity = stored ?? noted?.identity;
    if (identity === undefined) continue;
    const key = JSON.stringify([accountId, place.path, place.uidValidity]);
    const found = groups.get(key) ?? {
      group: { accountId, path: place.path, uidValidity: place.uidValidity, messages: [] },
      uids: new Set<number>(),
    };
    groups.set(key, found);
    if (found.uids.has(place.uid)) continue;
    found.uids.add(place.uid);
    const { messageId, receivedAt, sizeBytes } = identity;
    found.group.messages.push({ uid: place.uid, messageId, receivedAt, sizeBytes, stored });
  }
  return [...groups.values()].map(({ group }) => group);
}

function remembered<K, V>(find: (key: K) => V): (key: K) => V {
  const known = new Map<K, { value: V }>();
  return (key) => {
    const entry = known.get(key) ?? { value: find(key) };
    known.set(key, entry);
    return entry.value;
  };
}

export function toTarget({ path, uidValidity, messages }: Omit<RefGroup, 'accountId'>): Target {
  return { path, uidValidity, uids: messages.map(({ uid }) => uid) };
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
 * As `locate`, for the server's sake: a mailbox that the store does not know or has not opened, as
 * after mail.db was made anew, is looked at first. Its uids may well mean what they meant.
 */
export async function locateThere(
  reader: MailStoreReader,
  { account, accountId, resolve }: Pick<TaskRun, 'account' | 'accountId' | 'resolve'>,
  target: Target,
): Promise<LocatedTarget[]> {
  const groups = resolve(target);
  if (groups.some(({ path }) => reader.mailboxByPath(accountId, path) === undefined)) {
    await account.run((client) => account.refreshMailboxes(client, false));
  }
  for (const { path } of groups) {
    const mailbox = reader.mailboxByPath(accountId, path);
    if (mailbox?.uidValidity === 0) await account.syncMailbox(mailbox.mailboxId);
  }
  return locate(reader, accountId, target, resolve);
}

/** Uids in `among`, as the task knew them, where they are now. */
export function stillNamed(group: ResolvedTarget, among: ReadonlySet<number>): number[] {
  return [...group.origin].filter(([, origin]) => among.has(origin)).map(([uid]) => uid);
}
