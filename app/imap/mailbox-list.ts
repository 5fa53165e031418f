/** The account's mailboxes as the server lists them, in the order a person expects. */
import type { ImapFlow, ListResponse } from 'imapflow';
import { limits } from '../contract/index.ts';
import { oneLine } from '../mime/plain-words.ts';
import type { ListedMailbox } from '../store/mail-types.ts';
import { imapLimits } from './limits.ts';
import { assignRoles, roleOrder } from './roles.ts';

/** @param withCounts also asks for totals and unseen counts (RFC 5819 when the server has it) */
export async function listMailboxes(
  client: ImapFlow,
  withCounts: boolean,
): Promise<ListedMailbox[]> {
  const options = withCounts ? { statusQuery: { messages: true, unseen: true } } : {};
  const found = (await client.list(options)).slice(0, imapLimits.mailboxes);
  const usable = found.filter((entry) => !entry.flags.has('\\NonExistent') || hasChildren(entry));
  const inbox = usable.some((entry) => entry.path.toUpperCase() === 'INBOX');
  const named = usable.map(toNamed);
  // Every account has an INBOX (RFC 9051 §5.1), listed or not.
  if (!inbox) named.unshift({ path: 'INBOX', name: 'INBOX', depth: 0, specialUse: '\\Inbox' });
  const roles = assignRoles(named);
  const offset = inbox ? 0 : 1;
  const listed = named.map((mailbox, index): ListedMailbox => {
    const entry = usable[index - offset];
    const status = entry?.status;
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
  return listed.sort(
    (a, b) => roleOrder(a.role) - roleOrder(b.role) || a.path.localeCompare(b.path),
  );
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
