/**
 * Events from the parts of the engine to its host. The same "something changed" many times in a
 * moment is told twice: at once, and when the moment is over.
 */
import type { EventName, EventPayload } from './contract/index.ts';
import type { Disposable } from './disposable.ts';

/** How long a moment is. */
const momentMs = 50;

/** Events that say only that something changed: repeating one adds nothing. */
const repeatable: ReadonlySet<EventName> = new Set([
  'account.changed',
  'mailboxes.changed',
  'messages.changed',
  'drafts.changed',
  'outbox.changed',
  'transfer.changed',
]);

type Listener = (name: EventName, payload: unknown) => void;

interface Moment {
  timer: NodeJS.Timeout;
  again: boolean;
}

export class EventBus implements Disposable {
  readonly #listeners: Listener[] = [];
  readonly #moments = new Map<string, Moment>();

  on(listener: Listener): void {
    this.#listeners.push(listener);
  }

  readonly emit = <E extends EventName>(name: E, payload: EventPayload<E>): void => {
    if (!repeatable.has(name)) {
      this.#deliver(name, payload);
      return;
    }
    const key = `${name} ${JSON.stringify(payload)}`;
    const moment = this.#moments.get(key);
    if (moment !== undefined) {
      moment.again = true;
      return;
    }
    this.#deliver(name, payload);
    this.#open(key, name, payload);
  };

  dispose(): void {
    for (const { timer } of this.#moments.values()) clearTimeout(timer);
    this.#moments.clear();
    this.#listeners.length = 0;
  }

  #open(key: string, name: EventName, payload: unknown): void {
    const timer = setTimeout(() => {
      const again = this.#moments.get(key)?.again === true;
      this.#moments.delete(key);
      if (!again) return;
      this.#deliver(name, payload);
      this.#open(key, name, payload);
    }, momentMs);
    this.#moments.set(key, { timer, again: false });
  }

  #deliver(name: EventName, payload: unknown): void {
    for (const listener of this.#listeners) listener(name, payload);
  }
}
