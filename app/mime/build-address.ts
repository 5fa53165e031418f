/**
 * Addresses on their way out: what a person typed into To, Cc and Bcc, checked strictly before a
 * header or an SMTP command is made of it. Not for addresses that came in mail (parsing is lenient).
 * RFC 5322 §3.4, RFC 5321 §4.1.2, RFC 6531 (UTF-8 local parts), RFC 5891 (IDN).
 */
import { domainToASCII } from 'node:url';
import type { AddressDto } from '../contract/index.ts';
import { RequestError } from '../errors.ts';

/** RFC 5321 §4.5.3.1 (octets). */
const limits = { localOctets: 64, domainOctets: 255, label: 63 } as const;

/** atext of RFC 5322 §3.2.3 plus UTF-8 (RFC 6531 §3.3), dots between. Quoted local parts are refused. */
const localPart =
  /^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\u{a1}-\u{10ffff}-]+(?:\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\u{a1}-\u{10ffff}-]+)*$/u;
const label = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;
/** What hides or ends things: controls, separators, format characters (bidi, zero width, soft hyphen). */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{White_Space}]/u;

/**
 * @param text one bare address, e.g. `ada@example.org`
 * @returns the address as typed, without surrounding blanks
 * @throws RequestError `address.invalid` with `address`
 */
export function parseAddress(text: string): string {
  const address = text.trim();
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  const ascii = asciiDomain(domain);
  const valid =
    at > 0 &&
    !hidden.test(address) &&
    Buffer.byteLength(local) <= limits.localOctets &&
    localPart.test(local) &&
    ascii !== undefined;
  if (!valid) throw invalid(text);
  return address;
}

/** The address with its domain in ASCII, as an SMTP command carries it. */
export function wireAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}@${asciiDomain(address.slice(at + 1)) ?? ''}`;
}

/** True when two addresses reach the same mailbox as far as a client can know. */
export function sameAddress(a: string, b: string): boolean {
  return addressKey(a) === addressKey(b);
}

/** Comparison form: domain in ASCII, all lower case. */
export function addressKey(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return `${address.slice(0, at)}@${asciiDomain(domain) ?? domain}`.normalize('NFC').toLowerCase();
}

/**
 * Strict where a lenient parser would guess: an entry is an address, or a name with an address in
 * angle brackets, and nothing of it is dropped quietly.
 * @param text a field as typed: entries between commas, semicolons or line ends
 * @returns mailboxes without doubles, in order
 * @throws RequestError `address.invalid` with the first entry that is none
 */
export function parseRecipients(text: string): AddressDto[] {
  const found = new Map<string, AddressDto>();
  for (const entry of splitEntries(text)) {
    const mailbox = parseMailbox(entry);
    const key = addressKey(mailbox.address);
    if (!found.has(key)) found.set(key, mailbox);
  }
  return [...found.values()];
}

/** What of a field can stand in a header by now: entries that are still being typed are left out. */
export function knownRecipients(text: string): AddressDto[] {
  return splitEntries(text).flatMap((entry) => {
    try {
      return [parseMailbox(entry)];
    } catch (error) {
      if (error instanceof RequestError) return [];
      throw error;
    }
  });
}

/** A display name that is fit for a header: one line without characters that hide or turn text. */
export function plainDisplayName(name: string): string {
  return name
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 500);
}

/** One recipient as text that parses back to it. */
export function formatRecipient({ name, address }: AddressDto): string {
  const plain = plainDisplayName(name);
  if (plain === '' || plain === address) return address;
  const quoted = /^[\p{L}\p{N} '-]+$/u.test(plain) ? plain : `"${plain.replace(/["\\]/g, '\\$&')}"`;
  return `${quoted} <${address}>`;
}

function parseMailbox(entry: string): AddressDto {
  const parts = /^(?:"((?:[^"\\]|\\.)*)"|([^"<>]*))\s*<([^<>]*)>$/.exec(entry);
  if (!parts) return { name: '', address: parseAddress(entry) };
  const [, quoted, bare = '', address = ''] = parts;
  const name = quoted === undefined ? bare : quoted.replace(/\\(.)/g, '$1');
  return { name: plainDisplayName(name), address: parseAddress(address) };
}

/** Cuts at separators that stand outside quotes and angle brackets; empty entries do not count. */
function splitEntries(text: string): string[] {
  const entries: string[] = [];
  let start = 0;
  let inQuotes = false;
  let inAngle = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (inQuotes && character === '\\') at += 1;
    else if (character === '"') inQuotes = !inQuotes;
    else if (character === '\n' || character === '\r') {
      // No quoted name goes over a line end: what follows is an entry of its own.
      inQuotes = false;
      inAngle = false;
      entries.push(text.slice(start, at));
      start = at + 1;
    } else if (inQuotes) continue;
    else if (character === '<') inAngle = true;
    else if (character === '>') inAngle = false;
    else if (!inAngle && (character === ',' || character === ';')) {
      entries.push(text.slice(start, at));
      start = at + 1;
    }
  }
  entries.push(text.slice(start));
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
}

function asciiDomain(domain: string): string | undefined {
  if (domain === '' || hidden.test(domain) || /[/:@?#%[\]\\]/.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  const labels = ascii.split('.');
  const valid =
    ascii.length > 0 &&
    ascii.length <= limits.domainOctets &&
    labels.every((part) => part.length <= limits.label && label.test(part));
  return valid ? ascii : undefined;
}

function invalid(address: string): RequestError {
  return new RequestError('address.invalid', { address: address.trim().slice(0, 320) });
}
