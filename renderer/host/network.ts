/** Tells the engine what the browser notices of the network: it looks at its connections at once. */
import type { Client } from './client.ts';

/** The parts of `window` that are listened to. */
export type NetworkTarget = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

/** @returns a function that ends it */
export function tellNetwork(target: NetworkTarget, client: Pick<Client, 'call'>): () => void {
  const tell = (online: boolean) => () => {
    // A hint: without it the engine notices later by itself.
    client.call('network.changed', { online }).catch(() => undefined);
  };
  const [online, offline] = [tell(true), tell(false)];
  target.addEventListener('online', online);
  target.addEventListener('offline', offline);
  return () => {
    target.removeEventListener('online', online);
    target.removeEventListener('offline', offline);
  };
}
