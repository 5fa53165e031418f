/** What a person waits for in the app's window, measured in the page and by the browser's trace. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { mailLogin } from '../test/support/bench-mail/mail-store.ts';
import { type LaunchedWindow, launchWindow } from '../test/support/chromium-window.ts';
import { frameIntervals } from './bench-ui-trace.ts';

export interface WindowOptions {
  readonly profileDir: string;
  /** The host as it is shipped. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
}

const patienceMs = 1_800_000;
const startRuns = 7;
const openings = 100;

export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
}

export function spread(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number =>
    Number(
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1),
    );
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
}

function stored(profileDir: string, file: string, sql: string): number {
  const path = join(profileDir, file);
  if (!existsSync(path)) return 0;
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(database.prepare(sql).get()?.n ?? 0);
  } catch {
    // Being made just now.
    return 0;
  } finally {
    database.close();
  }
}

const headersIn = (dir: string) => stored(dir, 'mail.db', 'SELECT count(*) AS n FROM message');
const textsIn = (dir: string) => stored(dir, 'content.db', 'SELECT count(*) AS n FROM text');

/** A profile with all headers and the bodies of the last 90 days; kept when it is there already. */
export async function makeProfile(options: WindowOptions, count: number) {
  const began = performance.now();
  const window = await launchWindow(options);
  const { page } = window;
  try {
    const welcome = page.getByRole('button', { name: 'Add your account' });
    const row = page.locator(rowSelector).first();
    await welcome.or(row).first().waitFor({ timeout: patienceMs });
    if (await welcome.isVisible()) {
      await welcome.click();
      await page.getByLabel('Email address').fill(mailLogin.user);
      await page.getByLabel('Password', { exact: true }).fill(mailLogin.password);
      await page.getByText('We will use').waitFor();
      await page.getByRole('button', { name: 'Add account', exact: true }).click();
    }
    await row.waitFor({ timeout: patienceMs });
    await untilSynced(options.profileDir, count);
  } finally {
    await window.close();
  }
  return {
    seconds: Number(((performance.now() - began) / 1_000).toFixed(1)),
    headers: headersIn(options.profileDir),
    texts: textsIn(options.profileDir),
  };
}

/** All headers are there, and nothing came for three seconds. */
async function untilSynced(profileDir: string, count: number): Promise<void> {
  let texts = -1;
  let quiet = 0;
  while (quiet < 3) {
    await sleep(1_000);
    const now = textsIn(profileDir);
    quiet = now === texts && headersIn(profileDir) >= count ? quiet + 1 : 0;
    texts = now;
  }
}

const rowSelector = '[role=option][aria-posinset], [role=row][aria-rowindex]';

async function withWindow<T>(
  options: WindowOptions,
  use: (page: Page, window: LaunchedWindow) => Promise<T>,
): Promise<T> {
  const window = await launchWindow(options);
  try {
    await window.page.locator(rowSelector).nth(5).waitFor({ timeout: 60_000 });
    // The engine connects and looks for new mail first, as it does for a person.
    await sleep(3_000);
    return await use(window.page, window);
  } finally {
    await window.close();
  }
}

/**
 * From starting the host's process until the words of the first row were painted, as the browser
 * itself tells (Element Timing). The first start of a run is not counted.
 */
export async function measureStarts(options: WindowOptions) {
  const times: number[] = [];
  for (let run = 0; run <= startRuns; run += 1) {
    const spawnedAt = Date.now();
    const window = await launchWindow(options);
    try {
      await window.page.locator(rowSelector).first().waitFor({ timeout: 60_000 });
      const painted = await window.page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            const observer = new PerformanceObserver((list) => {
              const entry = list.getEntries()[0];
              if (entry !== undefined) resolve(performance.timeOrigin + entry.startTime);
            });
            observer.observe({ type: 'element', buffered: true });
          }),
      );
      if (run > 0) times.push(painted - spawnedAt);
    } finally {
      await window.close();
    }
  }
  return { usableMs: spread(times) };
}

/**
 * From the press on a row, or on the key for the next one, until the text stands in the reader and
 * the frame after that was drawn. A different message each time, none opened before in this window.
 * The rows that are clicked lie so far apart that none was read ahead as a neighbour.
 */
export async function measureOpening(options: WindowOptions) {
  return withWindow(options, async (page) => {
    const click = await openEach(page, 'pointerdown', async (turn) => {
      // The pointer comes with the press: a row that it rested on would have been read ahead.
      await page.mouse.move(2, 2);
      const target = await page.evaluate(rowInSight, {
        selector: rowSelector,
        index: turn * clickStride,
      });
      return () => page.mouse.click(target.x, target.y);
    });
    const first = openings * clickStride;
    const start = await page.evaluate(rowInSight, { selector: rowSelector, index: first });
    await page.mouse.click(start.x, start.y);
    // As long as each click waited for its row.
    const key = await openEach(page, 'keydown', async () => {
      await sleep(rowPauseMs);
      return () => page.keyboard.press('j');
    });
    return { click, key };
  });
}

const clickStride = 7;
const rowPauseMs = 250;

