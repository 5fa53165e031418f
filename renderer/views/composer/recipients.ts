/**
 * A recipient field between its text and its chips. The text is what a draft keeps, entry for
 * entry as typed; nothing is dropped. Whether an address can be sent to is said by the engine.
 */
import type { AddressDto } from '../../../app/contract/index.ts';
import { addressText, plainName } from '../../mail/addresses.ts';

export interface Recipient {
  /** The entry as typed. */
  readonly text: string;
  readonly name: string;
  /** Empty where the entry has none. */
  readonly address: string;
  /** False for what can be no address: it is marked, and kept. */
  readonly valid: boolean;
}

const localPart = /^[^\s@<>()[\]\\,;:"]{1,64}$/;
const domain = /^[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,252}[\p{L}\p{N}])?$/u;

/** Close to what the engine demands, and quick enough for every key. */
export function looksLikeAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const host = text.slice(at + 1);
  const dots = /^\.|\.\.|\.$/;
  return (
    at > 0 &&
    localPart.test(local) &&
    domain.test(host) &&
    ![local, host].some((part) => dots.test(part))
  );
}

/**
 * @param text a field: entries between commas, semicolons or line ends that stand outside quotes and
 * angle brackets
 * @returns entries without surrounding blanks; empty ones do not count
 */
export function splitEntries(text: string): string[] {
  const entries: string[] = [];
  let entry = '';
  let inQuotes = false;
  let inAngle = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    const ends = /[\r\n]/.test(char) || (!inQuotes && !inAngle && /[,;]/.test(char));
    if (ends) {
      // No quoted name goes over a line end.
      inQuotes = false;
      inAngle = false;
      entries.push(entry);
      entry = '';
      continue;
    }
    entry += char;
    if (inQuotes && char === '\\') {
      at += 1;
      entry += text.charAt(at);
    } else if (char === '"') inQuotes = !inQuotes;
    else if (!inQuotes && char === '<') inAngle = true;
    else if (!inQuotes && char === '>') inAngle = false;
  }
  entries.push(entry);
  return entries.map((one) => one.trim()).filter((one) => one !== '');
}

/** One entry: an address, or a name with an address in angle brackets (RFC 5322 §3.4). */
export function readRecipient(text: string): Recipient {
  const entry = text.replace(/^mailto:/i, '').trim();
  const parts = /^(?:"((?:[^"\\]|\\.)*)"|([^"<>]*))\s*<([^<>]*)>$/.exec(entry);
  if (parts === null) {
    return { text: entry, name: '', address: entry, valid: looksLikeAddress(entry) };
  }
  const [, quoted, bare = '', inside = ''] = parts;
  const name = plainName(quoted === undefined ? bare : quoted.replace(/\\(.)/g, '$1'));
  const address = inside.trim();
  return { text: entry, name, address, valid: looksLikeAddress(address) };
}

export function readRecipients(text: string): Recipient[] {
  return splitEntries(text).map(readRecipient);
}

/** As a draft keeps it. */
export function recipientsText(list: readonly Recipient[], typed = ''): string {
  return [...list.map(({ text }) => text), ...(typed.trim() === '' ? [] : [typed.trim()])].join(
    ', ',
  );
}

export function recipientOf(person: AddressDto): Recipient {
  return readRecipient(addressText(person));
}

/** Adds at `index`, leaving out addresses that are there already. */
export function withRecipients(
  list: readonly Recipient[],
  added: readonly Recipient[],
  index = list.length,
): Recipient[] {
  const known = new Set(list.map(({ address }) => address.toLowerCase()));
  const fresh = added.filter(({ address }) => {
    const key = address.toLowerCase();
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
  return list.toSpliced(index, 0, ...fresh);
}

/** What a chip shows: the name, else the address. The address is its title. */
export function chipLabel({ name, address, text }: Recipient): string {
  return name || address || text;
}
