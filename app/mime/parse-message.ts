/**
 * A message as it came, taken apart behind limits: headers, text, html and parts.
 * HTML is passed on as it is: hostile until the reader's sanitiser has seen it.
 * Sources: RFC 5322, RFC 2045-2047; the parser is postal-mime.
 */
import PostalMime, { type Address, type Attachment, addressParser, type Email } from 'postal-mime';
import { type AddressDto, limits } from '../contract/index.ts';
import { RequestError } from '../errors.ts';
import { safeFileName } from './file-names.ts';
import { mimeLimits } from './limits.ts';
import { limitParts } from './part-limit.ts';
import { oneLine, plainName } from './plain-words.ts';
import { snippetOf } from './snippet.ts';

export interface ParsedPart {
  /** "1" for the first; stable for the same message. */
  readonly partId: string;
  readonly fileName: string;
  readonly mimeType: string;
  /** Without angle brackets. */
  readonly contentId?: string;
  /** Referenced by the html through its Content-ID. */
  readonly inline: boolean;
  readonly bytes: Uint8Array;
}

export interface ParsedMessage {
  readonly from: AddressDto[];
  readonly sender?: AddressDto;
  readonly replyTo: AddressDto[];
  readonly followupTo?: AddressDto[];
  readonly to: AddressDto[];
  readonly cc: AddressDto[];
  readonly bcc: AddressDto[];
  readonly subject: string;
  readonly sentAt?: Date;
  readonly messageId?: string;
  readonly references: string[];
  readonly text?: string;
  readonly html?: string;
  readonly snippet: string;
  /** Text, html or parts were cut at a limit. */
  readonly truncated: boolean;
  readonly parts: ParsedPart[];
}

/** @throws RequestError `message.unreadable` when it breaks the limits of structure */
export async function parseMessage(raw: Uint8Array): Promise<ParsedMessage> {
  if (raw.length > mimeLimits.messageSizeBytes) {
    throw new RequestError('message.unreadable', { sizeBytes: raw.length });
  }
  const limited = limitParts(raw);
  let email: Email;
  try {
    email = await PostalMime.parse(limited.raw, {
      maxNestingDepth: mimeLimits.nestingDepth,
      maxHeadersSize: mimeLimits.headersSizeBytes,
      maxRfc822NestingDepth: mimeLimits.embeddedDepth,
    });
  } catch (error) {
    throw new RequestError('message.unreadable', {}, { cause: error });
  }
  return toParsed(email, limited.cut);
}

function toParsed(email: Email, cut: boolean): ParsedMessage {
  const text = email.text?.slice(0, limits.textLength).toWellFormed();
  const html = email.html?.slice(0, limits.htmlLength).toWellFormed();
  const sender = headerAddresses(email, 'sender')[0];
  const followupTo = headerAddresses(email, 'mail-followup-to');
  const sentAt = email.date === undefined ? undefined : validDate(email.date);
  const messageId = messageIds(email.messageId ?? '')[0];
  return {
    from: headerAddresses(email, 'from'),
    ...(sender === undefined ? {} : { sender }),
    replyTo: headerAddresses(email, 'reply-to'),
    ...(followupTo.length === 0 ? {} : { followupTo }),
    to: headerAddresses(email, 'to'),
    cc: headerAddresses(email, 'cc'),
    bcc: headerAddresses(email, 'bcc'),
    subject: oneLine(email.subject ?? '', limits.subjectLength),
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(messageId === undefined ? {} : { messageId }),
    references: referencesOf(email),
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    snippet: snippetOf(text, html),
    truncated:
      cut ||
      (email.text?.length ?? 0) > limits.textLength ||
      (email.html?.length ?? 0) > limits.htmlLength,
    parts: email.attachments.slice(0, mimeLimits.parts).map(toPart),
  };
}

/** Addresses of every header of that name: two From lines give both, so that neither hides. */
function headerAddresses(email: Email, name: string): AddressDto[] {
  const found: AddressDto[] = [];
  for (const header of email.headers) {
    if (header.key !== name) continue;
    // What is beyond the limit of recipients would not be shown.
    const value = header.value.slice(0, limits.recipients * 1_000);
    for (const entry of addressParser(value)) found.push(...flatten(entry));
    if (found.length >= limits.recipients) break;
  }
  return found.slice(0, limits.recipients);
}

function flatten(entry: Address): AddressDto[] {
  if (entry.group === undefined) return [plainAddress(entry.name, entry.address)];
  return entry.group.map((member) => plainAddress(member.name, member.address));
}

/** An address fit to be shown: no control or direction characters, within the limits. */
export function plainAddress(name: string, address: string): AddressDto {
  return {
    name: plainName(name, limits.nameLength),
    address: plainName(address, limits.addressLength),
  };
}

/** Message-IDs (RFC 5322 §3.6.4) in a header, in order, with angle brackets. */
export function messageIds(value: string): string[] {
  const found: string[] = [];
  for (const match of value.slice(0, 200_000).matchAll(/<[^<>\s\p{Cc}]{1,900}>/gu)) {
    found.push(match[0]);
  }
  return found;
}

function referencesOf(email: Email): string[] {
  const references = messageIds(email.references ?? '');
  const all = references.length > 0 ? references : messageIds(email.inReplyTo ?? '');
  // The newest ancestors matter for a reply.
  return all.slice(-mimeLimits.references);
}

/** A date that the calendar can hold; nonsense is as good as none. */
export function validDate(value: string | Date): Date | undefined {
  const date = new Date(value);
  const time = date.getTime();
  return Number.isNaN(time) || date.getUTCFullYear() < 1970 || date.getUTCFullYear() > 9999
    ? undefined
    : date;
}

function toPart(attachment: Attachment, index: number): ParsedPart {
  const mimeType = /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(attachment.mimeType)
    ? attachment.mimeType
    : 'application/octet-stream';
  const contentId = attachment.contentId?.replace(/^<|>$/g, '').slice(0, 500);
  return {
    partId: String(index + 1),
    fileName: safeFileName(attachment.filename ?? undefined, mimeType),
    mimeType,
    ...(contentId === undefined || contentId === '' ? {} : { contentId }),
    inline: attachment.related === true && attachment.disposition !== 'attachment',
    bytes: bytesOf(attachment.content),
  };
}

function bytesOf(content: Attachment['content']): Uint8Array {
  if (typeof content === 'string') return new TextEncoder().encode(content);
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}
