/** By keyboard alone, and for those who hear the window: focus, and what axe says of every screen. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { defaultUser } from '../support/servers/stack.ts';
import {
  fillAddAccount,
  messageRow,
  openWorld,
  patienceMs,
  seeLock,
  type World,
} from './person.ts';
import { assertAccessible } from './support/accessible.ts';

const letters = [
  { subject: 'The grey heron', text: 'She stands in the shallows, unimpressed.' },
  {
    subject: 'Timetable of the ferry',
    text: 'The last crossing is at twenty past nine, by moonlight.',
  },
  { subject: 'Soup for eleven', text: 'Barley first, then the leeks, patience throughout.' },
] as const;

/** An account with the letters in its inbox, the last of them on top, and one with a link in it. */
async function openWithLetters(t: TestContext): Promise<World> {
  const world = await openWorld(t, { gateway: false, tls: 'backend' });
  const put = (index: number, subject: string, type: string, body: string) =>
    world.stack.dovecot.append(
      defaultUser.user,
      [
        'From: Anna Holm <anna@elsewhere.test>',
        `To: ${defaultUser.user}`,
        `Subject: ${subject}`,
        `Message-ID: <letter-${index}@elsewhere.test>`,
        `Date: Wed, 25 Nov 2026 1${index}:00:00 +0000`,
        'MIME-Version: 1.0',
        `Content-Type: ${type}; charset=utf-8`,
        '',
        body,
        '',
      ].join('\r\n'),
      { receivedAt: new Date(Date.UTC(2026, 10, 25, 10 + index)) },
    );
  await put(
    0,
    'With a link',
    'text/html',
    '<p>See <a href="https://elsewhere.test/">there</a>.</p>',
  );
  for (const [index, { subject, text }] of letters.entries()) {
    await put(index + 1, subject, 'text/plain', text);
  }
  return world;
}

/** Presses Tab until something of this name has the focus, as somebody without a pointer does. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let count = 0; count < 40; count += 1) {
    await page.keyboard.press('Tab');
    if ((await focusedName(page)) === name) return;
  }
  assert.fail(`Tab does not lead to ${name}`);
}

function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const it = document.activeElement;
    const label = it instanceof HTMLInputElement ? it.labels?.[0]?.textContent : undefined;
    return it?.getAttribute('aria-label') ?? label ?? it?.textContent ?? '';
  });
}

/** Waits until the focus is in a part of the window. */
async function seeFocusIn(page: Page, area: string): Promise<void> {
  const end = Date.now() + patienceMs;
  const where = () =>
    page.evaluate(
      () =>
        document.activeElement?.closest<HTMLElement>('[data-area]')?.dataset.area ??
        document.activeElement?.tagName ??
        '',
    );
  while (Date.now() < end && (await where()) !== area) await pause(50);
  assert.equal(await where(), area);
}

/** The focus can be seen: a line of at least 2 px around what has it. */
async function seeRing(page: Page, selector: string): Promise<void> {
  const width = await page
    .locator(selector)
    .first()
    .evaluate((it) => getComputedStyle(it).outline);
  assert.match(width, /solid.* 2px|2px.* solid|solid 2px/, `${selector}: ${width}`);
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });

