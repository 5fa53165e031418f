/**
 * Hostile HTML in the real window, from a real server: nothing runs, nothing is fetched, the window
 * does not freeze. Looked for on the network: a listener on this computer, and every request that
 * the browser made.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { CDPSession, Page } from 'playwright-core';
import { appOrigin } from '../../main/chromium/flags.ts';
import { type HostileLetter, heavyLetters, hostileLetters } from '../support/hostile-html.ts';
import { defaultUser } from '../support/servers/stack.ts';
import { fillAddAccount, openWorld, seeLock } from './person.ts';

/** What the window itself may ask for. */
const ownRequest =
  /^https:\/\/letterlock\.invalid\/(?:$|assets\/|message-frame\.html$|part\/[0-9a-f]+$|favicon)/;
/** Longer than this without a sign of life, and a person would call it frozen. */
const frozenMs = 10_000;

interface Listener {
  readonly origin: string;
  /** Connections so far. */
  count(): number;
}

async function listen(t: TestContext): Promise<Listener> {
  let count = 0;
  const server: Server = createServer((socket) => {
    count += 1;
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { origin: `http://127.0.0.1:${address.port}`, count: () => count };
}

/** Every request and socket of the page, as the browser tells of it. */
async function watchRequests(page: Page): Promise<string[]> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const urls: string[] = [];
  session.on('Network.requestWillBeSent', ({ request }) => urls.push(request.url));
  session.on('Network.webSocketCreated', ({ url }) => urls.push(url));
  session.on('Network.webTransportCreated', ({ url }) => urls.push(url));
  await session.send('Network.enable');
  return urls;
}

const isForeign = (url: string) => !ownRequest.test(url) && !/^data:image\//.test(url);

async function startHeart(page: Page): Promise<void> {
  await page.evaluate(() => {
    let last = performance.now();
    const beat = () => {
      const now = performance.now();
      document.documentElement.dataset.gap = String(
        Math.max(Number(document.documentElement.dataset.gap ?? 0), now - last),
      );
      last = now;
    };
    setInterval(beat, 20);
  });
}

/** The longest time without a beat since the last call (ms), once the window answers again. */
async function longestGap(page: Page): Promise<number> {
  return page.evaluate(async () => {
    for (let round = 0; round < 3; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const { dataset } = document.documentElement;
    const gap = Number(dataset.gap ?? 0);
    dataset.gap = '0';
    return Math.round(gap);
  });
}

function letterOf({ name, html }: HostileLetter, marker: string): string {
  const body = Buffer.from(`<p>${marker}</p>${html}`).toString('base64');
  return [
    'From: Somebody <somebody@elsewhere.test>',
    `To: ${defaultUser.user}`,
    `Subject: ${marker} ${name}`,
    'MIME-Version: 1.0',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(body.match(/.{1,76}/g) ?? []),
    '',
  ].join('\r\n');
}

/** Runs in the page. In its frame, or, beyond the caps, as text in the window itself. */
function isShown(marker: string): boolean {
  const frame = document.querySelector('iframe')?.contentDocument?.querySelector('body > *');
  const blocks = [frame, ...document.querySelectorAll('article div[dir=auto]')];
  return blocks.some((one) => one?.textContent?.includes(marker) === true);
}

interface Suite {
  readonly page: Page;
  readonly listener: Listener;
  readonly requests: string[];
  readonly dialogs: string[];
  readonly hostile: readonly HostileLetter[];
  readonly heavy: readonly HostileLetter[];
  /** Opens these letters one after the other. */
  openAll(
    letters: readonly HostileLetter[],
    onOpened: (letter: HostileLetter, gapMs: number) => Promise<void>,
  ): Promise<void>;
}

/** One mailbox for all letters and one window for all tests: hostile ones on top, heavy ones below. */
async function openSuite(t: TestContext): Promise<Suite> {
  const listener = await listen(t);
  const hostile = hostileLetters(listener.origin);
  const heavy = heavyLetters();
  const { page, stack } = await openWorld(t, { gateway: false, tls: 'backend' });
  const markers = new Map(
    [...hostile, ...heavy].map((letter, index) => [
      letter,
      `marker-${String(index).padStart(2, '0')}`,
    ]),
  );
  await stack.dovecot.appendAll(
    defaultUser.user,
    [...markers].map(([letter, marker], index) => ({
      raw: letterOf(letter, marker),
      options: { receivedAt: new Date(Date.UTC(2026, 10, 25, 12, 0, -index)) },
    })),
  );
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => dialogs.push(dialog.message()));
  const requests = await watchRequests(page);
  await fillAddAccount(page);
  await seeLock(page, 'Encrypted to localhost');
  await page.getByRole('option', { name: /marker-00/ }).waitFor();
  await startHeart(page);
  let isOpen = false;
  return {
    page,
    listener,
    requests,
    dialogs,
    hostile,
    heavy,
    async openAll(letters, onOpened) {
      for (const letter of letters) {
        const marker = markers.get(letter) ?? '';
        if (isOpen) await page.keyboard.press('j');
        else await page.getByRole('option', { name: new RegExp(marker) }).click();
        isOpen = true;
        await page.getByRole('heading', { name: new RegExp(marker) }).waitFor();
        await page.waitForFunction(isShown, marker);
        await onOpened(letter, await longestGap(page));
      }
    },
  };
}

/** True when something of a letter left a mark in the window or in one of its frames. */
async function somethingRan(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const windows = [
      window,
      ...[...document.querySelectorAll('iframe')].map((one) => one.contentWindow),
    ];
    return windows.some((one) => one !== null && Object.hasOwn(one, 'ran'));
  });
}

