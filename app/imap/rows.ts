/** Rows of the store as the window sees them. */
import type { MailboxDto, MessageRow } from '../contract/index.ts';
import type { StoredMailbox, StoredMessage } from '../store/mail-types.ts';

export function toMailboxDto(mailbox: StoredMailbox): MailboxDto {
  return {
    mailboxId: mailbox.mailboxId,
    accountId: mailbox.accountId,
    name: mailbox.name,
    path: mailbox.path,
    depth: mailbox.depth,
    role: mailbox.role,
    selectable: mailbox.selectable,
    // Until all headers are here, the server's own counts are the true ones.
    total: mailbox.complete ? mailbox.total : mailbox.serverTotal,
    unseen: mailbox.complete ? mailbox.unseen : Math.max(mailbox.serverUnseen, mailbox.unseen),
  };
}

export function toMessageRow(mailbox: StoredMailbox, message: StoredMessage): MessageRow {
  return {
    ref: {
      accountId: mailbox.accountId,
      mailboxId: mailbox.mailboxId,
      uidValidity: mailbox.uidValidity,
      uid: message.uid,
    },
    ...(message.from === undefined ? {} : { from: message.from }),
    to: [...message.to],
    subject: message.subject,
    snippet: message.snippet,
    receivedAt: new Date(message.receivedAt).toISOString(),
    seen: message.seen,
    flagged: message.flagged,
    answered: message.answered,
    hasAttachment: message.hasAttachment,
  };
}
