/**
 * Pictures over the fixture engine: `node scripts/shots.ts [--out shots] [--only text]`.
 * Without more: the gallery, every screen in light and dark, wide and narrow, in several languages,
 * and `index.html` beside it. `--cases`: single cases and states instead. `--only`: what matches,
 * of both. `--gallery`: of the gallery alone. `--lang en,de`: the gallery in these languages.
 * The built page is served by request interception: no server, no port, no network.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page, type Route } from 'playwright-core';
import { build } from 'vite';
import { landscape } from '../test/support/demo-mail/pictures.ts';
import { galleryShots, writeIndex } from './gallery.ts';
import { screens } from './gallery-screens.ts';
import type { Shot } from './shot.ts';
import { shots } from './shots-list.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const origin = 'http://letterlock.fixture';
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** The same policies that the hosts set. */
const appPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'none'; frame-src 'self'; base-uri 'none'; form-action 'none'";
const framePolicy =
  "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; font-src 'none'";

async function serve(route: Route): Promise<void> {
  const url = new URL(route.request().url());
  if (url.origin !== origin) return route.abort();
  if (/^\/(?:part|remote)\//.test(url.pathname)) {
    return route.fulfill({ body: landscape(url.pathname.length), contentType: 'image/png' });
  }
  const path = url.pathname === '/' ? '/index.html' : url.pathname;
  try {
    const body = await readFile(join(root, 'dist/fixture', path));
    const policy = path === '/message-frame.html' ? framePolicy : appPolicy;
    await route.fulfill({
      body,
      headers: {
        'content-type': types[extname(path)] ?? 'application/octet-stream',
        'content-security-policy': policy,
      },
    });
  } catch {
    await route.fulfill({ status: 404, body: '' });
  }
}

async function take(browser: Browser, shot: Shot, theme: 'light' | 'dark', out: string) {
  const context = await browser.newContext({
    viewport: { width: shot.width ?? 1_320, height: shot.height ?? 860 },
    deviceScaleFactor: shot.scale ?? 1.5,
    colorScheme: theme,
    reducedMotion: 'reduce',
    contrast: shot.contrast ?? 'no-preference',
    forcedColors: shot.forcedColors ?? 'none',
    locale: shot.lang ?? 'en-GB',
  });
  const problems: string[] = [];
  try {
    const page: Page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.route('**/*', serve);
    await page.goto(`${origin}/?theme=${theme}&${shot.query ?? ''}`);
    await page.evaluate(() => document.fonts.ready);
    await page.locator('#root > *').first().waitFor();
    await page.waitForTimeout(250);
    await shot.act?.(page);
    await page.waitForTimeout(350);
    await page.screenshot({ path: join(out, `${shot.name}-${theme}.png`) });
  } finally {
    await context.close();
  }
  return problems;
}

interface Job {
  readonly shot: Shot;
  readonly theme: 'light' | 'dark';
  readonly folder: string;
}

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'shots' },
    only: { type: 'string' },
    lang: { type: 'string' },
    gallery: { type: 'boolean', default: false },
    cases: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
  },
});
const out = resolve(root, values.out);
await mkdir(join(out, 'gallery'), { recursive: true });

async function jobs(): Promise<Job[]> {
  const chosen = values.only === undefined ? undefined : new RegExp(values.only);
  const all: Job[] = [];
  if (!values.cases) {
    const languages = values.lang?.split(',');
    for (const taken of await galleryShots(screens, languages)) {
      all.push({ ...taken, folder: join(out, 'gallery') });
    }
  }
  if (values.cases || (chosen !== undefined && !values.gallery)) {
    for (const shot of shots) {
      for (const theme of shot.themes ?? (['light', 'dark'] as const)) {
        all.push({ shot, theme, folder: out });
      }
    }
  }
  return all.filter(({ shot, theme }) => chosen?.test(`${shot.name}-${theme}`) ?? true);
}

if (!values.built) {
  await build({ configFile: join(root, 'test/support/fixture/vite.config.ts'), logLevel: 'warn' });
}
const browser = await chromium.launch({
  executablePath: process.env.LETTERLOCK_CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
let failed = 0;
const waiting = await jobs();

/** Takes one picture after the other until none is left. */
async function work(): Promise<void> {
  for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
    const { shot, theme, folder } = job;
    const problems = await take(browser, shot, theme, folder).catch((error: unknown) => [
      String(error),
    ]);
    if (problems.length > 0) failed += 1;
    console.log(`${shot.name}-${theme}${problems.map((text) => `\n  ${text}`).join('')}`);
  }
}

try {
  // Most of a picture's time is waiting for the window to come to rest.
  await Promise.all([work(), work(), work()]);
} finally {
  await browser.close();
}
await writeIndex(out, screens);
process.exitCode = failed === 0 ? 0 : 1;
