/**
 * Remembers messages 1 for as long as memory is spent on it. A replayed one gives an attacker
 * nothing, but it would cost a backend connection: honest clients never send one twice.
 */
import { hash } from 'node:crypto';
import { sizes } from './limits.ts';

export class ReplayGuard {
  readonly #capacity: number;
  readonly #seen = new Set<string>();

  constructor(capacity: number = sizes.rememberedHandshakes) {
    this.#capacity = capacity;
  }

  /** True the first time this message comes; false when it is known. */
  admit(message1: Uint8Array): boolean {
    // A hash: a hybrid message is 1,248 octets, and many of them are remembered.
    const name = hash('sha256', message1, 'base64');
    if (this.#seen.has(name)) return false;
    if (this.#seen.size >= this.#capacity) {
      const [oldest] = this.#seen;
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    this.#seen.add(name);
    return true;
  }
}
