/**
 * Suggestions for a recipient field, from the mail and from the address book. Who was written to
 * comes first, then the book, then who wrote; machines and junk last. A handful of index walks.
 */
import type { MethodParsedInput, SuggestionDto } from '../contract/index.ts';
import { addressKey } from '../mime/build-address.ts';
import type { FoundPerson, PeopleTable } from '../store/people-table.ts';
import type { Contacts } from './contacts.ts';
import { typedWords } from './person-words.ts';

/** Half-lives by which people of the account that one writes from count for more. */
const ownAccountBonus = 3;
/** Between those written to and those who wrote. */
const bookTier = 1.5;

interface Candidate extends SuggestionDto {
  readonly tier: number;
  readonly weight: number;
}

export function suggest(
  people: PeopleTable,
  contacts: Pick<Contacts, 'list' | 'byAddress'>,
  { text, limit, accountId }: MethodParsedInput<'contact.suggest'>,
): SuggestionDto[] {
  const beginnings = typedWords(text);
  const query = { beginnings, limit: limit * 3, accountId, bonus: ownAccountBonus };
  const found = new Map<string, Candidate>();
  for (const person of people.find(query)) {
    if (!found.has(person.addressKey)) found.set(person.addressKey, ofMail(person, contacts));
  }
  if (beginnings.length > 0) {
    for (const { contactId, name, emails } of contacts.list(text, 0, limit).contacts) {
      for (const { address } of emails) {
        const key = addressKey(address);
        if (found.has(key)) continue;
        const known = people.byAddress(key);
        const rank = { tier: Math.max(known?.tier ?? 0, bookTier), weight: known?.weight ?? 0 };
        found.set(key, { name, address, source: 'book', contactId, ...rank });
      }
    }
  }
  return [...found.values()]
    .sort((a, b) => b.tier - a.tier || b.weight - a.weight)
    .slice(0, limit)
    .map(({ tier: _tier, weight: _weight, ...suggestion }) => suggestion);
}

/** The book's name is the person's own choice. */
function ofMail(person: FoundPerson, contacts: Pick<Contacts, 'byAddress'>): Candidate {
  const { address, tier, weight } = person;
  const contact = contacts.byAddress(address);
  if (contact === undefined) return { name: person.name, address, source: 'mail', tier, weight };
  const { name, contactId } = contact;
  return { name, address, source: 'book', contactId, tier: Math.max(tier, bookTier), weight };
}
