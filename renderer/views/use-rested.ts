/** A value that may change quickly: a change that comes alone counts at once, of several only the last. */
import { useLayoutEffect, useRef, useState } from 'react';

/**
 * @param restMs changes closer than this belong together; the last of them counts once it has stood
 *   for as long
 */
export function useRested<Value extends string | undefined>(value: Value, restMs: number): Value {
  const [rested, setRested] = useState(value);
  const changedAt = useRef(Number.NEGATIVE_INFINITY);
  // Before anything is drawn: the frame of the change is the frame of its effect.
  useLayoutEffect(() => {
    const now = performance.now();
    const alone = now - changedAt.current >= restMs;
    changedAt.current = now;
    if (alone) {
      setRested(value);
      return;
    }
    const timer = window.setTimeout(() => setRested(value), restMs);
    return () => window.clearTimeout(timer);
  }, [value, restMs]);
  return rested;
}
