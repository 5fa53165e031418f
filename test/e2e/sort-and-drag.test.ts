/** Files dragged out of the window, where the host can; the list in other orders than by date. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { landscape } from '../support/demo-mail/pictures.ts';
import { defaultUser, type Stack } from '../support/servers/stack.ts';
import { fillAddAccount, messageRow, openWorld, seeLock, until } from './person.ts';

const report = 'Page one of the report.\n'.repeat(40);

async function appendWithFile(
  stack: Stack,
  type = 'application/octet-stream',
  bytes: Buffer = Buffer.from(report),
): Promise<void> {
  const lines = [
    'From: Anna Holm <anna@elsewhere.test>',
    `To: ${defaultUser.user}`,
    'Subject: The report',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'It is attached.',
    '--b',
    `Content-Type: ${type}`,
    // The sender's name for it leads out of any folder.
    'Content-Disposition: attachment; filename="../../report.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    ...(bytes.toString('base64').match(/.{1,76}/g) ?? []),
    '--b--',
    '',
  ];
  await stack.dovecot.append(defaultUser.user, lines.join('\r\n'));
}

/** Presses on it, moves away as for a drag, and says what the page's own drag carried. */
async function drag(page: Page, chip: Locator): Promise<void> {
  const box = await chip.boundingBox();
  assert.ok(box !== null);
  await page.mouse.move(box.x + 20, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 40, box.y + 60, { steps: 6 });
}

test('a file is dragged out under its own name, lies in a private folder, and is gone with the program', async (t) => {
  const world = await openWorld(t, {
    gateway: false,
    tls: 'backend',
    entry: fileURLToPath(new URL('support/dragging-host.ts', import.meta.url)),
  });
  const { page, profileDir, stack } = world;
  await appendWithFile(stack);
  await fillAddAccount(page);
  await seeLock(page, 'Encrypted to localhost');
  await messageRow(page, 'The report').click();
  const chip = page.getByRole('button', { name: /^Save report\.bin, / });
  await chip.waitFor();
  await page.evaluate(() => {
    // After the app's own listeners: what another window would be given.
    window.addEventListener('dragstart', (event) => {
      const { types } = event.dataTransfer ?? {};
      document.documentElement.dataset.drag = JSON.stringify({
        prevented: event.defaultPrevented,
        types: [...(types ?? [])],
      });
    });
  });
  await until('the chip can be dragged', () =>
    chip.evaluate((one) => one.getAttribute('draggable') === 'true'),
  );

  await drag(page, chip);
  const host = world.window;
  const draggedPath = () => /^dragged (.+)$/m.exec(host.output())?.[1];
  await until('the host was given the file', () => draggedPath() !== undefined);
  await page.mouse.up();
  const path = draggedPath() ?? '';
  assert.match(path, /\/drag-out\/[0-9a-f]{32}\/report\.bin$/);
  assert.equal(path.startsWith(join(profileDir, 'drag-out')), true);
  assert.equal(readFileSync(path, 'utf8'), report);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
  assert.deepEqual(
    await page.evaluate(() => document.documentElement.dataset.drag),
    '{"prevented":true,"types":[]}',
  );
  // The drag was not a press: nothing was saved, nothing failed.
  assert.equal(await page.getByRole('alert').count(), 0);
  await chip.waitFor();

  await world.reopen();
  assert.equal(existsSync(path), false);
});

interface Letter {
  readonly from: string;
  readonly subject: string;
  readonly words?: number;
  readonly seen?: boolean;
}

let minutes = 0;

async function append(stack: Stack, mailbox: string, ...letters: readonly Letter[]): Promise<void> {
  for (const { from, subject, words = 1, seen = true } of letters) {
    minutes += 1;
    const lines = [
      `From: ${from} <${minutes}@elsewhere.test>`,
      `To: ${defaultUser.user}`,
      `Subject: ${subject}`,
      `Message-ID: <sort-${minutes}@elsewhere.test>`,
      '',
      'word '.repeat(words),
      '',
    ];
    await stack.dovecot.append(defaultUser.user, lines.join('\r\n'), {
      mailbox,
      receivedAt: new Date(Date.UTC(2026, 10, 25, 8, minutes)),
      ...(seen ? { flags: ['\\Seen'] } : {}),
    });
  }
}

const list = (page: Page, name: string) => page.getByRole('listbox', { name, exact: true });

