/** What a reader of mail files yields, and what it makes of the bytes of one message. */
import { decodeWords } from 'postal-mime';
import { messageIds, validDate } from '../mime/parse-message.ts';
import { oneLine } from '../mime/plain-words.ts';
import { transferLimits } from './limits.ts';

/** Where a reader goes on after an item, and how far it is. */
export interface SourcePlace {
  /** Opaque outside the reader: the byte offset of what follows, or the name of this file. */
  readonly next: string;
  /** 0..1 of this mailbox. */
  readonly fraction: number;
}

export interface SourceMessage extends SourcePlace {
  readonly kind: 'message';
  /** As it was kept, with CRLF line ends, as APPEND needs it (RFC 9051 §6.3.12). */
  readonly raw: Uint8Array;
  /** Spelled as on the wire: `\Seen`, `\Flagged`, `\Answered`, `\Draft`. */
  readonly flags: readonly string[];
  readonly receivedAt?: Date;
  /** With angle brackets. */
  readonly messageId?: string;
  readonly subject: string;
}

/** A message that is there and was not loaded. */
export interface SourceRefusal extends SourcePlace {
  readonly kind: 'refusal';
  readonly reason: 'too-large' | 'unreadable';
  readonly subject: string;
}

export type SourceItem = SourceMessage | SourceRefusal;

/** The fields that the readers look at; the first of each name counts. */
const wanted = [
  'date',
  'message-id',
  'received',
  'status',
  'subject',
  'x-mozilla-status',
  'x-status',
] as const;
export type HeaderFields = Partial<Record<(typeof wanted)[number], string>>;

/** Unfolded values (RFC 5322 §2.2.3) from the head of a message with CRLF or LF line ends. */
export function headerFields(raw: Uint8Array): HeaderFields {
  const found: HeaderFields = {};
  const text = Buffer.from(raw.buffer, raw.byteOffset, headLength(raw)).toString('latin1');
  let name: (typeof wanted)[number] | undefined;
  let value = '';
  const keep = () => {
    if (name !== undefined && found[name] === undefined) found[name] = value.trim();
    name = undefined;
  };
  for (const line of text.split(/\r?\n/)) {
    if (/^[ \t]/.test(line)) {
      if (name !== undefined) value += line;
      continue;
    }
    keep();
    const colon = line.indexOf(':');
    const key = colon < 0 ? '' : line.slice(0, colon).trim().toLowerCase();
    name = wanted.find((each) => each === key);
    value = line.slice(colon + 1);
  }
  keep();
  return found;
}

function headLength(raw: Uint8Array): number {
  const view = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const ends = [view.indexOf('\r\n\r\n'), view.indexOf('\n\n')].filter((at) => at >= 0);
  return Math.min(raw.length, transferLimits.headerBytes, ...ends);
}

/** Bits of `X-Mozilla-Status` (Thunderbird, nsMsgMessageFlags.idl). */
const mozilla = { read: 0x0001, replied: 0x0002, marked: 0x0004, expunged: 0x0008 } as const;

function mozillaStatus(fields: HeaderFields): number {
  const value = fields['x-mozilla-status'] ?? '';
  return /^[0-9a-f]{1,8}$/i.test(value) ? Number.parseInt(value, 16) : 0;
}

/** Deleted in Thunderbird, and still in the file because nobody compacted it. */
export function isExpunged(fields: HeaderFields): boolean {
  return (mozillaStatus(fields) & mozilla.expunged) !== 0;
}

/** From `Status` and `X-Status` (mutt, Dovecot, Pine) and `X-Mozilla-Status`. */
export function headerFlags(fields: HeaderFields): string[] {
  const status = fields.status ?? '';
  const other = fields['x-status'] ?? '';
  const bits = mozillaStatus(fields);
  const flags: string[] = [];
  if (status.includes('R') || (bits & mozilla.read) !== 0) flags.push('\\Seen');
  if (other.includes('F') || (bits & mozilla.marked) !== 0) flags.push('\\Flagged');
  if (other.includes('A') || (bits & mozilla.replied) !== 0) flags.push('\\Answered');
  if (other.includes('T')) flags.push('\\Draft');
  return flags;
}

/** When the message came, by its newest trace field (RFC 5321 §4.4), else when it was written. */
export function headerDate(fields: HeaderFields): Date | undefined {
  const received = fields.received?.slice(fields.received.lastIndexOf(';') + 1);
  return parseDate(received) ?? parseDate(fields.date);
}

function parseDate(text: string | undefined): Date | undefined {
  if (text === undefined || text.length > 200) return undefined;
  const plain = text.replace(/\([^()]*\)/g, ' ').trim();
  return plain === '' ? undefined : validDate(plain);
}

/** The parts of an item that the head of a message tells. */
export function describeHead(fields: HeaderFields): { messageId?: string; subject: string } {
  const messageId = messageIds(fields['message-id'] ?? '')[0];
  // The bytes were read as Latin 1; what is not encoded (RFC 2047) is UTF-8 today (RFC 6532).
  const words = Buffer.from(fields.subject ?? '', 'latin1')
    .toString('utf8')
    .slice(0, 2_000);
  const subject = oneLine(decodeWords(words), transferLimits.nameLength);
  return { subject, ...(messageId === undefined ? {} : { messageId }) };
}

/** The same bytes when every line ends in CRLF already, else a copy in which each does. */
export function withCrlf(raw: Uint8Array): Uint8Array {
  let bare = 0;
  for (let at = raw.indexOf(10); at >= 0; at = raw.indexOf(10, at + 1)) {
    if (raw[at - 1] !== 13) bare += 1;
  }
  if (bare === 0) return raw;
  const out = new Uint8Array(raw.length + bare);
  let from = 0;
  let length = 0;
  for (let at = raw.indexOf(10); at >= 0; at = raw.indexOf(10, at + 1)) {
    if (raw[at - 1] === 13) continue;
    out.set(raw.subarray(from, at), length);
    length += at - from;
    out[length++] = 13;
    from = at;
  }
  out.set(raw.subarray(from), length);
  return out;
}
