/**
 * Where the window was when it was last closed. Chromium notes it for an app window but does not
 * always go back there by itself, so the place is read from its notes and asked for.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from './cdp.ts';

const firstSize = '--window-size=1240,820';
/** Smallest side worth going back to, in pixels. */
const smallest = 300;

/** Flags for size and place; the first size when nothing usable is noted. */
export function placeFlags(userDataDir: string): string[] {
  const place = readPlace(userDataDir);
  if (place === undefined) return [firstSize];
  const { left, top, right, bottom, maximized } = place;
  const numbers = [left, top, right, bottom];
  if (!numbers.every((value): value is number => Number.isInteger(value))) return [firstSize];
  const [x = 0, y = 0, endX = 0, endY = 0] = numbers;
  const [width, height] = [endX - x, endY - y];
  if (width < smallest || height < smallest) return [firstSize];
  return [
    `--window-size=${width},${height}`,
    `--window-position=${x},${y}`,
    ...(maximized === true ? ['--start-maximized'] : []),
  ];
}

/** Chromium files the note under the app's host and path, cut at every full stop. */
function readPlace(userDataDir: string): Record<string, unknown> | undefined {
  try {
    const text = readFileSync(join(userDataDir, 'Default', 'Preferences'), 'utf8');
    let node: unknown = JSON.parse(text);
    for (const key of ['browser', 'app_window_placement', 'letterlock', 'invalid_/']) {
      node = isRecord(node) ? node[key] : undefined;
    }
    return isRecord(node) ? node : undefined;
  } catch {
    return undefined;
  }
}
