/**
 * Gathers mail that came within a moment, looks again what became of it, and says what is due.
 * The decision is `decide.ts`; showing is the window's and the host's.
 */
import type { DueNotification, MessageRef, Settings } from '../contract/index.ts';
import type { Disposable } from '../disposable.ts';
import { type Arrival, decideNotices } from './decide.ts';

/** Mail that another device reads at once, or a filter moves away, is no news. */
const gatherMs = 1_500;
/** While mail keeps coming, it is told of this often all the same. */
const mostGatherMs = 6_000;
/** Beyond it only the number grows. */
const mostGathered = 500;

export interface NotifierOptions {
  readonly settings: () => Settings;
  /** As it is now; undefined when it has gone. */
  readonly arrival: (ref: MessageRef) => Arrival | undefined;
  readonly ownAddresses: () => ReadonlySet<string>;
  readonly onDue: (due: DueNotification) => void;
  readonly now?: () => Date;
  readonly gatherMs?: number;
}

export class Notifier implements Disposable {
  readonly #options: NotifierOptions;
  readonly #gathered: MessageRef[] = [];
  #timer: NodeJS.Timeout | undefined;
  #began = 0;
  /** Until the window says otherwise: what starts is in front of the person. */
  #focused = true;
  #lastId = 0;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  setFocused(focused: boolean): void {
    this.#focused = focused;
  }

  arrived(ref: MessageRef): void {
    if (this.#focused || this.#gathered.length >= mostGathered) return;
    const now = Date.now();
    if (this.#gathered.length === 0) this.#began = now;
    this.#gathered.push(ref);
    clearTimeout(this.#timer);
    const left = this.#began + mostGatherMs - now;
    const waitMs = Math.max(0, Math.min(this.#options.gatherMs ?? gatherMs, left));
    this.#timer = setTimeout(() => this.#tell(), waitMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#gathered.length = 0;
  }

  #tell(): void {
    const { settings, arrival, ownAddresses, onDue, now } = this.#options;
    const arrivals = this.#gathered.splice(0).flatMap((ref) => arrival(ref) ?? []);
    const chosen = settings();
    const notices = decideNotices({
      arrivals,
      settings: chosen,
      focused: this.#focused,
      ownAddresses: ownAddresses(),
      now: now?.() ?? new Date(),
    });
    for (const [index, notice] of notices.entries()) {
      this.#lastId += 1;
      // One sound for what comes together.
      const silent = !chosen.notificationSound || index > 0;
      onDue({ ...notice, notificationId: `n${this.#lastId}`, silent });
    }
  }
}
