/**
 * Reads vCards of the versions 2.1 (versit), 3.0 (RFC 2426) and 4.0 (RFC 6350): FN, N, EMAIL, TEL,
 * ORG and NOTE; what else is in them is passed over. Files come from anywhere: one pass, bounded,
 * and a card that cannot be used costs only itself.
 */
import { type ContactInput, limits } from '../contract/index.ts';
import { RequestError } from '../errors.ts';
import { parseAddress } from '../mime/build-address.ts';

export interface VcardFile {
  readonly contacts: readonly ContactInput[];
  /** Cards without a name or an address, or without an end. */
  readonly failed: number;
}

type Kind = ContactInput['emails'][number]['kind'];

interface Property {
  /** Upper case, without its group. */
  readonly name: string;
  /** Upper case names and values; a value without a name is a TYPE or an ENCODING of version 2.1. */
  readonly parameters: readonly [string, string][];
  readonly value: string;
}

const most = { cards: 50_000, line: 100_000, entries: 50, note: 10_000 } as const;

export function readVcards(text: string): VcardFile {
  const contacts: ContactInput[] = [];
  let failed = 0;
  let card: Property[] | undefined;
  for (const line of unfolded(text)) {
    if (/^BEGIN:VCARD\s*$/i.test(line)) {
      // The one before has no end.
      if (card !== undefined) failed += 1;
      card = [];
    } else if (/^END:VCARD\s*$/i.test(line)) {
      const contact = card && contacts.length < most.cards ? toContact(card) : undefined;
      if (contact !== undefined) contacts.push(contact);
      else if (card !== undefined) failed += 1;
      card = undefined;
    } else if (card !== undefined && card.length < 500) {
      const property = parseProperty(line);
      if (property !== undefined) card.push(property);
    }
  }
  return { contacts, failed: card === undefined ? failed : failed + 1 };
}

/** Lines that were folded are whole again: by a blank (RFC 6350 §3.2), or as quoted-printable does. */
function* unfolded(text: string): Generator<string> {
  let line = '';
  let quoted = false;
  for (const piece of text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)) {
    if (quoted && line.endsWith('=')) line = line.slice(0, -1) + piece;
    else if (/^[ \t]/.test(piece) && line !== '') line += piece.slice(1);
    else {
      if (line !== '') yield line;
      line = piece;
      quoted = /^[^:]*\bQUOTED-PRINTABLE\b/i.test(piece.slice(0, 500));
    }
    // What is longer is a picture: passed over.
    if (line.length > most.line) line = `${line.slice(0, 40)}`;
  }
  if (line !== '') yield line;
}

function parseProperty(line: string): Property | undefined {
  const colon = colonOf(line);
  if (colon === -1) return undefined;
  const [head = '', ...said] = splitOutsideQuotes(line.slice(0, colon), ';');
  const name = head
    .slice(head.lastIndexOf('.') + 1)
    .trim()
    .toUpperCase();
  const parameters = said.flatMap((each): [string, string][] => {
    const equals = each.indexOf('=');
    const key = equals === -1 ? '' : each.slice(0, equals).trim().toUpperCase();
    const value = each.slice(equals + 1).replace(/"/g, '');
    return value.split(',').map((one) => [key, one.trim().toUpperCase()]);
  });
  return { name, parameters, value: decode(line.slice(colon + 1), parameters) };
}

/** The first one that stands in no quoted parameter. */
function colonOf(line: string): number {
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (character === '"') quoted = !quoted;
    else if (character === ':' && !quoted) return at;
  }
  return line.indexOf(':');
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const pieces: string[] = [];
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.charAt(at) === '"') quoted = !quoted;
    else if (text.charAt(at) === separator && !quoted) {
      pieces.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...pieces, text.slice(start)];
}

function decode(value: string, parameters: Property['parameters']): string {
  const quoted = parameters.some(
    ([key, said]) => (key === '' || key === 'ENCODING') && said === 'QUOTED-PRINTABLE',
  );
  if (!quoted) return value;
  const charset = parameters.find(([key]) => key === 'CHARSET')?.[1] ?? 'UTF-8';
  const bytes = Buffer.from(
    value.replace(/[^\0-\x7f]+/g, (raw) =>
      [...Buffer.from(raw)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join(''),
    ),
    'latin1',
  )
    .toString('latin1')
    .replace(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    return new TextDecoder(charset).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    // A character set that nobody knows.
    return new TextDecoder().decode(Buffer.from(bytes, 'latin1'));
  }
}

/** Components of a value, between separators that are not escaped (RFC 6350 §3.4). */
function components(value: string, separator: ';' | ','): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (let at = 0; at < value.length; at += 1) {
    const character = value.charAt(at);
    if (character === '\\' && at + 1 < value.length) {
      piece += character + value.charAt(at + 1);
      at += 1;
    } else if (character === separator) {
      pieces.push(piece);
      piece = '';
    } else piece += character;
  }
  return [...pieces, piece].map(plain);
}

function plain(value: string): string {
  return value.replace(/\\([\s\S])/g, (_, character: string) =>
    character === 'n' || character === 'N' ? '\n' : character,
  );
}

function oneLine(value: string): string {
  return value
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, limits.nameLength)
    .toWellFormed();
}

function toContact(card: readonly Property[]): ContactInput | undefined {
  const all = (name: string) => card.filter((property) => property.name === name);
  const first = (name: string) => all(name)[0]?.value;
  const emails = new Map<string, { address: string; kind: Kind }>();
  for (const { value, parameters } of all('EMAIL').slice(0, most.entries)) {
    const address = validAddress(plain(value).replace(/^mailto:/i, ''));
    if (address !== undefined && !emails.has(address.toLowerCase())) {
      emails.set(address.toLowerCase(), { address, kind: kindOf(parameters) });
    }
  }
  const phones = all('TEL')
    .slice(0, most.entries)
    .flatMap(({ value, parameters }) => {
      const number = oneLine(plain(value).replace(/^tel:/i, '')).slice(0, 100).trim();
      return number === '' ? [] : [{ number, kind: kindOf(parameters) }];
    });
  const [familyName = '', givenName = ''] = components(first('N') ?? '', ';').map(oneLine);
  const organization = oneLine(
    components(first('ORG') ?? '', ';')
      .filter(Boolean)
      .join(', '),
  );
  const note = plain(first('NOTE') ?? '')
    .trim()
    .slice(0, most.note)
    .toWellFormed();
  const [email] = emails.values();
  const name =
    oneLine(plain(first('FN') ?? '')) ||
    oneLine(`${givenName} ${familyName}`) ||
    organization ||
    (email?.address ?? '');
  if (name === '') return undefined;
  return {
    name,
    ...(givenName === '' ? {} : { givenName }),
    ...(familyName === '' ? {} : { familyName }),
    emails: [...emails.values()],
    phones,
    ...(organization === '' ? {} : { organization }),
    ...(note === '' ? {} : { note }),
  };
}

function kindOf(parameters: Property['parameters']): Kind {
  const types = parameters.flatMap(([key, value]) => (key === '' || key === 'TYPE' ? value : []));
  if (types.includes('HOME')) return 'home';
  return types.includes('WORK') ? 'work' : 'other';
}

function validAddress(text: string): string | undefined {
  try {
    return parseAddress(text);
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}
