/** Contacts of a vCard file into the book: new ones are added, known ones filled in. All or nothing. */
import type { ContactDto, ContactInput } from '../contract/index.ts';
import { RequestError } from '../errors.ts';
import { addressKey } from '../mime/build-address.ts';
import type { Contacts } from './contacts.ts';
import { readVcards } from './vcard-read.ts';

export interface ContactsImported {
  readonly added: number;
  readonly updated: number;
  readonly failed: number;
}

/** @throws RequestError `contact.unreadable` when there is no card in it; StorageError */
export function importContacts(contacts: Contacts, text: string): ContactsImported {
  const file = readVcards(text);
  if (file.contacts.length === 0) throw new RequestError('contact.unreadable');
  let added = 0;
  let updated = 0;
  contacts.change((save) => {
    for (const card of file.contacts) {
      const known = knownAs(contacts, card);
      if (known === undefined) {
        save(card);
        added += 1;
        continue;
      }
      const filled = fillIn(known, card);
      if (filled === undefined) continue;
      save(filled);
      updated += 1;
    }
  });
  return { added, updated, failed: file.failed };
}

/** Somebody with one of the addresses; without any, somebody of that name without any. */
function knownAs(contacts: Contacts, card: ContactInput): ContactDto | undefined {
  for (const { address } of card.emails) {
    const known = contacts.byAddress(address);
    if (known !== undefined) return known;
  }
  return card.emails.length === 0 ? contacts.withoutAddress(card.name) : undefined;
}

/** What the card has and the entry has not; undefined when that is nothing. */
function fillIn(known: ContactDto, card: ContactInput): ContactInput | undefined {
  const { savedAt: _savedAt, ...entry } = known;
  const keys = new Set(known.emails.map(({ address }) => addressKey(address)));
  const digits = (number: string) => number.replace(/[^\d+]/g, '') || number;
  const numbers = new Set(known.phones.map(({ number }) => digits(number)));
  const emails = card.emails.filter(({ address }) => !keys.has(addressKey(address)));
  const phones = card.phones.filter(({ number }) => !numbers.has(digits(number)));
  // An address stood in for a name that was not known.
  const named = keys.has(addressKey(known.name)) && card.name !== known.name;
  const missing = (['givenName', 'familyName', 'organization', 'note'] as const).filter(
    (field) => known[field] === undefined && card[field] !== undefined,
  );
  if (emails.length + phones.length + missing.length === 0 && !named) return undefined;
  return {
    ...entry,
    ...Object.fromEntries(missing.map((field) => [field, card[field]])),
    name: named ? card.name : known.name,
    emails: [...known.emails, ...emails].slice(0, 50),
    phones: [...known.phones, ...phones].slice(0, 50),
  };
}
