/** Which events make which answers old. The one place where events meet the cache. */
import type { Client } from './client.ts';
import type { QueryCache } from './query-cache.ts';
import { throttled } from './throttle.ts';

/** While mail pours in, what costs the engine more than a list of one mailbox is asked for this often. */
const calmMs = 250;

/** @returns a function that ends all subscriptions */
export function connectEvents(client: Client, cache: QueryCache): () => void {
  const viewsAreOld = throttled(() => {
    cache.invalidate('view.list');
    cache.invalidate('view.counts');
    cache.invalidate('search.query');
  }, calmMs);
  const subscriptions = [
    client.on('account.changed', () => {
      cache.invalidate('account.list');
      cache.invalidate('mailbox.list');
      cache.invalidate('server.remembered');
      viewsAreOld();
      cache.invalidate('storage.status');
    }),
    client.on('lock.changed', (lock) => {
      cache.patch('account.list', (accounts) =>
        accounts.map((account) =>
          account.accountId === lock.accountId ? { ...account, lock } : account,
        ),
      );
    }),
    client.on('mailboxes.changed', ({ accountId }) => {
      cache.invalidate('mailbox.list', (input) => input.accountId === accountId);
      viewsAreOld();
    }),
    client.on('messages.changed', ({ mailboxId }) => {
      cache.invalidate('message.list', (input) => input.mailboxId === mailboxId);
      viewsAreOld();
      cache.invalidate('conversation.list');
      cache.invalidate('conversation.open');
    }),
    // Texts that came meanwhile can be found: a search that is open goes on.
    client.on('sync.changed', viewsAreOld),
    client.on('drafts.changed', () => cache.invalidate('draft.list')),
    client.on('identities.changed', () => cache.invalidate('identity.list')),
    client.on('contacts.changed', () => {
      cache.invalidate('contact.list');
      cache.invalidate('contact.get');
      cache.invalidate('contact.suggest');
    }),
    client.on('transfer.changed', () => cache.invalidate('transfer.list')),
    client.on('outbox.changed', () => cache.invalidate('outbox.list')),
  ];
  return () => {
    for (const end of subscriptions) end();
  };
}