/** @param prepare gets the next message in reach; what it returns opens it */
async function openEach(
  page: Page,
  trigger: 'pointerdown' | 'keydown',
  prepare: (turn: number) => Promise<() => Promise<void>>,
) {
  const times: number[] = [];
  const kinds = { html: 0, plain: 0 };
  for (let turn = 0; turn < openings; turn += 1) {
    const open = await prepare(turn);
    await page.evaluate(watchOpening, trigger);
    await open();
    const { ms, html } = await page.evaluate(() => Reflect.get(window, 'benchOpened'));
    times.push(ms);
    kinds[html ? 'html' : 'plain'] += 1;
    await sleep(120);
  }
  return { openMs: spread(times), ...kinds };
}

/** Runs in the page: scrolls to row `index` and gives its middle. */
async function rowInSight({ selector, index }: { selector: string; index: number }) {
  const list = document.querySelector('[data-testid=message-list]');
  const height = document.querySelector(selector)?.getBoundingClientRect().height ?? 0;
  if (list !== null) list.scrollTop = Math.max(0, index * height - list.clientHeight / 2);
  await new Promise((done) => setTimeout(done, 250));
  const row = [...document.querySelectorAll(selector)].find(
    (each) => Number(each.getAttribute('aria-posinset')) === index + 1,
  );
  if (row === undefined) throw new Error(`row ${index + 1} is not there`);
  const box = row.getBoundingClientRect();
  return { x: box.x + 140, y: box.y + box.height / 2 };
}

/** Runs in the page: a promise of the time from the next press to the drawn message. */
function watchOpening(trigger: 'pointerdown' | 'keydown'): void {
  const article = () => document.querySelector('article:has(h1)');
  /** The element with the words of the message, once they are there. */
  const shown = (): Element | undefined => {
    const element = article()?.querySelector('[data-message-text]') ?? undefined;
    const inner =
      element instanceof HTMLIFrameElement ? element.contentDocument?.body : (element ?? undefined);
    return (inner?.textContent ?? '').trim() === '' ? undefined : element;
  };
  const before = article();
  const opened = new Promise((resolve) => {
    window.addEventListener(
      trigger,
      (event) => {
        const look = (): void => {
          const element = article() === before ? undefined : shown();
          if (element === undefined) {
            requestAnimationFrame(look);
            return;
          }
          const html = element instanceof HTMLIFrameElement;
          requestAnimationFrame(() =>
            setTimeout(() => resolve({ ms: performance.now() - event.timeStamp, html })),
          );
        };
        requestAnimationFrame(look);
      },
      { capture: true, once: true },
    );
  });
  Reflect.set(window, 'benchOpened', opened);
}

const queries = ['report', 'harbour', 'meeting', 'invoice', 'from:anna', 'projekt', 'budget plan'];

/** From each key until the results of what is then in the field stand in the drawn list. */
export async function measureSearching(options: WindowOptions) {
  return withWindow(options, async (page) => {
    const times: number[] = [];
    for (const query of queries) {
      await page.getByRole('searchbox').fill('');
      await page.getByRole('searchbox').focus();
      for (const letter of query) {
        await page.evaluate(watchTyping);
        await page.keyboard.type(letter);
        times.push(await page.evaluate(() => Reflect.get(window, 'benchFound')));
        await sleep(150);
      }
    }
    return { keyToResultsMs: spread(times) };
  });
}

/** Runs in the page. */
function watchTyping(): void {
  const found = new Promise((resolve) => {
    window.addEventListener(
      'keydown',
      (event) => {
        const look = (): void => {
          const list = document.querySelector('[aria-label="Search results"]');
          if (list === null || list.getAttribute('aria-busy') === 'true') {
            requestAnimationFrame(look);
            return;
          }
          requestAnimationFrame(() =>
            setTimeout(() => resolve(performance.now() - event.timeStamp)),
          );
        };
        // After the field has changed and the window has answered it.
        requestAnimationFrame(() => requestAnimationFrame(look));
      },
      { capture: true, once: true },
    );
  });
  Reflect.set(window, 'benchFound', found);
}

/** Wheel and drag over all rows; the compositor's drawn frames, from the browser's trace. */
export async function measureScrolling(options: WindowOptions) {
  return withWindow(options, async (page, { browser }) => {
    const session = await page.context().newCDPSession(page);
    const box = await page.locator(rowSelector).nth(3).boundingBox();
    const at = { x: (box?.x ?? 300) + 140, y: 500 };
    const scroll = async (distance: number, speed: number) => {
      await session.send('Input.synthesizeScrollGesture', {
        ...at,
        yDistance: -distance,
        speed,
        preventFling: true,
        gestureSourceType: 'mouse',
      });
    };
    const result: Record<string, unknown> = {};
    for (const [name, distance, speed] of [
      ['reading', 8_000, 1_500],
      ['fast', 60_000, 8_000],
      ['veryFast', 200_000, 40_000],
    ] as const) {
      await scroll(300, 1_500);
      result[name] = await frameIntervals(browser, page, () => scroll(distance, speed));
    }
    return result;
  });
}
