/**
 * The copy of a submitted message in Sent, made at most once: providers that keep one by
 * themselves are noticed by the Message-ID. Knows nothing of submission.
 */
import type { ImapFlow } from 'imapflow';
import type { MailboxRole } from '../contract/index.ts';
import { ImapError } from '../errors.ts';
import { messageIds } from '../mime/parse-message.ts';
import type { SentCopy } from '../ports.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { AccountSync } from './account-sync.ts';
import { appendFile } from './file-literal.ts';
import { ensureRoleMailbox, findRoleMailbox, type RoleRequest } from './role-mailbox.ts';

export interface SentMailboxOptions {
  readonly reader: MailStoreReader;
  /** @throws RequestError `account.not-found` */
  readonly account: (accountId: string) => AccountSync;
}

export class SentMailbox implements SentCopy {
  readonly #options: SentMailboxOptions;

  constructor(options: SentMailboxOptions) {
    this.#options = options;
  }

  async append(accountId: string, path: string, messageId: string): Promise<void> {
    const account = this.#options.account(accountId);
    const id = plainMessageId(messageId);
    const sent = await account.run(async (client) => {
      const mailbox = await ensureRoleMailbox(client, this.#request(account, accountId));
      if (await holds(client, mailbox.path, id)) return mailbox;
      await appendFile(client, mailbox.path, path, ['\\Seen']);
      return mailbox;
    }, 'background');
    await account.syncMailbox(sent.mailboxId);
  }

  findByMessageId(accountId: string, messageId: string): Promise<'found' | 'absent'> {
    const account = this.#options.account(accountId);
    const id = plainMessageId(messageId);
    return account.run(async (client) => {
      await findRoleMailbox(client, this.#request(account, accountId));
      const roles: readonly MailboxRole[] = ['sent', 'all', 'inbox'];
      for (const role of roles) {
        const mailbox = this.#options.reader.mailboxByRole(accountId, role);
        if (mailbox !== undefined && (await holds(client, mailbox.path, id))) return 'found';
      }
      return 'absent';
    });
  }

  #request(account: AccountSync, accountId: string): RoleRequest {
    return { account, reader: this.#options.reader, accountId, role: 'sent' };
  }
}

async function holds(client: ImapFlow, path: string, messageId: string): Promise<boolean> {
  const lock = await client.getMailboxLock(path);
  try {
    const found = await client.search({ header: { 'message-id': messageId } }, { uid: true });
    // A refused search proves nothing: without proof no second copy is made.
    if (!Array.isArray(found)) throw new ImapError('imap.failed', { command: 'UID SEARCH' });
    return found.length > 0;
  } finally {
    lock.release();
  }
}

/** The id without brackets, from a value that cannot carry anything else into a command. */
function plainMessageId(value: string): string {
  const [id] = messageIds(value.startsWith('<') ? value : `<${value}>`);
  if (id === undefined) throw new ImapError('imap.failed', { command: 'UID SEARCH' });
  return id.slice(1, -1);
}
