/**
 * One FETCH response of a header sync, straight into the store's shape: half of a first sync went
 * into the library's reading of it. The same header comes of it as `toHeader` makes of what the
 * library read; a response that is anything but plain is left to the library.
 */
import { decodeText, parseEnvelope } from 'imapflow/lib/tools.js';
import { type AddressDto, limits } from '../contract/index.ts';
import { messageIds, plainAddress, validDate } from '../mime/parse-message.ts';
import { oneLine } from '../mime/plain-words.ts';
import type { MessageHeader } from '../store/mail-types.ts';
import { keptReferences, recipientsKept, toFlags, toKeywords } from './headers.ts';
import { decoded, type ImapValue, Unreadable, ValueReader } from './imap-values.ts';

/** A message as fetched. */
export interface FetchedRow {
  readonly header: MessageHeader;
  /** 0 when the server keeps none. */
  readonly modSeq: bigint;
}

/** The same people write again and again. */
const addressesHeld = 2_000;
const uidDigits = /^[1-9]\d{0,9}$/;

export class HeaderRowReader {
  readonly #addresses = new Map<string, AddressDto>();

  /**
   * @param response octets of one response with its literals, line end included
   * @param literals how many literals it was seen to have
   * @returns undefined for another response, and for one that the library has to read
   */
  read(response: Buffer, literals: number): FetchedRow | undefined {
    const text = response.toString('latin1');
    const start = /^\* \d{1,10} FETCH \(/i.exec(text.slice(0, 24));
    if (start === null) return undefined;
    try {
      const reader = new ValueReader(text, start[0].length);
      const items = readItems(reader);
      const whole = reader.literals === literals && /^\r?\n$/.test(text.slice(reader.at));
      return whole ? this.#row(items) : undefined;
    } catch (error) {
      if (error instanceof Unreadable) return undefined;
      throw error;
    }
  }

  #row(items: ReadonlyMap<string, ImapValue>): FetchedRow | undefined {
    const uid = items.get('UID');
    const envelope = items.get('ENVELOPE');
    if (typeof uid !== 'string' || !uidDigits.test(uid) || !isList(envelope)) return undefined;
    const flags = new Set(strings(items.get('FLAGS')));
    const sentAt = dateOf(envelope[0]);
    const receivedAt = dateOf(items.get('INTERNALDATE'));
    const from = this.#people(envelope[2], 1)[0];
    const messageId = messageIds(stringOf(envelope[9]))[0];
    const inReplyTo = messageIds(stringOf(envelope[8]))[0];
    const references = keptReferences(octetsOf(items.get('REFERENCES')));
    const emailId = emailIdOf(items);
    const size = octetsOf(items.get('RFC822.SIZE'));
    const header = {
      uid: Number(uid),
      receivedAt: receivedAt ?? sentAt ?? 0,
      ...(sentAt === undefined ? {} : { sentAt }),
      ...(from === undefined ? {} : { from }),
      to: this.#people(envelope[5], recipientsKept),
      subject: subjectOf(stringOf(envelope[1])),
      ...(messageId === undefined ? {} : { messageId }),
      ...(inReplyTo === undefined ? {} : { inReplyTo }),
      ...(references.length === 0 ? {} : { references }),
      ...(emailId === undefined ? {} : { emailId }),
      keywords: toKeywords(flags),
      ...toFlags(flags),
      hasAttachment: hasAttachment(items.get('BODYSTRUCTURE'), 0),
      sizeBytes: /^\d{1,15}$/.test(size) ? Number(size) : 0,
    };
    return { header, modSeq: modSeqOf(items.get('MODSEQ')) };
  }

  /** The first `most` of an address list (RFC 9051 §7.5.2). */
  #people(list: ImapValue | undefined, most: number): AddressDto[] {
    const people: AddressDto[] = [];
    if (!isList(list)) return people;
    for (const entry of list) {
      const person = isList(entry) ? this.#person(entry) : undefined;
      if (person !== undefined) people.push(person);
      if (people.length === most) break;
    }
    return people;
  }

  #person(entry: readonly ImapValue[]): AddressDto | undefined {
    const [name, mailbox, host] = [octetsOf(entry[0]), octetsOf(entry[2]), octetsOf(entry[3])];
    const key = `${name}\n${mailbox}\n${host}`;
    const held = this.#addresses.get(key);
    if (held !== undefined) return held;
    let words = nameOf(name);
    let address = '';
    if (host !== '') address = `${decoded(mailbox)}@${decoded(host)}`;
    // Without a host it begins or ends a group; its end has no name either.
    else words ||= nameOf(mailbox);
    if (words === '' && address === '') return undefined;
    const person = plainAddress(words, address);
    if (this.#addresses.size >= addressesHeld) this.#addresses.clear();
    this.#addresses.set(key, person);
    return person;
  }
}

