/** Counts open connections per client address, so that one client cannot take them all. */
import { isIPv6 } from 'node:net';
import type { GatewayLimits } from './limits.ts';
import { plainAddress } from './proxy-protocol.ts';

export class ConnectionCounter {
  readonly #limits: GatewayLimits;
  readonly #perClient = new Map<string, number>();
  #total = 0;

  constructor(limits: GatewayLimits) {
    this.#limits = limits;
  }

  /** @returns undefined when there are too many; otherwise what to call at its end, once */
  admit(address: string): (() => void) | undefined {
    const client = clientOf(address);
    const own = this.#perClient.get(client) ?? 0;
    if (own >= this.#limits.connectionsPerAddress || this.#total >= this.#limits.connections) {
      return undefined;
    }
    this.#perClient.set(client, own + 1);
    this.#total += 1;
    return () => {
      this.#total -= 1;
      const left = (this.#perClient.get(client) ?? 1) - 1;
      if (left > 0) this.#perClient.set(client, left);
      else this.#perClient.delete(client);
    };
  }
}

/** One customer has a whole IPv6 /64; counting single addresses would count nothing. */
export function clientOf(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const missing = plain.includes('::') ? Math.max(0, 8 - front.length - back.length) : 0;
  const groups = [...front, ...Array.from({ length: missing }, () => '0'), ...back];
  return `${groups.slice(0, 4).join(':').toLowerCase()}::/64`;
}
