/** A FETCH response as the store keeps it: bounded, plain, never throwing on odd input. */
import type { FetchMessageObject, MessageAddressObject, MessageStructureObject } from 'imapflow';
import { type AddressDto, limits } from '../contract/index.ts';
import { messageIds, plainAddress, validDate } from '../mime/parse-message.ts';
import { oneLine } from '../mime/plain-words.ts';
import type { MessageFlags, MessageHeader } from '../store/mail-types.ts';

const keywordsKept = 50;
const referencesKept = 30;
/** Of those a message is to. */
export const recipientsKept = 20;

/** What is asked for each message of a list. */
export const headerQuery = {
  uid: true,
  flags: true,
  envelope: true,
  internalDate: true,
  size: true,
  bodyStructure: true,
  headers: ['references'],
};

export function toHeader(message: FetchMessageObject): MessageHeader {
  const { envelope } = message;
  const sentAt = envelope?.date === undefined ? undefined : validDate(envelope.date);
  const receivedAt =
    message.internalDate === undefined ? undefined : validDate(message.internalDate);
  const from = addresses(envelope?.from)[0];
  const messageId = messageIds(envelope?.messageId ?? '')[0];
  const inReplyTo = messageIds(envelope?.inReplyTo ?? '')[0];
  // The library says `false` for NIL.
  const references = keptReferences(Buffer.from(message.headers || []).toString('latin1'));
  return {
    uid: message.uid,
    receivedAt: (receivedAt ?? sentAt ?? new Date(0)).getTime(),
    ...(sentAt === undefined ? {} : { sentAt: sentAt.getTime() }),
    ...(from === undefined ? {} : { from }),
    to: addresses(envelope?.to).slice(0, recipientsKept),
    subject: oneLine(envelope?.subject ?? '', limits.subjectLength),
    ...(messageId === undefined ? {} : { messageId }),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(references.length === 0 ? {} : { references }),
    ...(message.emailId === undefined ? {} : { emailId: message.emailId }),
    keywords: toKeywords(message.flags ?? new Set()),
    ...toFlags(message.flags ?? new Set()),
    hasAttachment: hasAttachment(message.bodyStructure, 0),
    sizeBytes: Math.max(0, message.size ?? 0),
  };
}

/** RFC 9051 §2.3.2; system flags are not case-sensitive. */
export function toFlags(flags: ReadonlySet<string>): MessageFlags & { deleted: boolean } {
  const found = { seen: false, flagged: false, answered: false, deleted: false };
  for (const flag of flags) {
    switch (flag.toLowerCase()) {
      case '\\seen':
        found.seen = true;
        break;
      case '\\flagged':
        found.flagged = true;
        break;
      case '\\answered':
        found.answered = true;
        break;
      case '\\deleted':
        found.deleted = true;
        break;
    }
  }
  return found;
}

/** Keywords are what does not begin with a backslash (RFC 9051 §2.3.2). */
export function toKeywords(flags: ReadonlySet<string>): string[] {
  return [...flags].filter((flag) => /^[^\\\s]{1,100}$/.test(flag)).slice(0, keywordsKept);
}

/**
 * The first is where the thread began, the last ones are its nearest (RFC 5322 §3.6.4).
 * @param header octets of the References header as latin1; empty when there is none
 */
export function keptReferences(header: string): string[] {
  if (header.length <= 4) return [];
  const ids = messageIds(header);
  if (ids.length <= referencesKept) return ids;
  return [...ids.slice(0, 1), ...ids.slice(1 - referencesKept)];
}

function addresses(list: readonly MessageAddressObject[] | undefined): AddressDto[] {
  return (list ?? [])
    .slice(0, limits.recipients)
    .map((entry) => plainAddress(entry.name ?? '', entry.address ?? ''));
}

/** A part that a person would call an attachment; images within the text are none. */
function hasAttachment(node: MessageStructureObject | undefined, depth: number): boolean {
  if (node === undefined || depth > 30) return false;
  if (node.childNodes !== undefined && node.childNodes.length > 0) {
    return node.childNodes.some((child) => hasAttachment(child, depth + 1));
  }
  const disposition = node.disposition?.toLowerCase();
  if (disposition === 'attachment') return true;
  const named = node.dispositionParameters?.filename ?? node.parameters?.name;
  if (node.type === 'text/plain' || node.type === 'text/html') return false;
  if (node.id !== undefined && node.type.startsWith('image/')) return false;
  return named !== undefined || disposition === 'inline';
}
