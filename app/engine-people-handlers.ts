/** Handlers of identities and of the address book. Input is validated already. */
import type { EngineParts } from './engine-parts.ts';
import type { EngineOptions, MethodHandlers } from './engine-types.ts';

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
      const saved = identities.save(input);
      bus.emit('identities.changed', {});
      return saved;
    },
    'identity.remove': ({ identityId }) => {
      identities.remove(identityId);
      bus.emit('identities.changed', {});
      return {};
    },
    'contact.suggest': () => [],
    'contact.list': ({ text, offset, limit }) => contacts.list(text ?? '', offset, limit),
    'contact.get': ({ contactId }) => contacts.get(contactId),
    'contact.save': (input) => contacts.save(input),
    'contact.remove': ({ contactId }) => {
      contacts.remove(contactId);
      return {};
    },
    'contact.import': () => ({ added: 0, updated: 0, failed: 0 }),
    'contact.export': async () => {
      await host.chooseSavePath('contacts.vcf');
      return { written: 0 };
    },
  };
}
