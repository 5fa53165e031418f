/**
 * Addresses on their way out: what a person typed into To, Cc and Bcc, checked strictly before a
 * header or an SMTP command is made of it. Not for addresses that came in mail (parsing is lenient).
 * RFC 5322 §3.4, RFC 5321 §4.1.2, RFC 6531 (UTF-8 local parts), RFC 5891 (IDN).
 */
import { domainToASCII } from 'node:url';
import addressparser, { type MailboxAddress } from 'nodemailer/lib/addressparser';
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
 * @param text a field as typed: names, commas or semicolons, groups
 * @returns mailboxes without doubles, in order
 * @throws RequestError `address.invalid` with the first one that is none
 */
export function parseRecipients(text: string): AddressDto[] {
  const found = new Map<string, AddressDto>();
  for (const field of text.split(/[\r\n]+/)) {
    for (const entry of parseField(field)) {
      const address = parseAddress(entry.address);
      const key = addressKey(address);
      if (!found.has(key)) found.set(key, { name: plainDisplayName(entry.name), address });
    }
  }
  return [...found.values()];
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

function parseField(field: string): MailboxAddress[] {
  if (field.trim() === '') return [];
  const entries: MailboxAddress[] = addressparser(field, { flatten: true });
  // What the lenient parser dropped or could not read must not vanish quietly.
  if (entries.length === 0) throw invalid(field);
  return entries.map((entry) => {
    if (entry.address === '') throw invalid(entry.name || field);
    return entry;
  });
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
