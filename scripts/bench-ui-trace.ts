/** Frames of a page while something moves, out of the browser's own trace. */
import type { Browser, Page } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly ts: number;
  readonly cat: string;
  readonly ph: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface Frames {
  readonly frames: number;
  /** From one drawn frame to the next, ms. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
  /** What the compositor could not draw in time. */
  readonly dropped: number;
}

function isEvent(value: unknown): value is TraceEvent {
  return typeof value === 'object' && value !== null && 'name' in value && 'ts' in value;
}

/** @throws Error when the trace has no frames */
export async function frameIntervals(
  browser: Browser,
  page: Page,
  move: () => Promise<void>,
): Promise<Frames> {
  await browser.startTracing(page, {
    categories: ['-*', 'devtools.timeline.frame', 'disabled-by-default-devtools.timeline.frame'],
  });
  await move();
  const parsed: unknown = JSON.parse((await browser.stopTracing()).toString());
  const list: unknown =
    typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'traceEvents') : undefined;
  const events = Array.isArray(list) ? list.filter(isEvent) : [];
  const drawn = events
    .filter(({ name }) => name === 'DrawFrame')
    .map(({ ts }) => ts / 1_000)
    .sort((a, b) => a - b);
  const intervals = drawn.slice(1).map((time, index) => time - (drawn[index] ?? time));
  if (intervals.length === 0) throw new Error('the trace has no drawn frames');
  intervals.sort((a, b) => a - b);
  const at = (share: number): number =>
    Number(
      (
        intervals[Math.min(intervals.length - 1, Math.floor(intervals.length * share))] ?? 0
      ).toFixed(1),
    );
  return {
    frames: drawn.length,
    medianMs: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    mostMs: at(1),
    dropped: events.filter(({ name }) => name === 'DroppedFrame').length,
  };
}
