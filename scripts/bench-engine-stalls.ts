/** How two threads of the measured process tell their event loops' delays. */
import type { monitorEventLoopDelay } from 'node:perf_hooks';

export const stallChannel = 'letterlock-bench-stalls';
export const stallResolutionMs = 5;

/** Milliseconds that timers came late, since the last look. */
export interface Stalls {
  readonly p99: number;
  readonly max: number;
}

export function toStalls(delays: ReturnType<typeof monitorEventLoopDelay>): Stalls {
  const ms = (nanoseconds: number): number =>
    Math.max(0, Number((nanoseconds / 1_000_000 - stallResolutionMs).toFixed(1)));
  return { p99: ms(delays.percentile(99)), max: delays.count === 0 ? 0 : ms(delays.max) };
}
