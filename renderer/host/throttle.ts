/** Runs at once, and then at most once in each span of time, however often it is called. */

/** @returns the calm function; the last call of a burst is always followed by a run */
export function throttled(run: () => void, spanMs: number): () => void {
  let resting = false;
  let calledAgain = false;
  function start(): void {
    resting = true;
    calledAgain = false;
    run();
    setTimeout(() => {
      resting = false;
      if (calledAgain) start();
    }, spanMs);
  }
  return () => {
    if (resting) calledAgain = true;
    else start();
  };
}