/** The subjects in the order in which they stand. */
async function seeOrder(page: Page, name: string, ...subjects: string[]): Promise<void> {
  const words = async () =>
    (await list(page, name).getByRole('option').all()).length === subjects.length
      ? await list(page, name)
          .getByRole('option')
          .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''))
      : [];
  await until(`${name}: ${subjects.join(', ')}`, async () => {
    const shown = await words();
    return (
      shown.length > 0 && subjects.every((subject, at) => shown[at]?.includes(`, ${subject}, `))
    );
  });
}

async function choose(page: Page, entry: string): Promise<void> {
  await page.getByRole('button', { name: 'Show and sort' }).click();
  await page.getByRole('menuitemradio', { name: entry, exact: true }).click();
  // Until it is gone, keys are the menu's.
  await page.getByRole('menu').waitFor({ state: 'detached' });
}

test('where the host cannot drag out, a drag of a file or its picture carries nothing and writes nothing', async (t) => {
  const { page, profileDir, stack } = await openWorld(t, { gateway: false, tls: 'backend' });
  await appendWithFile(stack, 'image/png', landscape(3, 60, 40));
  await fillAddAccount(page);
  await seeLock(page, 'Encrypted to localhost');
  await messageRow(page, 'The report').click();
  const chip = page.getByRole('button', { name: /^Open report\.bin, / });
  await chip.locator('img').waitFor();
  await page.evaluate(() => {
    window.addEventListener('dragstart', ({ target }) => {
      document.documentElement.dataset.drag = String(target);
    });
  });
  await drag(page, chip);
  await page.mouse.up();
  // A press by keys, answered in turn: the drag would have been heard of by now.
  await chip.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.drag), undefined);
  assert.deepEqual(readdirSync(join(profileDir, 'drag-out')), []);
});

test('a mailbox is sorted by sender, subject or size, new mail lands in its place, and the choice stays with the mailbox', async (t) => {
  const world = await openWorld(t, { gateway: false, tls: 'backend' });
  let { page } = world;
  const { stack } = world;
  await stack.dovecot.doveadm(['mailbox', 'create', '-u', defaultUser.user, 'Harbour']);
  await append(
    stack,
    'INBOX',
    { from: 'Clara Ito', subject: 'Boat', words: 20 },
    { from: 'Zoe Reyes', subject: 'Fwd: Apples', words: 900, seen: false },
    { from: 'Anna Holm', subject: 'Choir' },
  );
  await append(
    stack,
    'Harbour',
    { from: 'Anna Holm', subject: 'Old' },
    { from: 'Zoe', subject: 'New' },
  );
  await fillAddAccount(page);
  await seeLock(page, 'Encrypted to localhost');
  await seeOrder(page, 'Inbox', 'Choir', 'Fwd: Apples', 'Boat');

  await choose(page, 'Sender');
  await seeOrder(page, 'Inbox, sorted by sender', 'Choir', 'Boat', 'Fwd: Apples');
  await page.getByText('By sender', { exact: true }).waitFor();
  await append(stack, 'INBOX', { from: 'Émile Bon', subject: 'Dates', seen: false });
  await seeOrder(page, 'Inbox, sorted by sender', 'Choir', 'Boat', 'Dates', 'Fwd: Apples');
  await choose(page, 'Unread');
  await seeOrder(page, 'Inbox, sorted by sender', 'Dates', 'Fwd: Apples');
  await choose(page, 'All messages');

  // By keys alone.
  await list(page, 'Inbox, sorted by sender').focus();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('sort by subj');
  await page.keyboard.press('Enter');
  await seeOrder(page, 'Inbox, sorted by subject', 'Fwd: Apples', 'Boat', 'Choir', 'Dates');
  await choose(page, 'Largest first');
  await seeOrder(page, 'Inbox, largest first', 'Fwd: Apples', 'Boat', 'Dates', 'Choir');
  assert.match(
    (await messageRow(page, 'Fwd: Apples').getAttribute('aria-label')) ?? '',
    /, \d+(?:\.\d+)? kB, /,
  );

  await page.getByRole('button', { name: 'Harbour' }).click();
  await seeOrder(page, 'Harbour', 'New', 'Old');
  page = await world.reopen();
  await seeOrder(page, 'Inbox, largest first', 'Fwd: Apples', 'Boat', 'Dates', 'Choir');
  await page.getByRole('button', { name: 'Newest first', exact: true }).click();
  await seeOrder(page, 'Inbox', 'Dates', 'Choir', 'Fwd: Apples', 'Boat');
});
