/**
 * Reads mail.db. Cannot write: sync and tasks hold the writer (mail-writer.ts).
 * Every query walks an index; statements are prepared once.
 */
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { address, type MailboxRole, mailboxRole } from '../contract/index.ts';
import {
  integerColumn,
  optionalInteger,
  optionalText,
  type SqlRow,
  textColumn,
} from './columns.ts';
import type {
  ContentKey,
  ContentState,
  MessageFlags,
  StoredMailbox,
  StoredMessage,
} from './mail-types.ts';
import { statementsOf } from './statements.ts';

const addressList = z.array(address).catch([]);

/** In the order of the column's numbers. */
const contentStates: readonly ContentState[] = ['none', 'kept', 'unavailable'];

export class MailStoreReader {
  readonly #prepare: ReturnType<typeof statementsOf>;

  constructor(db: DatabaseSync) {
    this.#prepare = statementsOf(db);
  }

  /** In the order in which the person should see them. */
  mailboxes(accountId: string): StoredMailbox[] {
    return this.#prepare('SELECT * FROM mailbox WHERE accountId = ? ORDER BY position, path')
      .all(accountId)
      .map(toMailbox);
  }

  mailbox(mailboxId: number): StoredMailbox | undefined {
    const row = this.#prepare('SELECT * FROM mailbox WHERE mailboxId = ?').get(mailboxId);
    return row && toMailbox(row);
  }

  mailboxByPath(accountId: string, path: string): StoredMailbox | undefined {
    const row = this.#prepare('SELECT * FROM mailbox WHERE accountId = ? AND path = ?').get(
      accountId,
      path,
    );
    return row && toMailbox(row);
  }

  mailboxByRole(accountId: string, role: MailboxRole): StoredMailbox | undefined {
    return this.mailboxes(accountId).find((mailbox) => mailbox.role === role);
  }

  /** What is shown in a mailbox, newest first: by arrival. */
  window(mailboxId: number, offset: number, limit: number): StoredMessage[] {
    return this.#prepare(
      'SELECT * FROM message WHERE shownIn = ? ORDER BY rowId DESC LIMIT ? OFFSET ?',
    )
      .all(mailboxId, limit, offset)
      .map(toMessage);
  }

  message(mailboxId: number, uid: number): StoredMessage | undefined {
    const row = this.#prepare('SELECT * FROM message WHERE mailboxId = ? AND uid = ?').get(
      mailboxId,
      uid,
    );
    return row && toMessage(row);
  }

  /** All uids of a mailbox, rising. */
  uids(mailboxId: number): number[] {
    return this.#prepare('SELECT uid FROM message WHERE mailboxId = ? ORDER BY uid')
      .all(mailboxId)
      .map((row) => integerColumn(row, 'uid'));
  }

  /** Uids among the newest `limit` messages, at most `maxSizeBytes` each, whose content is not here. */
  newestWithoutContent(mailboxId: number, limit: number, maxSizeBytes: number): number[] {
    return this.#prepare(
      `SELECT uid FROM
         (SELECT uid, content, sizeBytes FROM message WHERE shownIn = ?1 AND mailboxId = ?1
          ORDER BY rowId DESC LIMIT ?)
       WHERE sizeBytes <= ? AND content = 0`,
    )
      .all(mailboxId, limit, maxSizeBytes)
      .map((row) => integerColumn(row, 'uid'));
  }

  /** A message by the key of its content; undefined when that row is another message by now. */
  messageByKey({ rowId, token }: ContentKey): StoredMessage | undefined {
    const row = this.#prepare('SELECT * FROM message WHERE rowId = ? AND token = ?').get(
      rowId,
      token,
    );
    return row && toMessage(row);
  }

  /** Content of messages that are gone, to be removed from content.db: the oldest `limit`. */
  contentGone(limit: number): { goneId: number; key: ContentKey }[] {
    return this.#prepare('SELECT * FROM content_gone ORDER BY goneId LIMIT ?')
      .all(limit)
      .map((row) => ({
        goneId: integerColumn(row, 'goneId'),
        key: { rowId: integerColumn(row, 'messageRowId'), token: integerColumn(row, 'token') },
      }));
  }
}

function toMailbox(row: SqlRow): StoredMailbox {
  return {
    mailboxId: integerColumn(row, 'mailboxId'),
    accountId: textColumn(row, 'accountId'),
    path: textColumn(row, 'path'),
    name: textColumn(row, 'name'),
    depth: integerColumn(row, 'depth'),
    role: mailboxRole.catch('none').parse(row.role),
    selectable: integerColumn(row, 'selectable') === 1,
    uidValidity: integerColumn(row, 'uidValidity'),
    uidNext: integerColumn(row, 'uidNext'),
    highestModSeq: BigInt(textColumn(row, 'highestModSeq')),
    complete: integerColumn(row, 'complete') === 1,
    serverTotal: integerColumn(row, 'serverTotal'),
    serverUnseen: integerColumn(row, 'serverUnseen'),
    stored: integerColumn(row, 'stored'),
    total: integerColumn(row, 'total'),
    unseen: integerColumn(row, 'unseen'),
  };
}

function toFlags(row: SqlRow): MessageFlags & { deleted: boolean } {
  return {
    seen: integerColumn(row, 'seen') === 1,
    flagged: integerColumn(row, 'flagged') === 1,
    answered: integerColumn(row, 'answered') === 1,
    deleted: integerColumn(row, 'deleted') === 1,
  };
}

/** A row of `message`. */
export function toMessage(row: SqlRow): StoredMessage {
  const sentAt = optionalInteger(row, 'sentAt');
  const fromAddress = optionalText(row, 'fromAddress');
  const messageId = optionalText(row, 'messageId');
  const inReplyTo = optionalText(row, 'inReplyTo');
  const emailId = optionalText(row, 'emailId');
  return {
    rowId: integerColumn(row, 'rowId'),
    mailboxId: integerColumn(row, 'mailboxId'),
    shownIn: integerColumn(row, 'shownIn'),
    threadId: integerColumn(row, 'threadId'),
    token: integerColumn(row, 'token'),
    content: contentStates[integerColumn(row, 'content')] ?? 'none',
    uid: integerColumn(row, 'uid'),
    receivedAt: integerColumn(row, 'receivedAt'),
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(fromAddress === undefined
      ? {}
      : { from: { name: optionalText(row, 'fromName') ?? '', address: fromAddress } }),
    to: addressList.parse(parseJson(textColumn(row, 'toList'))),
    subject: textColumn(row, 'subject'),
    ...(messageId === undefined ? {} : { messageId }),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(emailId === undefined ? {} : { emailId }),
    references: words(optionalText(row, 'referenceIds')),
    keywords: words(textColumn(row, 'keywords')),
    snippet: textColumn(row, 'snippet'),
    ...toFlags(row),
    hasAttachment: integerColumn(row, 'hasAttachment') === 1,
    sizeBytes: integerColumn(row, 'sizeBytes'),
  };
}

function words(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split(' ');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A damaged cell must not hide the message.
    return [];
  }
}
