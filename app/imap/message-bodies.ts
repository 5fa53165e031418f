/**
 * Messages to be read: from the store, or fetched now and kept; parsed behind limits.
 * What cannot be parsed is an error of its own; its source can still be saved.
 */
import type { ImapFlow } from 'imapflow';
import type { ContentStore } from '../content/content-store.ts';
import type { RawContent } from '../content/content-writer.ts';
import type { MessageBody, MessageRef, PartDto } from '../contract/index.ts';
import { CancelledError, ImapError, MailError, RequestError } from '../errors.ts';
import { describeError, type Logger } from '../log.ts';
import { safeFileName } from '../mime/file-names.ts';
import { textOfHtml } from '../mime/html-text.ts';
import { mimeLimits } from '../mime/limits.ts';
import { type ParsedMessage, type ParsedPart, parseMessage } from '../mime/parse-message.ts';
import type { MessagePart, MessageReader } from '../ports.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { StoredMailbox, StoredMessage } from '../store/mail-types.ts';
import type { MailStoreWriter } from '../store/mail-writer.ts';
import type { AccountSync } from './account-sync.ts';
import { assertConnected } from './imap-errors.ts';
import { PartLinks } from './part-links.ts';
import { toUidSet } from './uid-ranges.ts';

/** Parsed messages kept for the next click, and for their images. */
const parsedKept = 4;
/** Larger sources are not kept in the store: they come again when they are wanted. */
const keptSourceBytes = 32 * 1024 * 1024;
/** Parsing a larger source takes longer than whoever may never read it should cost. */
const aheadBytes = 256 * 1024;
/** UTF-16 units; the rest of a longer one can be seen in its source. */
const htmlTextLength = 500_000;
/** How much goes to the content store at once. */
const keepBatchBytes = 1024 * 1024;
const keepBatchCount = 64;
/** Names the message itself where a part is asked for. */
export const wholeMessagePartId = 'message';

interface Located {
  readonly mailbox: StoredMailbox;
  readonly message: StoredMessage;
}

export interface MessageBodiesOptions {
  readonly reader: MailStoreReader;
  readonly writer: MailStoreWriter;
  readonly content: ContentStore;
  readonly logger: Logger;
  /** @throws RequestError `account.not-found` */
  readonly account: (accountId: string) => AccountSync;
  /** The row of a message changed: it has its first words now. */
  readonly changed: (mailbox: StoredMailbox) => void;
}

export class MessageBodies implements MessageReader {
  readonly #options: MessageBodiesOptions;
  readonly #links = new PartLinks();
  readonly #parsed = new Map<string, ParsedMessage>();
  readonly #fetching = new Map<string, Promise<Uint8Array>>();

  constructor(options: MessageBodiesOptions) {
    this.#options = options;
  }

  async openMessage(ref: MessageRef): Promise<MessageBody> {
    return this.#toBody(ref, await this.#parse(ref));
  }

  /**
   * What `openMessage` would give, without asking the server and without long work: for whoever may
   * read it next.
   * @returns undefined when it is not here, is no more, is large, or cannot be read
   */
  async readAhead(ref: MessageRef): Promise<MessageBody | undefined> {
    try {
      const { message } = this.#locate(ref);
      if (message.sizeBytes > aheadBytes) return undefined;
      const source = this.#options.content.source(message);
      // The announced size may not be true.
      if (source === undefined || source.length > aheadBytes) return undefined;
      // Not kept at hand: what was opened is, and needs the room.
      return this.#toBody(ref, this.#parsed.get(keyOf(ref)) ?? (await parseMessage(source)));
    } catch (error) {
      if (error instanceof MailError) return undefined;
      throw error;
    }
  }