/** @throws Unreadable for an item that a header sync does not ask for */
function readItems(reader: ValueReader): ReadonlyMap<string, ImapValue> {
  const items = new Map<string, ImapValue>();
  do {
    let name = reader.word().toUpperCase();
    if (name.startsWith('BODY[')) {
      name += reader.through(']').toUpperCase();
      if (!/^BODY\[HEADER\.FIELDS \("?REFERENCES"?\)\]$/.test(name)) throw new Unreadable();
      name = 'REFERENCES';
    } else if (!known.has(name)) throw new Unreadable();
    reader.skip(' ');
    items.set(name, reader.value());
  } while (reader.passes(' '));
  reader.skip(')');
  return items;
}

const known = new Set([
  'UID',
  'FLAGS',
  'ENVELOPE',
  'BODYSTRUCTURE',
  'INTERNALDATE',
  'RFC822.SIZE',
  'MODSEQ',
  'EMAILID',
  'X-GM-MSGID',
]);

function isList(value: ImapValue | undefined): value is readonly ImapValue[] {
  return Array.isArray(value);
}

function octetsOf(value: ImapValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function stringOf(value: ImapValue | undefined): string {
  return decoded(octetsOf(value));
}

function strings(value: ImapValue | undefined): string[] {
  return isList(value) ? value.map(stringOf).filter((one) => one !== '') : [];
}

function dateOf(value: ImapValue | undefined): number | undefined {
  const text = octetsOf(value);
  return text === '' ? undefined : validDate(text)?.getTime();
}

function emailIdOf(items: ReadonlyMap<string, ImapValue>): string | undefined {
  const id = strings(items.get('EMAILID'))[0] ?? octetsOf(items.get('X-GM-MSGID'));
  return id === '' ? undefined : id;
}

function modSeqOf(value: ImapValue | undefined): bigint {
  const digits = strings(value)[0] ?? '';
  return /^\d{1,20}$/.test(digits) ? BigInt(digits) : 0n;
}

/** Encoded words (RFC 2047) are read as the library reads them. */
function subjectOf(text: string): string {
  const words = text.includes('=?')
    ? (parseEnvelope([null, { type: 'STRING', value: text }]).subject ?? '')
    : text;
  return oneLine(words, limits.subjectLength);
}

function nameOf(octets: string): string {
  return octets === '' ? '' : decodeText(decoded(octets));
}

/** As `hasAttachment` of headers.ts, from a BODYSTRUCTURE (RFC 9051 §7.5.2) as it came. */
function hasAttachment(part: ImapValue | undefined, depth: number): boolean {
  if (!isList(part) || depth > 30) return false;
  if (isList(part[0])) {
    for (const child of part) {
      if (!isList(child)) return false;
      if (hasAttachment(child, depth + 1)) return true;
    }
    return false;
  }
  const [main, sub] = [octetsOf(part[0]).toLowerCase(), octetsOf(part[1]).toLowerCase()];
  const type = `${main}/${sub}`;
  let next = 7;
  if (type === 'message/rfc822') {
    if (part[8] !== null && part[8] !== undefined) return hasAttachment(part[8], depth + 1);
    next = 10;
  }
  // Some leave out the count of lines.
  const countsLines = part.length !== 11 || !isList(part[8]) || isList(part[9]);
  if (main === 'text' && countsLines) next += 1;
  const disposition = part[next + 1];
  const kind = isList(disposition) ? octetsOf(disposition[0]).toLowerCase() : undefined;
  if (kind === 'attachment') return true;
  if (type === 'text/plain' || type === 'text/html') return false;
  if (main === 'image' && part[3] !== null && part[3] !== undefined) return false;
  const fileName = isList(disposition) && hasParameter(disposition[1], 'filename');
  return fileName || hasParameter(part[2], 'name') || kind === 'inline';
}

/** Also one in pieces or with a charset (RFC 2231). */
function hasParameter(list: ImapValue | undefined, name: string): boolean {
  if (!isList(list)) return false;
  for (let index = 0; index + 1 < list.length; index += 2) {
    const key = octetsOf(list[index]).toLowerCase();
    if (key === name) return true;
    if (key.startsWith(`${name}*`) && /^(?:\d+\*?)?$/.test(key.slice(name.length + 1))) return true;
  }
  return false;
}
