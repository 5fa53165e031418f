/**
 * Uploads messages into mailboxes of an account (RFC 9051 §6.3.12), each at most once: what is in
 * a mailbox is listed when it is opened, so that a message is looked for without asking again.
 */
import { createHash } from 'node:crypto';
import type { ImapFlow } from 'imapflow';
import { ImapError } from '../errors.ts';
import { describeError, type Logger } from '../log.ts';
import { messageIds } from '../mime/parse-message.ts';
import type { AppendOutcome, AppendTarget, MailboxAppender, MessageToAppend } from '../ports.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { AccountSync } from './account-sync.ts';
import { type AppendRefusal, appendRefusal, isNo, softenPassing } from './imap-errors.ts';
import { imapLimits } from './limits.ts';
import { chunks, toUidSet } from './uid-ranges.ts';

/** What an upload needs of an account. */
export type UploadAccount = Pick<AccountSync, 'run' | 'refreshMailboxes' | 'syncMailbox'>;

export interface MailboxUploadsOptions {
  readonly reader: MailStoreReader;
  readonly logger: Logger;
  /** @throws RequestError `account.not-found` */
  readonly account: (accountId: string) => UploadAccount;
}

export class MailboxUploads implements MailboxAppender {
  readonly #options: MailboxUploadsOptions;

  constructor(options: MailboxUploadsOptions) {
    this.#options = options;
  }

  async ensureMailbox(accountId: string, names: readonly string[]): Promise<AppendTarget> {
    const { reader, logger } = this.#options;
    const account = this.#options.account(accountId);
    const path = await account.run(async (client) => {
      const made = await ensurePath(client, names);
      const known = reader.mailboxByPath(accountId, made) !== undefined;
      if (!known) await account.refreshMailboxes(client, false);
      return made;
    }, 'background');
    const target = new UploadTarget(account, path, async () => {
      try {
        const mailbox = reader.mailboxByPath(accountId, path);
        if (mailbox !== undefined) await account.syncMailbox(mailbox.mailboxId);
      } catch (error) {
        // Shown with the next look at the account's mailboxes.
        logger.log('info', 'upload.not-shown', { error: describeError(error) });
      }
    });
    await target.look();
    return target;
  }
}

class UploadTarget implements AppendTarget {
  readonly #account: UploadAccount;
  readonly #path: string;
  readonly finished: () => Promise<void>;
  #uidValidity: bigint | undefined;
  #lastUid = 0;
  readonly #messageIds = new Set<string>();
  readonly #hashes = new Set<string>();
  /** Uids of messages without a Message-ID whose bytes are not known yet, by their size. */
  readonly #unhashed = new Map<number, number[]>();

  constructor(account: UploadAccount, path: string, finished: () => Promise<void>) {
    this.#account = account;
    this.#path = path;
    this.finished = finished;
  }

  /** Lists what came since the last look; a few at a time, so that others are not kept waiting. */
  async look(): Promise<void> {
    const uids = await this.#selected((client) => this.#newUids(client));
    for (const batch of chunks(uids, imapLimits.batch * 4)) {
      await this.#selected((client) => this.#list(client, batch));
    }
  }

