/**
 * Whether an account may try its server at all. After something that only the person can mend,
 * every attempt would be one more knock with a wrong key: they are refused here instead.
 */
import { AuthError, type MailError } from '../errors.ts';
import { imapLimits } from './limits.ts';

export class AccountGate {
  #cleared = 0;
  #blocked: { readonly error: MailError; readonly until: number } | undefined;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @throws MailError what closed the gate, while it is closed */
  check(): void {
    if (this.#blocked !== undefined && this.waitMs() > 0) throw this.#blocked.error;
  }

  /** Milliseconds until the next attempt may be made: 0 when open, Infinity until `clear`. */
  waitMs(): number {
    return this.#blocked === undefined ? 0 : Math.max(0, this.#blocked.until - this.#now());
  }

  /** Names the time since the last `clear`: taken before an attempt, given back to `note`. */
  get era(): number {
    return this.#cleared;
  }

  /**
   * Closes the gate when `error` needs the person; other errors leave it as it is.
   * @param era from before the attempt: one that began before the person acted says nothing of now
   */
  note(error: MailError, era: number): void {
    if (era !== this.#cleared) return;
    // What the gate itself threw must not keep it closed for longer.
    if (error.retry !== 'after-user-action' || error === this.#blocked?.error) return;
    // A refused password stays refused; a stopped leg may be mended on the server's side.
    const wait = error instanceof AuthError ? Number.POSITIVE_INFINITY : imapLimits.retryStoppedMs;
    this.#blocked = { error, until: this.#now() + wait };
  }

  clear(): void {
    this.#cleared += 1;
    this.#blocked = undefined;
  }
}
