/**
 * Writes a message of ours to disk (RFC 5322, MIME) with nodemailer's composer. Attachments stream
 * from file to file. Names no program, no host and no time zone of this computer. Bcc is in it only when it is
 * given: never for a message that is sent.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { AddressDto } from '../contract/index.ts';
import { StorageError } from '../errors.ts';
import { wireAddress } from './build-address.ts';
import { cleanHtml } from './clean-html.ts';
import { safeFileName } from './file-names.ts';
import { encodeFlowed } from './flowed.ts';
import { oneLine } from './plain-words.ts';

export interface OutgoingAttachment {
  readonly fileName: string;
  readonly mimeType: string;
  /** Where the bytes lie. */
  readonly path: string;
  /** Without angle brackets; shown in the html by it, when the html names it. */
  readonly contentId?: string | undefined;
}

export interface OutgoingMessage {
  readonly messageId: string;
  readonly date: Date;
  readonly from: AddressDto;
  readonly replyTo?: string | undefined;
  readonly to: readonly AddressDto[];
  readonly cc: readonly AddressDto[];
  /** For the copy of a draft alone. */
  readonly bcc?: readonly AddressDto[];
  readonly subject: string;
  readonly text: string;
  /** What stands within a body; cleaned again here. Then `text` is its plain alternative. */
  readonly html?: string | undefined;
  readonly inReplyTo?: string | undefined;
  readonly references?: readonly string[] | undefined;
  /** A copy to be gone on with, not mail that is sent. */
  readonly isDraft?: boolean;
  /** Fields of our own, values of plain ASCII. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly attachments: readonly OutgoingAttachment[];
}

const maxReferences = 50;

/** A fresh Message-ID with angle brackets, in the address's own domain (RFC 5322 §3.6.4). */
export function createMessageId(address: string): string {
  return messageIdOf(randomUUID(), address);
}

/** The Message-ID that an id of ours gives at that address. */
export function messageIdOf(id: string, address: string): string {
  return `<${id}@${wireAddress(address).split('@').at(-1) ?? 'localhost'}>`;
}

/** `<id@domain>` from what a message carried; undefined when it cannot stand in a header. */
export function plainMessageId(id: string): string | undefined {
  const bare = id.trim().replace(/^<|>$/g, '');
  return /^[\x21-\x3b\x3d\x3f-\x7e]{1,900}$/.test(bare) ? `<${bare}>` : undefined;
}

/**
 * Writes the message with CRLF line ends; the file appears whole and flushed, or not at all.
 * @returns its size in bytes
 * @throws StorageError `storage.full` or `storage.failed`
 */
export async function buildMessageFile(message: OutgoingMessage, path: string): Promise<number> {
  const partial = `${path}.partial`;
  try {
    await rm(partial, { force: true });
    const source = compose(message).createReadStream();
    await pipeline(source, createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true }));
    await rename(partial, path);
    await flushFolder(dirname(path));
    return (await stat(path)).size;
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw StorageError.ofDisk(error);
  }
}

function compose(message: OutgoingMessage) {
  const inReplyTo = message.inReplyTo === undefined ? undefined : plainMessageId(message.inReplyTo);
  const references = (message.references ?? []).flatMap((id) => plainMessageId(id) ?? []);
  const rich = richPart(message);
  const node = new MailComposer({
    from: mailbox(message.from),
    to: message.to.map(mailbox),
    cc: message.cc.map(mailbox),
    ...(message.bcc === undefined ? {} : { bcc: message.bcc.map(mailbox) }),
    ...(message.headers === undefined ? {} : { headers: { ...message.headers } }),
    subject: oneLine(message.subject, 2_000),
    date: message.date,
    messageId: message.messageId,
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(references.length === 0 ? {} : { references: boundReferences(references) }),
    ...(message.replyTo === undefined ? {} : { replyTo: message.replyTo }),
    alternatives: [
      {
        content: encodeFlowed(message.text),
        contentType: 'text/plain; charset=utf-8; format=flowed',
      },
      ...(rich === undefined
        ? []
        : [{ content: rich.html, contentType: 'text/html; charset=utf-8' }]),
    ],
    attachments: [
      ...message.attachments.map((file) => ({
        filename: safeFileName(file.fileName, file.mimeType),
        contentType: plainType(file.mimeType),
        ...(file.contentId !== undefined && rich?.contentIds.has(file.contentId) === true
          ? { cid: file.contentId, contentDisposition: 'inline' as const }
          : { contentDisposition: 'attachment' as const }),
        contentTransferEncoding: 'base64',
        path: file.path,
      })),
      ...(rich?.pictures ?? []),
    ],
    boundaryPrefix: '--',
    newline: '\r\n',
    disableUrlAccess: true,
  }).compile();
  node.keepBcc = message.bcc !== undefined;
  return node;
}

interface RichPart {
  readonly html: string;
  /** Of attachments that it shows. */
  readonly contentIds: ReadonlySet<string>;
  /** Pictures that stood in the html itself, e.g. in a signature: as parts they are seen everywhere. */
  readonly pictures: readonly {
    readonly cid: string;
    readonly filename: string;
    readonly contentType: string;
    readonly contentDisposition: 'inline';
    readonly contentTransferEncoding: 'base64';
    readonly content: Buffer;
  }[];
}

/**
 * The html within a small document of its own, and the pictures that it shows. What is too large
 * to be looked at as html goes as its plain text alone.
 */
function richPart({ html, attachments, isDraft }: OutgoingMessage): RichPart | undefined {
  if (html === undefined) return undefined;
  const known = new Set(attachments.flatMap(({ contentId }) => contentId ?? []));
  const pictures: RichPart['pictures'][number][] = [];
  const clean = cleanHtml(html, {
    keepMarks: isDraft === true,
    contentId: (id) => (known.has(id) ? id : undefined),
    dataPicture: (contentType, base64) => {
      const cid = `${randomUUID()}@inline`;
      const filename = `picture-${pictures.length + 1}.${contentType.replace(/^image\//, '')}`;
      const how = { contentDisposition: 'inline', contentTransferEncoding: 'base64' } as const;
      pictures.push({ cid, filename, contentType, ...how, content: Buffer.from(base64, 'base64') });
      return cid;
    },
  });
  if (clean === undefined) return undefined;
  const head = '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n';
  const document = `${head}${clean.html}\n</body></html>\n`;
  return { html: document, contentIds: clean.contentIds, pictures };
}

function mailbox({ name, address }: AddressDto): { name: string; address: string } {
  return { name: oneLine(name, 500), address };
}

/** The thread's first message and the latest ones (RFC 5322 §3.6.4 allows to trim between). */
function boundReferences(ids: readonly string[]): string[] {
  const unique = [...new Set(ids)];
  return unique.length <= maxReferences
    ? unique
    : [...unique.slice(0, 1), ...unique.slice(1 - maxReferences)];
}

/** Types that would need a structure of their own go as plain bytes; a name still says what it is. */
function plainType(mimeType: string): string {
  const type = mimeType.trim().toLowerCase();
  const sound = /^[a-z0-9][a-z0-9.+_-]{0,126}\/[a-z0-9][a-z0-9.+_-]{0,126}$/.test(type);
  return sound && !/^(multipart|message)\//.test(type) ? type : 'application/octet-stream';
}

/** The new name survives a power cut only when its folder is flushed too. */
async function flushFolder(path: string): Promise<void> {
  // Folders cannot be opened on Windows, and need not be.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