test('HTML that means harm', async (t) => {
  const suite = await openSuite(t);
  await t.test('nothing of a hostile letter runs, and nothing is fetched', (one) =>
    seeNothingRun(one, suite),
  );
  await t.test('the window never freezes over a huge or deep letter', (one) =>
    seeNoFreeze(one, suite),
  );
  // Last, for the browser lists what this one asks for.
  await t.test(
    'without the sanitiser, the frame and the host alone let nothing run and nothing out',
    () => seeFrameHold(suite),
  );
  assert.deepEqual(suite.dialogs, []);
});

async function seeNothingRun(t: TestContext, suite: Suite): Promise<void> {
  const { page, listener, requests, dialogs, hostile, openAll } = suite;
  let longest = 0;
  await openAll(hostile, async ({ name }, gapMs) => {
    assert.equal(await somethingRan(page), false, name);
    assert.equal(page.url(), `${appOrigin}/`, name);
    assert.deepEqual(requests.filter(isForeign), [], name);
    assert.equal(listener.count(), 0, name);
    longest = Math.max(longest, gapMs);
  });
  assert.deepEqual(dialogs, []);
  assert.ok(
    requests.some((url) => url.endsWith('/message-frame.html')),
    'the log saw the frames',
  );
  assert.ok(longest < frozenMs);
  t.diagnostic(`${hostile.length} letters, longest pause of the window ${longest} ms`);
}

async function seeNoFreeze(t: TestContext, suite: Suite): Promise<void> {
  const { page, requests, heavy, openAll } = suite;
  const gaps: string[] = [];
  await openAll(heavy, async ({ name }, gapMs) => {
    gaps.push(`${name} ${gapMs} ms`);
    assert.ok(gapMs < frozenMs, `${name}: ${gapMs} ms`);
    // It still does what it is told.
    await page.getByRole('button', { name: 'Reply', exact: true }).waitFor();
  });
  assert.deepEqual(requests.filter(isForeign), []);
  t.diagnostic(`pauses of the window: ${gaps.join(', ')}`);
}

async function seeFrameHold({ page, listener, requests, dialogs, hostile }: Suite): Promise<void> {
  const allowed = requests.length;
  for (const { name, html } of hostile) {
    await page.evaluate(async (source) => {
      const frame = document.createElement('iframe');
      frame.setAttribute('sandbox', 'allow-same-origin');
      frame.src = '/message-frame.html';
      document.body.append(frame);
      await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
      const inner = frame.contentDocument;
      if (inner === null) throw new Error('no frame');
      inner.body.innerHTML = source;
      // Long enough for a first request of anything that would make one.
      await new Promise((resolve) => setTimeout(resolve, 60));
      if (Object.hasOwn(frame.contentWindow ?? {}, 'ran')) throw new Error('it ran');
      frame.remove();
    }, html);
    assert.equal(await somethingRan(page), false, name);
    assert.equal(page.url(), `${appOrigin}/`, name);
    assert.equal(listener.count(), 0, name);
  }
  assert.deepEqual(dialogs, []);
  // What the host refuses, the browser still lists; nothing of it got an answer.
  assert.ok(requests.length > allowed);
  assert.equal(listener.count(), 0);
}
