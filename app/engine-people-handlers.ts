/** Handlers of identities and of the address book. Input is validated already. */
import type { EngineParts } from './engine-parts.ts';
import type { EngineOptions, MethodHandlers } from './engine-types.ts';
import { cleanHtml } from './mime/clean-html.ts';
import { importContacts } from './people/import-contacts.ts';
import { suggest } from './people/suggest.ts';
import { writeVcard } from './people/vcard-write.ts';
import { saveNewFile } from './store/save-file.ts';

type PeopleHandlers = Pick<
  MethodHandlers,
  Extract<keyof MethodHandlers, `identity.${string}` | `contact.${string}`>
>;

export function peopleHandlers({ host }: EngineOptions, parts: EngineParts): PeopleHandlers {
  const { bus, stores } = parts;
  const { contacts } = stores;
  const { identities } = stores.state;
  return {
    'identity.list': () => identities.list(),
    'identity.save': (input) => {
      const saved = identities.save({
        ...input,
        signatureHtml: cleanSignature(input.signatureHtml),
      });
      bus.emit('identities.changed', {});
      return saved;
    },
    'identity.remove': ({ identityId }) => {
      identities.remove(identityId);
      bus.emit('identities.changed', {});
      return {};
    },
    'contact.suggest': (input) => suggest(stores.mail.people, contacts, input),
    'contact.list': ({ text, offset, limit }) => contacts.list(text ?? '', offset, limit),
    'contact.get': ({ contactId }) => contacts.get(contactId),
    'contact.save': (input) => contacts.save(input),
    'contact.remove': ({ contactId }) => {
      contacts.remove(contactId);
      return {};
    },
    'contact.import': ({ text }) => importContacts(contacts, text),
    'contact.export': async ({ version = '4.0' }) => {
      const path = await host.chooseSavePath('contacts.vcf');
      if (path === undefined) return { written: 0 };
      const cards = Array.from(contacts.all(), (contact) => writeVcard(contact, version));
      return {
        savedAs: await saveNewFile(path, Buffer.from(cards.join(''))),
        written: cards.length,
      };
    },
  };
}

/** Undefined when nothing of it may stand in mail; then the plain signature is the only one. */
function cleanSignature(html: string | undefined): string | undefined {
  const clean = html === undefined ? undefined : cleanHtml(html, { contentId: () => undefined });
  return clean === undefined || clean.html.trim() === '' ? undefined : clean.html;
}
