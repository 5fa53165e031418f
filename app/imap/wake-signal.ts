/** A wait that ends by time, by a call, or by an abort: for loops that retry or watch. */
export class WakeSignal {
  #wake: (() => void) | undefined;
  #pending = false;

  /** Ends the wait that is on, or the next one. */
  wake(): void {
    this.#pending = true;
    this.#wake?.();
  }

  /** @param timeoutMs Infinity waits for `wake` or the abort alone */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted && timeoutMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = Number.isFinite(timeoutMs) ? setTimeout(() => end(), timeoutMs) : undefined;
        const end = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          this.#wake = undefined;
          resolve();
        };
        signal.addEventListener('abort', end, { once: true });
        this.#wake = end;
      });
    }
    this.#pending = false;
  }
}