test('from the welcome to a sent answer without a pointer', async (t) => {
  const { page } = await openWithLetters(t);
  await page.getByRole('button', { name: 'Add your account' }).waitFor();
  await tabTo(page, 'Add your account');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  if ((await focusedName(page)) !== 'Email address') await tabTo(page, 'Email address');
  await page.keyboard.type(defaultUser.user);
  await tabTo(page, 'Password');
  await page.keyboard.type(defaultUser.password);
  await page.getByText('We will use').waitFor();
  await tabTo(page, 'Add account');
  await page.keyboard.press('Enter');
  await seeLock(page, 'Encrypted to localhost');
  for (const { subject } of letters) await messageRow(page, subject).waitFor();

  // Reading: the first, the next, and back to the list.
  await page.keyboard.press('j');
  await seeFocusIn(page, 'list');
  await heading(page, 'Soup for eleven').waitFor();
  await seeRing(page, '[role="option"][aria-selected="true"]');
  await page.keyboard.press('o');
  await seeFocusIn(page, 'reader');
  await page.keyboard.press('j');
  await heading(page, 'Timetable of the ferry').waitFor();
  await seeFocusIn(page, 'reader');
  await page.keyboard.press('u');
  await seeFocusIn(page, 'list');
  await heading(page, 'Timetable of the ferry').waitFor();

  // Archive goes on to the next one; undo comes back.
  await page.keyboard.press('e');
  await messageRow(page, 'Timetable of the ferry').waitFor({ state: 'detached' });
  await heading(page, 'The grey heron').waitFor();
  await seeFocusIn(page, 'list');
  await page.keyboard.press('z');
  await messageRow(page, 'Timetable of the ferry').waitFor();
  await page.getByRole('status').getByText('Undone').waitFor({ state: 'attached' });

  // What came back from the server has another name there: it is gone to anew.
  await page.keyboard.press('k');
  await page.keyboard.press('k');
  await heading(page, 'Soup for eleven').waitFor();
  await page.keyboard.press('j');
  await heading(page, 'Timetable of the ferry').waitFor();
  await page.keyboard.press('s');
  await page.getByRole('option', { name: /Timetable of the ferry.*Starred/ }).waitFor();
  await page.keyboard.press('Shift+u');
  await page.getByRole('option', { name: /Unread.*Timetable of the ferry/ }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await heading(page, 'Starred').waitFor();
  await messageRow(page, 'Timetable of the ferry').waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await heading(page, 'Inbox').waitFor();

  await messageRow(page, 'Soup for eleven').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('v');
  await page.keyboard.type('arch');
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('Moved to Archive').waitFor();
  await seeFocusIn(page, 'list');

  // A result is opened and answered; single keys are letters while one writes.
  await page.keyboard.press('Control+f');
  await page.keyboard.type('moonlight');
  await page.locator('mark', { hasText: 'moonlight' }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await seeFocusIn(page, 'reader');
  await page.keyboard.press('Control+r');
  const composer = page.getByRole('region', { name: /^Draft: / });
  await composer.waitFor();
  await seeFocusIn(page, 'composer');
  await page.keyboard.type('e#cz: see you aboard.');
  await composer
    .getByLabel('Message text')
    .getByText('e#cz: see you')
    .or(composer)
    .first()
    .waitFor();
  await page.keyboard.press('Control+Enter');
  await composer.waitFor({ state: 'detached' });
  await messageRow(page, 'Timetable of the ferry').waitFor();

  // Settings, and a mailbox by a few letters.
  await page.keyboard.press('Control+,');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await page.keyboard.type('trásh');
  await page.getByRole('option', { name: /^Trash/ }).waitFor();
  await page.keyboard.press('Enter');
  await heading(page, 'Trash').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await page.keyboard.type('soup');
  await page.getByRole('option', { name: /Search mail for/ }).waitFor();
  await page.keyboard.press('Enter');
  await messageRow(page, 'Soup for eleven').waitFor();

  // People, from two letters on: what they wrote, and a letter to them.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('holm');
  await page.getByRole('option', { name: /^Mail from Anna Holm/ }).waitFor();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await messageRow(page, 'With a link').waitFor();
  assert.equal(await page.getByRole('searchbox').inputValue(), 'from:anna@elsewhere.test');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('holm');
  await page.getByRole('option', { name: /^Write to Anna Holm/ }).click();
  const letter = page.getByRole('region', { name: /^Draft: / });
  await letter.getByText('Anna Holm', { exact: true }).waitFor();
});

test('the focus goes round by F6, out of a message again, and never to nowhere', async (t) => {
  const { page } = await openWithLetters(t);
  await fillAddAccount(page);
  await seeLock(page, 'Encrypted to localhost');
  await messageRow(page, 'With a link').waitFor();
  // An empty pane is passed over.
  for (const area of ['sidebar', 'list', 'sidebar']) {
    await page.keyboard.press('F6');
    await seeFocusIn(page, area);
  }
  await seeRing(page, ':focus');
  await page.keyboard.press('j');
  await heading(page, 'Soup for eleven').waitFor();
  await seeFocusIn(page, 'list');
  await page.keyboard.press('F6');
  await seeFocusIn(page, 'reader');

  // Into the frame of a message, and out at its other end.
  await messageRow(page, 'With a link').click();
  await page.frameLocator('iframe').getByRole('link', { name: 'there' }).waitFor();
  await page.keyboard.press('o');
  await seeFocusIn(page, 'reader');
  const inFrame = () => page.evaluate(() => document.activeElement?.tagName === 'IFRAME');
  let tabs = 0;
  for (; tabs < 10 && !(await inFrame()); tabs += 1) await page.keyboard.press('Tab');
  assert.ok(await inFrame(), 'the link can be reached');
  await page.keyboard.press('F6');
  await seeFocusIn(page, 'sidebar');
  await page.keyboard.press('Shift+F6');
  await seeFocusIn(page, 'reader');
  for (tabs = 0; tabs < 5 && (await inFrame()); tabs += 1) await page.keyboard.press('Tab');
  assert.ok(!(await inFrame()), 'Tab leaves the message');

  // What had the focus goes with the last message: the list has it then.
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await heading(page, 'Inbox').waitFor();
  const archive = page
    .getByRole('region', { name: 'Message', exact: true })
    .getByRole('button', { name: 'Archive' });
  await page.keyboard.press('j');
  for (const { subject } of letters.toReversed()) {
    await heading(page, subject).waitFor();
    await archive.focus();
    await page.keyboard.press('Enter');
    await messageRow(page, subject).waitFor({ state: 'detached' });
  }
  await heading(page, 'With a link').waitFor();
  await archive.focus();
  await page.keyboard.press('Enter');
  await messageRow(page, 'With a link').waitFor({ state: 'detached' });
  await archive.waitFor({ state: 'detached' });
  await seeFocusIn(page, 'list');

  // A sheet gives the focus back.
  await page.keyboard.press('Shift+F6');
  await seeFocusIn(page, 'sidebar');
  const before = await focusedName(page);
  await page.keyboard.press('Control+,');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement !== document.body);
  assert.equal(await focusedName(page), before);
});

test('axe finds nothing on any screen', async (t) => {
  const { page } = await openWithLetters(t);
  await page.getByRole('button', { name: 'Add your account' }).waitFor();
  await assertAccessible(page, 'welcome');
  await page.getByRole('button', { name: 'Add your account' }).click();
  await page.getByRole('dialog').waitFor();
  await assertAccessible(page, 'add account');
  await page.keyboard.press('Escape');
  await fillAddAccount(page);
  const lock = await seeLock(page, 'Encrypted to localhost');
  for (const { subject } of letters) await messageRow(page, subject).waitFor();
  await messageRow(page, 'With a link').click();
  await page.frameLocator('iframe').getByRole('link', { name: 'there' }).waitFor();

  /** Opens something, has it judged, and closes it by Escape. */
  async function judge(name: string, open: () => Promise<void>): Promise<void> {
    await open();
    const sheet = page.getByRole('dialog');
    await sheet.waitFor();
    await assertAccessible(page, name);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
  }
  for (const theme of ['Light appearance', 'Dark appearance']) {
    await page.keyboard.press('Control+k');
    await page.keyboard.type(theme);
    await page.getByRole('option', { name: theme, exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('combobox').waitFor({ state: 'detached' });
    await assertAccessible(page, `main: ${theme}`);
    await judge(`palette: ${theme}`, () => page.keyboard.press('Control+k'));
    await judge(`shortcuts: ${theme}`, () => page.keyboard.press('?'));
  }
  await judge('settings', () => page.keyboard.press('Control+,'));
  await judge('lock', () => lock.click());
  await judge('move', async () => {
    await messageRow(page, 'Soup for eleven').click();
    await page.keyboard.press('v');
  });
  await page.keyboard.press('r');
  const composer = page.getByRole('region', { name: /^Draft: / });
  await composer.waitFor();
  await assertAccessible(page, 'composer');
  await page.keyboard.press('Escape');
  await composer.waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  await page.keyboard.type('moonlight');
  await page.locator('mark', { hasText: 'moonlight' }).waitFor();
  await assertAccessible(page, 'search');
  await page.keyboard.press('Escape');

  // A window of 1280 pixels at 400 %: everything in one column, nothing cut off sideways.
  await page.setViewportSize({ width: 320, height: 256 });
  await messageRow(page, 'Soup for eleven').waitFor();
  await assertAccessible(page, 'narrow list');
  await page.keyboard.press('j');
  await page.keyboard.press('o');
  await seeFocusIn(page, 'reader');
  await assertAccessible(page, 'narrow message');
  const beyond = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
  assert.equal(beyond, 0);
  await judge('narrow palette', () => page.keyboard.press('Control+k'));
  await judge('narrow shortcuts', () => page.keyboard.press('?'));
});
