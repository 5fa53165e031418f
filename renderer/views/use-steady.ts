/** Handlers for what is drawn anew only when something on it changes (React.memo). */
import { useCallback, useLayoutEffect, useRef } from 'react';

/** The same function at every drawing, which does what `run` of the latest one does. */
export function useSteady<Args extends unknown[], Result>(
  run: (...args: Args) => Result,
): (...args: Args) => Result {
  const latest = useRef(run);
  useLayoutEffect(() => {
    latest.current = run;
  });
  return useCallback((...args) => latest.current(...args), []);
}
