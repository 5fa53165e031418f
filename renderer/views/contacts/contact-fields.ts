/** A person of the address book as a form holds them. Pure. */
import type { ContactDto, ContactInput } from '../../../app/contract/index.ts';

export const kinds = ['home', 'work', 'other'] as const;
export type Kind = (typeof kinds)[number];

export interface FieldLine {
  /** For React: lines have no name of their own. */
  readonly key: number;
  readonly value: string;
  readonly kind: Kind;
}

export interface ContactFields {
  readonly contactId: string | undefined;
  readonly name: string;
  readonly givenName: string | undefined;
  readonly familyName: string | undefined;
  readonly emails: readonly FieldLine[];
  readonly phones: readonly FieldLine[];
  readonly organization: string;
  readonly note: string;
}

let lastKey = 0;

export function newLine(value = '', kind: Kind = 'home'): FieldLine {
  lastKey += 1;
  return { key: lastKey, value, kind };
}

export const emptyContact: ContactFields = {
  contactId: undefined,
  name: '',
  givenName: undefined,
  familyName: undefined,
  emails: [newLine()],
  phones: [],
  organization: '',
  note: '',
};

export function fieldsOf(contact: ContactDto): ContactFields {
  return {
    contactId: contact.contactId,
    name: contact.name,
    givenName: contact.givenName,
    familyName: contact.familyName,
    emails: contact.emails.map(({ address, kind }) => newLine(address, kind)),
    phones: contact.phones.map(({ number, kind }) => newLine(number, kind)),
    organization: contact.organization ?? '',
    note: contact.note ?? '',
  };
}

/** Empty lines do not count. The parts of a name belong to the name they came with. */
export function inputOf(fields: ContactFields, before: ContactFields): ContactInput {
  const { contactId, givenName, familyName } = fields;
  const name = fields.name.trim();
  const keepsParts = name === before.name.trim();
  const filled = (lines: readonly FieldLine[]) => lines.filter(({ value }) => value.trim() !== '');
  return {
    ...(contactId === undefined ? {} : { contactId }),
    name,
    ...(keepsParts && givenName !== undefined ? { givenName } : {}),
    ...(keepsParts && familyName !== undefined ? { familyName } : {}),
    emails: filled(fields.emails).map(({ value, kind }) => ({ address: value.trim(), kind })),
    phones: filled(fields.phones).map(({ value, kind }) => ({ number: value.trim(), kind })),
    ...(fields.organization.trim() === '' ? {} : { organization: fields.organization.trim() }),
    ...(fields.note.trim() === '' ? {} : { note: fields.note }),
  };
}

/** Enough to be found again. */
export function canSave({ name, emails }: ContactFields): boolean {
  return name.trim() !== '' || emails.some(({ value }) => /\S@\S/.test(value));
}
