/** The account's mailboxes as the server lists them, in the order a person expects. */
import type { ImapFlow, ListResponse, StatusObject } from 'imapflow';
import { limits } from '../contract/index.ts';
import { oneLine } from '../mime/plain-words.ts';
import type { ListedMailbox } from '../store/mail-types.ts';
import { imapLimits } from './limits.ts';
import { assignRoles, roleOrder } from './roles.ts';

/** What a server says of a mailbox without opening it (RFC 9051 §6.3.11). */
export interface MailboxStatus {
  readonly messages?: number | undefined;
  readonly unseen?: number | undefined;
  readonly uidNext?: number | undefined;
  readonly uidValidity?: number | undefined;
  readonly highestModSeq?: bigint | undefined;
}

export interface MailboxListing {
  readonly listed: readonly ListedMailbox[];
  readonly statuses: ReadonlyMap<string, MailboxStatus>;
  /** Between the components of a path; undefined where the server has no hierarchy. */
  readonly delimiter: string | undefined;
}

const statusQuery = {
  messages: true,
  unseen: true,
  uidNext: true,
  uidValidity: true,
  highestModseq: true,
};

/** True when one command brings the counts of all mailboxes (RFC 5819). */
export function hasListStatus(client: ImapFlow): boolean {
  return client.capabilities.has('LIST-STATUS') || client.capabilities.has('IMAP4rev2');
}

/** @param withCounts also asks for what STATUS knows, mailbox by mailbox without LIST-STATUS */
export async function listMailboxes(
  client: ImapFlow,
  withCounts: boolean,
): Promise<MailboxListing> {
  const options = withCounts ? { statusQuery } : {};
  const found = (await client.list(options)).slice(0, imapLimits.mailboxes);
  const usable = found.filter((entry) => !entry.flags.has('\\NonExistent') || hasChildren(entry));
  const inbox = usable.some((entry) => entry.path.toUpperCase() === 'INBOX');
  const named = usable.map(toNamed);
  // Every account has an INBOX (RFC 9051 §5.1), listed or not.
  if (!inbox) named.unshift({ path: 'INBOX', name: 'INBOX', depth: 0, specialUse: '\\Inbox' });
  const roles = assignRoles(named);
  const offset = inbox ? 0 : 1;
  const statuses = new Map<string, MailboxStatus>();
  const listed = named.map((mailbox, index): ListedMailbox => {
    const entry = usable[index - offset];
    const status = entry?.status === undefined ? undefined : toStatus(entry.status);
    if (status !== undefined) statuses.set(mailbox.path, status);
    return {
      path: mailbox.path,
      name: mailbox.name,
      depth: mailbox.depth,
      role: roles[index] ?? 'none',
      selectable: entry === undefined || isSelectable(entry),
      ...(status?.messages === undefined ? {} : { total: status.messages }),
      ...(status?.unseen === undefined ? {} : { unseen: status.unseen }),
    };
  });
  const delimiter = usable.find((entry) => entry.delimiter !== '')?.delimiter;
  return {
    listed: listed.sort(
      (a, b) => roleOrder(a.role) - roleOrder(b.role) || a.path.localeCompare(b.path),
    ),
    statuses,
    delimiter,
  };
}

/** Undefined when the server refused. */
export async function mailboxStatus(
  client: ImapFlow,
  path: string,
): Promise<MailboxStatus | undefined> {
  const status = await client.status(path, statusQuery);
  return status ? toStatus(status) : undefined;
}

function toStatus(status: Partial<StatusObject>): MailboxStatus {
  return {
    messages: status.messages,
    unseen: status.unseen,
    uidNext: status.uidNext,
    uidValidity: status.uidValidity === undefined ? undefined : Number(status.uidValidity),
    highestModSeq: status.highestModseq,
  };
}

function toNamed(entry: ListResponse) {
  return {
    path: entry.path,
    name: oneLine(entry.name, limits.nameLength),
    depth: entry.parent.length,
    specialUse: entry.specialUse,
  };
}

function isSelectable(entry: ListResponse): boolean {
  return !entry.flags.has('\\Noselect') && !entry.flags.has('\\NonExistent');
}

function hasChildren(entry: ListResponse): boolean {
  return entry.flags.has('\\HasChildren');
}
