/** First run, settings, notifications and imports in a real window on real servers. */
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { holdFileDialogs } from '../support/file-dialog.ts';
import { defaultUser, type Stack } from '../support/servers/stack.ts';
import {
  chooseSetting,
  closeSheet,
  fillAddAccount,
  messageRow,
  openSettings,
  openWorld,
  patienceMs,
  seeLock,
} from './person.ts';

const servers = { gateway: false, tls: 'backend' } as const;

/** A letter that somebody sent to the person. */
async function deliver(stack: Stack, subject: string, from = 'Anna Holm <anna@elsewhere.test>') {
  const lines = [
    `From: ${from}`,
    `To: ${defaultUser.user}`,
    `Subject: ${subject}`,
    `Message-ID: <${subject.replaceAll(' ', '-')}@elsewhere.test>`,
    'Date: Wed, 25 Nov 2026 10:00:00 +0000',
    '',
    `All about ${subject}.`,
    '',
  ];
  await stack.dovecot.append(defaultUser.user, lines.join('\r\n'));
}

const root = (page: Page) => page.evaluate(() => ({ ...document.documentElement.dataset }));

test('from nothing to the inbox, and every setting takes effect at once', async (t) => {
  const world = await openWorld(t, servers);
  let { page } = world;
  await deliver(world.stack, 'The grey heron');
  const began = performance.now();
  await fillAddAccount(page);
  const row = messageRow(page, 'The grey heron');
  await row.waitFor();
  t.diagnostic(`first run to inbox: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  await page.waitForFunction(() => document.title === '(1) Letterlock');

  await openSettings(page, 'Appearance');
  const size = () =>
    row.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  const height = () => row.evaluate((element) => element.getBoundingClientRect().height);
  const before = { size: await size(), height: await height() };
  await chooseSetting(page, /^(Light|Dark|As the system) Theme/, 'Dark');
  await page.getByRole('switch', { name: /^More contrast/ }).press('Space');
  await chooseSetting(page, /Text size/, 'Largest');
  await chooseSetting(page, /Message list/, 'One line');
  const look = await root(page);
  assert.deepEqual(
    [look.theme, look.contrast, look.textSize, look.density],
    ['dark', 'more', 'largest', 'compact'],
  );
  assert.ok((await size()) > before.size * 1.2, 'larger text');
  assert.ok((await height()) < before.height, 'shorter rows');

  await openSettings(page, 'Notifications');
  await page.getByRole('switch', { name: /^Number of unread messages/ }).press('Space');
  await page.waitForFunction(() => document.title === 'Letterlock');

  await openSettings(page, 'Reading');
  await chooseSetting(page, /Mark as read/, 'Only by hand');
  await closeSheet(page);
  await row.click();
  await page.getByText('All about The grey heron.').last().waitFor();
  await page.getByRole('button', { name: 'Mark as read', exact: true }).waitFor();
  await openSettings(page, 'Reading');
  await chooseSetting(page, /Mark as read/, 'After 2 seconds');
  await page.getByRole('button', { name: 'Mark as unread', includeHidden: true }).waitFor();
  await page.getByRole('switch', { name: /^Show conversations/ }).press('Space');

  await openSettings(page, 'Writing');
  await chooseSetting(page, /New messages/, 'Plain text');
  await page.getByRole('switch', { name: /^Remind of attachments/ }).press('Space');
  await closeSheet(page);
  await seePlainLetterGo(page);

  await openSettings(page, 'Shortcuts');
  await page.getByRole('heading', { name: 'Move around' }).waitFor();
  await page.getByRole('switch', { name: /^Single keys/ }).press('Space');
  await closeSheet(page);
  await page.keyboard.press('c');
  // A key with Ctrl goes on working: by the time it has, the other one had its chance.
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  assert.equal(await page.getByRole('region', { name: /^Draft: / }).count(), 0);
  await closeSheet(page);

  await openSettings(page, 'General');
  await chooseSetting(page, /Start with/, 'Unread mail');
  await chooseSetting(page, /Language/, 'Deutsch');
  await page.getByRole('tab', { name: 'Darstellung' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
  await closeSheet(page);

  page = await world.reopen();
  await page.getByRole('heading', { name: 'Ungelesen', exact: true }).waitFor();
  assert.equal((await root(page)).theme, 'dark');
});

/** Plain text, and no question about the attachment it speaks of. */
async function seePlainLetterGo(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New message' }).click();
  const composer = page.getByRole('region', { name: /^Draft: / });
  const text = composer.getByLabel('Message text');
  assert.equal(await text.getAttribute('contenteditable'), null);
  await text.fill('See the attachment.');
  const to = composer.getByLabel('To', { exact: true });
  await to.fill(defaultUser.user);
  await to.press('Enter');
  await composer.getByRole('button', { name: /^Send( when possible)?$/ }).click();
  await composer.waitFor({ state: 'detached' });
}

interface Seen {
  readonly title: string;
  readonly body: string;
  readonly silent: boolean | null;
}

/** Notes what the browser showed; the notifications themselves stay real. */
async function watchNotifications(page: Page): Promise<() => Promise<Seen[]>> {
  await page.evaluate(() => {
    const seen: Notification[] = [];
    class Watched extends Notification {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        this.addEventListener('show', () => seen.push(this));
      }
    }
    Object.assign(globalThis, { seen, Notification: Watched });
  });
  return () =>
    page.evaluate(() => {
      const seen: Notification[] = Reflect.get(globalThis, 'seen');
      return seen.map(({ title, body, silent }) => ({ title, body, silent }));
    });
}

/** The test's debugger makes every page believe that it has the focus. */
async function lookAway(page: Page, away: boolean): Promise<void> {
  await page.evaluate((gone) => {
    document.hasFocus = () => !gone;
    window.dispatchEvent(new Event(gone ? 'blur' : 'focus'));
  }, away);
}

async function until<T>(read: () => Promise<T>, right: (value: T) => boolean): Promise<T> {
  const end = Date.now() + patienceMs;
  let value = await read();
  while (!right(value) && Date.now() < end) {
    await pause(100);
    value = await read();
  }
  return value;
}

test('new mail is told of while one looks elsewhere, as the settings say, and a click opens it', async (t) => {
  const { page, stack } = await openWorld(t, servers);
  await deliver(stack, 'The first one');
  await fillAddAccount(page);
  await messageRow(page, 'The first one').waitFor();
  const seen = await watchNotifications(page);
  await lookAway(page, true);

  await deliver(stack, 'The grey heron');
  const one = await until(seen, (all) => all.length === 1);
  assert.deepEqual(one, [{ title: 'Anna Holm', body: 'The grey heron', silent: true }]);
  await lookAway(page, false);
  await page.evaluate(() => {
    const all: Notification[] = Reflect.get(globalThis, 'seen');
    all[0]?.dispatchEvent(new Event('click'));
  });
  await page.getByRole('heading', { name: 'The grey heron' }).waitFor();

  await lookAway(page, true);
  // Together with one that the person sent: four of five count.
  await deliver(stack, 'From me', `Me <${defaultUser.user}>`);
  for (const subject of ['One', 'Two', 'Three', 'Four']) await deliver(stack, subject);
  const many = await until(seen, (all) => all.length === 2);
  assert.deepEqual(many[1], { title: '4 new messages', body: '', silent: true });

  await openSettings(page, 'Notifications');
  await page.getByRole('switch', { name: /^Show sender and subject/ }).press('Space');
  await deliver(stack, 'Hush');
  const hidden = await until(seen, (all) => all.length === 3);
  assert.deepEqual(hidden[2], { title: 'New mail', body: '', silent: true });

  await page.getByRole('switch', { name: /^Quiet hours/ }).press('Space');
  // From ten in the evening to ten in the evening: always, as the window's language writes it.
  const until22 = page.getByRole('group', { name: 'Quiet until' });
  const half = until22.getByRole('spinbutton', { name: /^AM\/PM/ });
  const hasHalves = (await half.count()) > 0;
  await until22
    .getByRole('spinbutton', { name: /^hour/ })
    .pressSequentially(hasHalves ? '10' : '22');
  if (hasHalves) await half.press('p');
  await deliver(stack, 'At night');
  await closeSheet(page);
  await messageRow(page, 'At night').waitFor();
  await openSettings(page, 'Notifications');
  await page.getByRole('switch', { name: /^Quiet hours/ }).press('Space');
  await deliver(stack, 'In the morning');
  const morning = await until(seen, (all) => all.length >= 4);
  assert.equal(morning.length, 4, 'nothing was told of the night');
});

const postmark = 'From ada@example.org Sun Jan  3 04:05:06 2021';

/** An mbox in which every letter has its number. */
function mboxOf(count: number): string {
  return Array.from({ length: count }, (_, index) =>
    [
      postmark,
      'From: Ada Byron <ada@example.org>',
      `Subject: Kept for years, part ${index + 1}`,
      `Message-ID: <kept-${index}@example.org>`,
      'Date: Sun, 3 Jan 2021 04:05:06 +0000',
      '',
      `Page ${index + 1}.`,
      '',
      '',
    ].join('\n'),
  ).join('');
}

async function seeImported(page: Page, t: TestContext, profileDir: string): Promise<void> {
  const file = join(profileDir, '..', 'University.mbox');
  writeFileSync(file, mboxOf(40));
  const other = join(profileDir, '..', 'notes.txt');
  writeFileSync(other, 'Not mail at all.');
  const dialogs = await holdFileDialogs(page);
  t.after(() => dialogs.dispose().catch(() => undefined));
  await dialogs.answer([file, other]);
  await openSettings(page, 'Accounts');
  await page.getByRole('button', { name: 'Import…' }).click();
  const sheet = page.getByRole('dialog', { name: 'Import mail' });
  await sheet.getByRole('button', { name: 'Choose files…' }).click();
  await sheet.getByText('No mail was found in notes.txt.').waitFor();
  await sheet.getByText('mbox file').waitFor();
  await sheet.getByLabel('Into the mailbox').fill('Old mail');
  await sheet.getByRole('button', { name: 'Import', exact: true }).click();
  await sheet.getByText('40 messages imported.').waitFor();
  await sheet.getByRole('button', { name: 'Take University.mbox off the list' }).click();
  await sheet.getByText('40 messages imported.').waitFor({ state: 'detached' });
  await closeSheet(page);
  await page.getByRole('button', { name: /^Old mail/ }).click();
  await messageRow(page, 'Kept for years, part 40').first().waitFor();
}

test('an mbox is imported by the window’s own control; then all of it is taken off the computer', async (t) => {
  const world = await openWorld(t, servers);
  const { page, stack, profileDir } = world;
  await fillAddAccount(page);
  await seeLock(page, 'Encrypted to localhost');
  await seeImported(page, t, profileDir);

  const sheet = await openSettings(page, 'Advanced');
  await sheet.getByRole('button', { name: `Copy report of ${defaultUser.user}` }).waitFor();
  await sheet.getByRole('button', { name: 'Show the last lines' }).click();
  await sheet.getByText(/window-open/).waitFor();

  await openSettings(page, 'Privacy');
  await sheet.getByRole('button', { name: 'Remove everything…' }).click();
  await sheet.getByText('No drafts and no waiting messages would be lost.').waitFor();
  const ended = new Promise((resolve) => world.window.child.once('exit', resolve));
  // The window may be gone before the click is known to be over.
  await sheet
    .getByRole('button', { name: 'Remove everything and quit' })
    .click()
    .catch((error: unknown) => assert.match(String(error), /has been closed/));
  assert.equal(await ended, 0);
  assert.deepEqual(readdirSync(profileDir), []);
  // The server has it all the same.
  const query = ['-f', 'flow', 'mailbox', 'status', '-u', defaultUser.user, 'messages', 'Old mail'];
  assert.match(await stack.dovecot.doveadm(query), /messages=40\b/);
});