  async readParts(ref: MessageRef): Promise<readonly MessagePart[]> {
    return (await this.#parse(ref)).parts;
  }

  /**
   * One attachment, or the message as it came for `wholeMessagePartId`.
   * @throws RequestError `part.not-found`
   */
  async readPart(ref: MessageRef, partId: string): Promise<MessagePart> {
    if (partId === wholeMessagePartId) {
      const { message } = this.#locate(ref);
      const bytes = await this.#source(ref);
      const mimeType = 'message/rfc822';
      return { fileName: safeFileName(`${message.subject}.eml`, mimeType), mimeType, bytes };
    }
    const part = (await this.#parse(ref)).parts.find((candidate) => candidate.partId === partId);
    if (part === undefined) throw new RequestError('part.not-found');
    return part;
  }

  /** Bytes behind a `/part/…` path; undefined when there are none any more. */
  async readLink(url: string): Promise<{ mimeType: string; bytes: Uint8Array } | undefined> {
    const link = this.#links.resolve(url);
    if (link === undefined) return undefined;
    try {
      const part = await this.readPart(link.ref, link.partId);
      return { mimeType: link.mimeType, bytes: part.bytes };
    } catch (error) {
      if (error instanceof MailError) return undefined;
      throw error;
    }
  }

  /** Drops parsed messages: an account was removed. */
  forget(): void {
    this.#parsed.clear();
  }

  /**
   * Fetches sources into the store; resolves when they are kept and searchable. The mailbox is
   * selected and locked.
   * @throws what imapflow throws, StorageError
   */
  async prefetch(client: ImapFlow, mailbox: StoredMailbox, uids: number[]): Promise<void> {
    const { content, reader, writer } = this.#options;
    const wanted: number[] = [];
    const tooLarge: StoredMessage[] = [];
    for (const uid of uids) {
      const message = reader.message(mailbox.mailboxId, uid);
      if (message?.content !== 'none') continue;
      if (message.sizeBytes > keptSourceBytes) tooLarge.push(message);
      else wanted.push(uid);
    }
    writer.setContent(tooLarge, 'unavailable');
    if (wanted.length === 0) return;
    const under = new Set<Promise<unknown>>();
    let batch: RawContent[] = [];
    let failure: unknown;
    const flush = () => {
      const keeping = content.keep(batch).then(
        () => this.#options.changed(mailbox),
        (error: unknown) => {
          failure = error;
        },
      );
      under.add(keeping);
      void keeping.finally(() => under.delete(keeping));
      batch = [];
    };
    let size = 0;
    const query = { uid: true, source: true };
    for await (const { uid, source } of client.fetch(toUidSet(wanted), query, { uid: true })) {
      const item = source && this.#toKeep(mailbox, uid, source);
      if (item === undefined) continue;
      batch.push(item);
      size += item.raw.length;
      if (size < keepBatchBytes && batch.length < keepBatchCount) continue;
      flush();
      size = 0;
      // One batch is stored while the next is fetched.
      while (under.size > 1) await Promise.race(under);
    }
    if (batch.length > 0) flush();
    await Promise.all(under);
    if (failure !== undefined) throw failure;
  }

  /** @throws RequestError `message.not-found` */
  #toBody(ref: MessageRef, parsed: ParsedMessage): MessageBody {
    // Flags may have changed while the body was under way.
    const { message } = this.#locate(ref);
    const { sentAt, parts, snippet: _snippet, ...rest } = parsed;
    return {
      ref,
      ...rest,
      ...(rest.text === undefined && rest.html !== undefined
        ? { htmlText: textOfHtml(rest.html, htmlTextLength) }
        : {}),
      ...(sentAt === undefined ? {} : { sentAt: sentAt.toISOString() }),
      receivedAt: new Date(message.receivedAt).toISOString(),
      seen: message.seen,
      flagged: message.flagged,
      parts: parts.map((part) => this.#toDto(ref, part)),
    };
  }

  #toDto(ref: MessageRef, part: ParsedPart): PartDto {
    const { bytes, ...facts } = part;
    const url = this.#links.link(ref, part.partId, part.mimeType);
    return { ...facts, sizeBytes: bytes.length, ...(url === undefined ? {} : { url }) };
  }

  /** @throws RequestError `message.not-found` when the ref no longer names a message here */
  #locate(ref: MessageRef): Located {
    const mailbox = this.#options.reader.mailbox(ref.mailboxId);
    const known =
      mailbox?.accountId === ref.accountId && mailbox.uidValidity === ref.uidValidity
        ? this.#options.reader.message(ref.mailboxId, ref.uid)
        : undefined;
    if (mailbox === undefined || known === undefined) throw new RequestError('message.not-found');
    return { mailbox, message: known };
  }

