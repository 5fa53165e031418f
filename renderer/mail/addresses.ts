/** Addresses as text for people. The real address is never hidden behind a name. */
import type { AddressDto } from '../../app/contract/index.ts';

/** Controls (Cc) and format characters (Cf: zero-width, direction): a name could pose with them. */
const deceiving = /[\p{Cc}\p{Cf}]/gu;
/** Joiners that Persian, Indic scripts and emoji need, between two visible characters. */
const joiner = /[\u200c\u200d]/;

export function plainName(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(deceiving, (char) => (joiner.test(char) ? char : ''))
    .trim();
}

/** A name that looks like an address other than the real one says something untrue. */
export function nameContradicts(person: AddressDto): boolean {
  const posing = /[^\s<>"',;]+@[^\s<>"',;]+/.exec(plainName(person.name))?.[0];
  return posing !== undefined && posing.toLowerCase() !== person.address.toLowerCase();
}

/** For a row: the name, else the address; the address also when the name poses as another one. */
export function shortName(person: AddressDto): string {
  const name = plainName(person.name);
  return name === '' || nameContradicts(person) ? plainName(person.address) : name;
}

/** Where several people stand on one line: a title or an initial says too little of one. */
export function firstName(name: string): string {
  if (name.includes('@')) return name;
  return /^(?:[^\s,]+\.\s+)*[^\s,]+/u.exec(name)?.[0] ?? name;
}

/** For a row of a mailbox of sent mail: all names, shortest form. */
export function shortNames(people: readonly AddressDto[]): string {
  return people.map(shortName).join(', ');
}

/** As typed in a recipient field: a name with specials is quoted (RFC 5322 §3.2.4). */
export function addressText(person: AddressDto): string {
  const name = plainName(person.name);
  if (name === '') return person.address;
  const phrase = /^[\p{L}\p{N}\p{M} !#$%&'*+/=?^_`{|}~-]+$/u.test(name)
    ? name
    : `"${name.replace(/(["\\])/g, '\\$1')}"`;
  return `${phrase} <${person.address}>`;
}

/** Enough to offer Send: something before and after one @ in at least one entry. */
export function hasRecipient(field: string): boolean {
  return /[^\s@<>,;]@[^\s@<>,;]/.test(field);
}

/** What a mailto link asks for (RFC 6068). Only these fields are taken; `attach` never is. */
export function parseMailto(url: string): {
  to: string;
  cc: string;
  subject: string;
  text: string;
} {
  const parsed = new URL(url);
  const field = (name: string) =>
    [...parsed.searchParams].find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
  return {
    to: [decode(parsed.pathname), field('to')].filter((part) => part !== '').join(', '),
    cc: field('cc'),
    subject: field('subject').replace(/[\r\n]+/g, ' '),
    text: field('body'),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