  async has(message: MessageToAppend, by: 'message-id' | 'bytes'): Promise<boolean> {
    const { messageId, sha256, raw } = message;
    if (this.#hashes.has(sha256)) return true;
    if (messageId !== undefined && by === 'message-id') {
      if (this.#messageIds.has(messageId)) return true;
    } else if (messageId !== undefined && this.#messageIds.has(messageId)) {
      return this.#selected((client) => holdsBytes(client, messageId, message));
    }
    // A server may have read no Message-ID where we read one.
    const alike = this.#unhashed.get(raw.length);
    if (alike === undefined) return false;
    await this.#selected((client) => this.#hash(client, alike));
    this.#unhashed.delete(raw.length);
    return this.#hashes.has(sha256);
  }

  append(message: MessageToAppend): Promise<AppendOutcome> {
    let tried = false;
    return this.#account.run(async (client) => {
      // The connection broke under the first attempt, which may have been carried out.
      if (tried && (await this.#arrived(client, message))) return { kind: 'appended' };
      tried = true;
      const refusal = await appendOnce(client, this.#path, message);
      if (refusal !== undefined) return { kind: 'refused', ...refusal };
      this.#remember(message);
      return { kind: 'appended' };
    }, 'background');
  }

  #remember({ messageId, sha256 }: MessageToAppend): void {
    if (messageId === undefined) this.#hashes.add(sha256);
    else this.#messageIds.add(messageId);
  }

  /** After a broken APPEND: among what came since the last look. */
  async #arrived(client: ImapFlow, message: MessageToAppend): Promise<boolean> {
    const { messageId, sha256, raw } = message;
    // Where that Message-ID was there before, another message has it: then the bytes decide.
    const telling = messageId !== undefined && !this.#messageIds.has(messageId);
    return inSelected(client, this.#path, async () => {
      const uids = await this.#newUids(client);
      await this.#list(client, uids);
      if (telling && this.#messageIds.has(messageId)) return true;
      return (await hashesOf(client, uids, raw.length)).includes(sha256);
    });
  }

  async #newUids(client: ImapFlow): Promise<number[]> {
    const found = await client.search({ uid: `${this.#lastUid + 1}:*` }, { uid: true });
    if (!Array.isArray(found)) throw new ImapError('imap.failed', { command: 'UID SEARCH' });
    // `n:*` holds the last message even when its uid is lower (RFC 9051 §9, seq-range).
    return found.filter((uid) => uid > this.#lastUid);
  }

  async #list(client: ImapFlow, uids: readonly number[]): Promise<void> {
    if (uids.length === 0) return;
    const query = { uid: true, size: true, envelope: true };
    for (const found of await client.fetchAll(toUidSet(uids), query, { uid: true })) {
      const messageId = messageIds(found.envelope?.messageId ?? '')[0];
      const { uid, size = 0 } = found;
      this.#lastUid = Math.max(this.#lastUid, uid);
      if (messageId !== undefined) this.#messageIds.add(messageId);
      else {
        const alike = this.#unhashed.get(size) ?? [];
        alike.push(uid);
        this.#unhashed.set(size, alike);
      }
    }
  }

  async #hash(client: ImapFlow, uids: readonly number[]): Promise<void> {
    for (const hash of await hashesOf(client, uids)) this.#hashes.add(hash);
  }

  /** Runs with the mailbox selected. What was listed under another uidValidity is listed anew. */
  #selected<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
    return this.#account.run(
      (client) =>
        inSelected(client, this.#path, async () => {
          const { mailbox } = client;
          if (mailbox === false) throw new ImapError('imap.mailbox-gone');
          this.#uidValidity ??= mailbox.uidValidity;
          if (this.#uidValidity !== mailbox.uidValidity) throw new ImapError('imap.mailbox-gone');
          return work(client);
        }),
      'background',
    );
  }
}

async function inSelected<T>(client: ImapFlow, path: string, work: () => Promise<T>): Promise<T> {
  const open = client.mailbox !== false && client.mailbox.path === path;
  const lock = await client.getMailboxLock(path);
  try {
    if (open) await client.noop();
    return await work();
  } finally {
    lock.release();
  }
}

/** @throws what imapflow throws, unless the server said no to this message or this mailbox */
async function appendOnce(
  client: ImapFlow,
  path: string,
  { raw, flags, receivedAt }: MessageToAppend,
): Promise<AppendRefusal | undefined> {
  try {
    const done = await client.append(path, raw, [...flags], receivedAt);
    if (done === false) throw new ImapError('imap.failed', { command: 'APPEND' });
    return undefined;
  } catch (error) {
    const refusal = appendRefusal(error);
    if (refusal === undefined) throw softenPassing(error);
    return refusal;
  }
}