  async #parse(ref: MessageRef): Promise<ParsedMessage> {
    this.#locate(ref);
    const key = keyOf(ref);
    const ready = this.#parsed.get(key);
    if (ready !== undefined) return ready;
    const parsed = await parseMessage(await this.#source(ref));
    this.#parsed.set(key, parsed);
    for (const oldest of this.#parsed.keys()) {
      if (this.#parsed.size <= parsedKept) break;
      this.#parsed.delete(oldest);
    }
    return parsed;
  }

  async #source(ref: MessageRef): Promise<Uint8Array> {
    const located = this.#locate(ref);
    const kept = this.#options.content.source(located.message);
    if (kept !== undefined) return kept;
    const key = keyOf(ref);
    let fetching = this.#fetching.get(key);
    if (fetching === undefined) {
      fetching = this.#fetch(located);
      this.#fetching.set(key, fetching);
      const done = () => this.#fetching.delete(key);
      // Stays at hand until it is in the store.
      fetching.then((source) => this.#keep(located.mailbox, ref.uid, source).finally(done), done);
    }
    return fetching;
  }

  async #fetch({ mailbox, message }: Located): Promise<Uint8Array> {
    const { account, writer, changed } = this.#options;
    const most = mimeLimits.messageSizeBytes;
    if (message.sizeBytes > most) {
      throw new RequestError('message.unreadable', { sizeBytes: message.sizeBytes });
    }
    const source = await account(mailbox.accountId).inMailbox(mailbox, async (client) => {
      // One byte more than allowed shows that the announced size was not true.
      const query = { uid: true, source: { start: 0, maxLength: most + 1 } };
      const found = await client.fetchOne(String(message.uid), query, { uid: true });
      if (found !== false && found.source !== undefined) return found.source;
      await assertAbsent(client, message.uid);
      return undefined;
    });
    if (source === undefined) {
      writer.removeMessages(mailbox.mailboxId, [message.uid]);
      changed(mailbox);
      throw new RequestError('message.not-found');
    }
    if (source.length > most) {
      throw new RequestError('message.unreadable', { sizeBytes: source.length });
    }
    return source;
  }

  /** Does not throw: the message can be read all the same. */
  async #keep(mailbox: StoredMailbox, uid: number, source: Uint8Array): Promise<void> {
    const { content, changed, logger } = this.#options;
    const item = this.#toKeep(mailbox, uid, source);
    if (item === undefined) return;
    try {
      await content.keep([item]);
      changed(mailbox);
    } catch (error) {
      if (error instanceof CancelledError) return;
      logger.log('warn', 'content.not-kept', { error: describeError(error) });
    }
  }

  #toKeep(mailbox: StoredMailbox, uid: number, raw: Uint8Array): RawContent | undefined {
    if (raw.length > keptSourceBytes) return undefined;
    // Looked up last: the message may have gone, or its uid have another meaning now.
    const { reader } = this.#options;
    if (reader.mailbox(mailbox.mailboxId)?.uidValidity !== mailbox.uidValidity) return undefined;
    const message = reader.message(mailbox.mailboxId, uid);
    return message && { rowId: message.rowId, token: message.token, raw };
  }
}

/**
 * The library answers "nothing" for a message that is gone and for a connection that broke: only
 * a search that the server completed proves the first.
 * @throws ImapError when the message may still be there; what a lost connection is to imapflow
 */
async function assertAbsent(client: ImapFlow, uid: number): Promise<void> {
  const found = await client.search({ uid: String(uid) }, { uid: true });
  assertConnected(client);
  if (!Array.isArray(found) || found.includes(uid)) {
    throw new ImapError('imap.failed', { command: 'UID FETCH' });
  }
}

function keyOf(ref: MessageRef): string {
  return `${ref.mailboxId}/${ref.uidValidity}/${ref.uid}`;
}
