/**
 * Looks after the key ring while the gateway runs. Short steps on purpose: a timer of weeks would
 * overflow (2^31 ms), sleep through a suspended machine and miss a clock that was set.
 */
import type { Disposable } from '../app/disposable.ts';
import { describeError, type Logger } from '../app/log.ts';
import type { KeyRing } from './key-ring.ts';

const everyMs = 60_000;

export class KeyWatch implements Disposable {
  readonly #ring: Pick<KeyRing, 'refresh'>;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #complaint = '';

  constructor(ring: Pick<KeyRing, 'refresh'>, logger: Logger) {
    this.#ring = ring;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.check(), everyMs);
    this.#timer.unref();
  }

  /**
   * Takes what is on disk and does what is due, now. One at a time; a fault that stays is told once.
   * Never rejects.
   * @returns false when it failed
   */
  async check(): Promise<boolean> {
    await this.#running;
    this.#running ??= this.#refresh().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
    return this.#complaint === '';
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  async #refresh(): Promise<void> {
    try {
      await this.#ring.refresh();
      this.#complaint = '';
    } catch (error) {
      const complaint = describeError(error);
      if (complaint !== this.#complaint) {
        this.#logger.log('error', 'key-renewal-failed', { error: complaint });
      }
      this.#complaint = complaint;
    }
  }
}
