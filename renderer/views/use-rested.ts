/** A value that may change quickly: a change that comes alone counts at once, of several only the last. */
import { useEffect, useState } from 'react';

/**
 * @param restMs changes closer than this belong together; the last of them counts once it has stood
 *   for as long
 */
export function useRested<Value extends string | undefined>(value: Value, restMs: number): Value {
  const [state, setState] = useState(() => ({
    value,
    rested: value,
    changedAt: performance.now(),
  }));
  if (state.value !== value) {
    const changedAt = performance.now();
    const alone = changedAt - state.changedAt >= restMs;
    // While it is being drawn: the first drawing of the change is the one with its effect.
    setState({ value, changedAt, rested: alone ? value : state.rested });
  }
  const { rested } = state;
  useEffect(() => {
    if (rested === value) return;
    const rest = () => setState((now) => ({ ...now, rested: value }));
    const timer = window.setTimeout(rest, restMs);
    return () => window.clearTimeout(timer);
  }, [value, rested, restMs]);
  return rested;
}