/** SEARCH finds a part of a value in any case (RFC 9051 §6.4.4), so the bytes decide. */
async function holdsBytes(
  client: ImapFlow,
  messageId: string,
  { raw, sha256 }: MessageToAppend,
): Promise<boolean> {
  const query = { header: { 'message-id': messageId.slice(1, -1) } };
  const found = await client.search(query, { uid: true });
  if (!Array.isArray(found)) throw new ImapError('imap.failed', { command: 'UID SEARCH' });
  return (await hashesOf(client, found, raw.length)).includes(sha256);
}

/** SHA-256 of each message that is there, or of those of one size; held one at a time. */
async function hashesOf(
  client: ImapFlow,
  uids: readonly number[],
  sizeBytes?: number,
): Promise<string[]> {
  if (uids.length === 0) return [];
  const sizes = await client.fetchAll(toUidSet(uids), { uid: true, size: true }, { uid: true });
  const hashes: string[] = [];
  for (const { uid, size } of sizes) {
    if (sizeBytes !== undefined && size !== sizeBytes) continue;
    const found = await client.fetchOne(String(uid), { uid: true, source: true }, { uid: true });
    if (found === false || found.source === undefined) continue;
    hashes.push(createHash('sha256').update(found.source).digest('hex'));
  }
  return hashes;
}

/**
 * Makes what is missing of the path, from the outside in, and subscribes to it. A server that
 * refuses a name (some know no dot) is offered a plainer one.
 * @returns the server's own name of the mailbox
 * @throws ImapError when there is none afterwards
 */
async function ensurePath(client: ImapFlow, names: readonly string[]): Promise<string> {
  const delimiter = client.namespace?.delimiter ?? '';
  const parts = names.map((name, index) => plainPart(name, delimiter, index === 0));
  const plainer = parts.map((part) => part.replace(/[^\p{L}\p{N} _-]/gu, '_'));
  const made =
    (await makePath(client, parts, delimiter)) ?? (await makePath(client, plainer, delimiter));
  if (made === undefined) throw new ImapError('imap.failed', { command: 'CREATE', status: 'NO' });
  return made;
}

/** Undefined when the server refuses to have it. */
async function makePath(
  client: ImapFlow,
  parts: readonly string[],
  delimiter: string,
): Promise<string | undefined> {
  // A server without a hierarchy has but one level for all of them.
  const steps =
    delimiter === ''
      ? [parts.join('-')]
      : parts.map((_part, index) => parts.slice(0, index + 1).join(delimiter));
  const path = steps.at(-1) ?? 'INBOX';
  const there = await selectedPath(client, path);
  if (there !== undefined) return there;
  for (const step of steps) await createIfMissing(client, step);
  return selectedPath(client, path);
}

/** A name that is one level on this server, and that LIST can be asked for. */
function plainPart(name: string, delimiter: string, outermost: boolean): string {
  const plain = name
    .normalize('NFC')
    .toWellFormed()
    .replace(/[\p{Cc}%*]/gu, '_');
  const single = delimiter === '' ? plain : plain.replaceAll(delimiter, '_');
  return outermost && single.toUpperCase() === 'INBOX' ? 'INBOX' : single.trim() || '_';
}

/** Undefined when there is no such mailbox, or when it cannot hold messages. */
async function selectedPath(client: ImapFlow, path: string): Promise<string | undefined> {
  try {
    const lock = await client.getMailboxLock(path);
    const found = client.mailbox === false ? undefined : client.mailbox.path;
    lock.release();
    return found;
  } catch (error) {
    if (!isNo(error) && !isMissing(error)) throw error;
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'mailboxMissing' in error && error.mailboxMissing === true;
}

/** What is there already, or is refused, shows when the mailbox is selected. */
async function createIfMissing(client: ImapFlow, path: string): Promise<void> {
  if (path.toUpperCase() === 'INBOX') return;
  try {
    await client.mailboxCreate(path);
  } catch (error) {
    if (!isNo(error)) throw error;
  }
}
