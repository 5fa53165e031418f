/** Which events make which answers old. The one place where events meet the cache. */
import type { Client } from './client.ts';
import type { QueryCache } from './query-cache.ts';

/** @returns a function that ends all subscriptions */
export function connectEvents(client: Client, cache: QueryCache): () => void {
  const subscriptions = [
    client.on('account.changed', () => {
      cache.invalidate('account.list');
      cache.invalidate('mailbox.list');
      cache.invalidate('server.remembered');
      cache.invalidate('view.list');
      cache.invalidate('view.counts');
      cache.invalidate('search.query');
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
      cache.invalidate('view.counts');
    }),
    client.on('messages.changed', ({ mailboxId }) => {
      cache.invalidate('message.list', (input) => input.mailboxId === mailboxId);
      cache.invalidate('view.list');
      cache.invalidate('view.counts');
      cache.invalidate('conversation.list');
      cache.invalidate('conversation.open');
      cache.invalidate('search.query');
    }),
    // Texts that came meanwhile can be found: a search that is open goes on.
    client.on('sync.changed', () => cache.invalidate('search.query')),
    client.on('drafts.changed', () => cache.invalidate('draft.list')),
    client.on('outbox.changed', () => cache.invalidate('outbox.list')),
  ];
  return () => {
    for (const end of subscriptions) end();
  };
}
