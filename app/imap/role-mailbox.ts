/** The mailbox of an account for messages of ours: copies must have a place to go. */
import type { ImapFlow } from 'imapflow';
import { ImapError } from '../errors.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import type { AccountSync } from './account-sync.ts';

const names = { sent: 'Sent', drafts: 'Drafts' } as const;

export interface RoleRequest {
  readonly account: Pick<AccountSync, 'refreshMailboxes'>;
  readonly reader: MailStoreReader;
  readonly accountId: string;
  readonly role: keyof typeof names;
}

/** Undefined when the account has none. INBOX alone may be known: it comes before the list. */
export async function findRoleMailbox(
  client: ImapFlow,
  { account, reader, accountId, role }: RoleRequest,
): Promise<StoredMailbox | undefined> {
  const known = reader.mailboxByRole(accountId, role);
  if (known !== undefined) return known;
  await account.refreshMailboxes(client, false);
  return reader.mailboxByRole(accountId, role);
}

/**
 * Makes the mailbox when the account has none.
 * @throws ImapError when there is none afterwards
 */
export async function ensureRoleMailbox(
  client: ImapFlow,
  request: RoleRequest,
): Promise<StoredMailbox> {
  const known = await findRoleMailbox(client, request);
  if (known !== undefined) return known;
  await client.mailboxCreate([names[request.role]]);
  await request.account.refreshMailboxes(client, false);
  const made = request.reader.mailboxByRole(request.accountId, request.role);
  if (made === undefined) throw new ImapError('imap.mailbox-gone');
  return made;
}
