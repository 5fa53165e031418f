/** Rows of the store as the window sees them. */
import type { MailboxDto, MessageRow } from '../contract/index.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
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

/**
 * @param mailbox where the server keeps the message: its ref names that place, wherever the
 *   person sees it
 */
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
    sizeBytes: message.sizeBytes,
    ...(message.keywords?.length ? { keywords: [...message.keywords] } : {}),
    ...(message.threadId > 0 ? { threadId: message.threadId } : {}),
  };
}

/** Rows of messages that the server keeps in different mailboxes. */
export function toMessageRows(
  reader: MailStoreReader,
  messages: readonly StoredMessage[],
): MessageRow[] {
  const mailboxes = new Map<number, StoredMailbox | undefined>();
  return messages.flatMap((message) => {
    const { mailboxId } = message;
    if (!mailboxes.has(mailboxId)) mailboxes.set(mailboxId, reader.mailbox(mailboxId));
    const mailbox = mailboxes.get(mailboxId);
    return mailbox === undefined ? [] : [toMessageRow(mailbox, message)];
  });
}
