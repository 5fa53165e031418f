/** Writes contacts as vCards, version 4.0 (RFC 6350) or 3.0 (RFC 2426), in UTF-8. */
import type { ContactDto } from '../contract/index.ts';

export type VcardVersion = '3.0' | '4.0';

/** One card with CRLF line ends, folded at 75 octets. */
export function writeVcard(contact: ContactDto, version: VcardVersion): string {
  const { name, givenName = '', familyName = '', organization, note } = contact;
  const type = (kind: string) => (kind === 'other' ? '' : `;TYPE=${kind}`);
  const internet = version === '3.0' ? ';TYPE=INTERNET' : '';
  const lines = [
    'BEGIN:VCARD',
    `VERSION:${version}`,
    `UID:${version === '4.0' ? 'urn:uuid:' : ''}${escaped(contact.contactId)}`,
    `FN:${escaped(name)}`,
    `N:${escaped(familyName)};${escaped(givenName)};;;`,
    ...contact.emails.map(
      ({ address, kind }) => `EMAIL${internet}${type(kind)}:${escaped(address)}`,
    ),
    ...contact.phones.map(({ number, kind }) => `TEL${type(kind)}:${escaped(number)}`),
    ...(organization === undefined ? [] : [`ORG:${escaped(organization)}`]),
    ...(note === undefined ? [] : [`NOTE:${escaped(note)}`]),
    `REV:${contact.savedAt.replace(/[-:]|\.\d+/g, '')}`,
    'END:VCARD',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

function escaped(value: string): string {
  return value.replace(/[\\,;]/g, '\\$&').replace(/\r\n?|\n/g, '\\n');
}

/** At most 75 octets a line, never within a character (RFC 6350 §3.2). */
function fold(line: string): string {
  const lines: string[] = [];
  let piece = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      lines.push(piece);
      piece = ' ';
      octets = 1;
    }
    piece += character;
    octets += size;
  }
  return [...lines, piece].join('\r\n');
}
