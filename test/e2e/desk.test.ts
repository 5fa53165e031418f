/** The main window by mouse and keys, in a real window on a real server: the server agrees in the end. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { defaultUser, type Stack } from '../support/servers/stack.ts';
import { fillAddAccount, messageRow, openWorld, seeLock, until, type World } from './person.ts';

interface Letter {
  readonly subject: string;
  readonly answers?: string;
  readonly seen?: boolean;
  readonly from?: string;
}

const letters: readonly Letter[] = [
  { subject: 'Apples from the garden', seen: true },
  { subject: 'Barometer readings' },
  { subject: 'Choir on Thursday', from: 'Bruno Reyes' },
  { subject: 'Re: Choir on Thursday', answers: 'Choir on Thursday', from: 'Clara Ito' },
  { subject: 'Dates for the boat', seen: true },
  { subject: 'Errata, third printing' },
];

const idOf = (subject: string) => `<${subject.replace(/\W+/g, '-')}@elsewhere.test>`;

/** An account with these letters in its inbox, the last of them on top. */
async function openWithLetters(t: TestContext): Promise<World> {
  const world = await openWorld(t, { gateway: false, tls: 'backend' });
  await world.stack.dovecot.doveadm(['mailbox', 'create', '-u', defaultUser.user, 'Harbour']);
  await world.stack.dovecot.appendAll(
    defaultUser.user,
    letters.map(({ subject, answers, seen, from = 'Anna Holm' }, index) => ({
      raw: [
        `From: ${from} <${from.split(' ')[0]?.toLowerCase()}@elsewhere.test>`,
        `To: ${defaultUser.user}`,
        `Subject: ${subject}`,
        `Message-ID: ${idOf(subject)}`,
        ...(answers === undefined ? [] : [`In-Reply-To: ${idOf(answers)}`]),
        `Date: Wed, 25 Nov 2026 1${index}:00:00 +0000`,
        '',
        `All that is to be said of ${subject.toLowerCase()}.`,
        '',
      ].join('\r\n'),
      options: {
        receivedAt: new Date(Date.UTC(2026, 10, 25, 10 + index)),
        ...(seen === true ? { flags: ['\\Seen'] } : {}),
      },
    })),
  );
  await fillAddAccount(world.page);
  await seeLock(world.page, 'Encrypted to localhost');
  await messageRow(world.page, 'Apples from the garden').waitFor();
  await messageRow(world.page, 'Errata, third printing').waitFor();
  return world;
}

/** Waits until the server has so many messages, or so many unread ones, in a mailbox. */
async function serverHas(
  stack: Stack,
  mailbox: string,
  count: number,
  field: 'messages' | 'unseen' = 'messages',
): Promise<void> {
  const query = ['-f', 'flow', 'mailbox', 'status', '-u', defaultUser.user, field, mailbox];
  const wanted = new RegExp(`${field}=${count}\\b`);
  await until(`${mailbox}: ${field} ${count}`, async () =>
    wanted.test(await stack.dovecot.doveadm(query)),
  );
}

const rows = (page: Page) => page.getByRole('option');
const subjectsShown = async (page: Page) =>
  (await rows(page).all()).length === 0
    ? []
    : await rows(page).evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
const widthOf = (page: Page) =>
  page
    .getByTestId('message-list')
    .evaluate((list) => Math.round(list.getBoundingClientRect().width));

test('panes keep the width that they were drawn to, also in the next window; a narrow one shows one pane', async (t) => {
  const world = await openWithLetters(t);
  let { page } = world;
  await page.setViewportSize({ width: 1_300, height: 800 });
  const before = await widthOf(page);
  const line = page.getByRole('separator', { name: 'Width of the list' });
  const box = await line.boundingBox();
  assert.ok(box !== null);
  await page.mouse.move(box.x + box.width / 2, 300);
  await page.mouse.down();
  await page.mouse.move(box.x + 40, 300, { steps: 4 });
  await page.mouse.move(box.x + box.width / 2 + 88, 300, { steps: 4 });
  await page.mouse.up();
  await until('the list is 88 px wider', async () => (await widthOf(page)) === before + 88);
  await page.keyboard.press('ArrowLeft');
  await until('a key takes 16 px back', async () => (await widthOf(page)) === before + 72);
  assert.equal(await line.getAttribute('aria-valuenow'), String(before + 72));

  await page.getByRole('button', { name: defaultUser.user, exact: true }).click();
  await page.getByRole('button', { name: 'Harbour' }).waitFor({ state: 'detached' });

  page = await world.reopen();
  await messageRow(page, 'Apples from the garden').waitFor();
  await page.setViewportSize({ width: 1_300, height: 800 });
  await until('the width is kept', async () => (await widthOf(page)) === before + 72);
  assert.equal(await page.getByRole('button', { name: 'Harbour' }).count(), 0);
  await page.getByRole('button', { name: defaultUser.user, exact: true }).click();
  await page.getByRole('button', { name: 'Harbour' }).waitFor();

  await page.setViewportSize({ width: 420, height: 700 });
  await messageRow(page, 'Barometer readings').click();
  await page.getByRole('heading', { name: 'Barometer readings' }).waitFor();
  await messageRow(page, 'Barometer readings').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Back to the list' }).click();
  await messageRow(page, 'Barometer readings').waitFor();
  await page.getByRole('button', { name: 'Show mailboxes' }).click();
  await page.getByRole('button', { name: 'Harbour' }).click();
  await page.getByRole('heading', { name: 'Harbour' }).waitFor();
  await page.getByRole('button', { name: 'Harbour' }).waitFor({ state: 'hidden' });
});

test('several messages are picked, archived at once, and taken back; dragged, they are in the other mailbox', async (t) => {
  const { page, stack } = await openWithLetters(t);
  const count = rows(page);
  await until('five lines for six messages', async () => (await count.count()) === 5);

  await messageRow(page, 'Errata').click();
  await page.getByRole('heading', { name: 'Errata, third printing' }).waitFor();
  await messageRow(page, 'Choir on Thursday').click({ modifiers: ['Shift'] });
  const picked = page.getByRole('status').getByText('3 selected');
  await picked.waitFor();
  await messageRow(page, 'Dates for the boat').click({ modifiers: ['ControlOrMeta'] });
  await page.getByRole('status').getByText('2 selected').waitFor();
  const bulk = page.getByRole('toolbar', { name: 'Selected messages' });
  await bulk.getByRole('button', { name: 'Archive' }).click();
  // A conversation of two and a message alone.
  await page.getByRole('status').getByText('3 messages archived').waitFor();
  await until('three lines are left', async () => (await count.count()) === 3);
  await serverHas(stack, 'Archive', 3);
  await serverHas(stack, 'INBOX', 3);
  await page.keyboard.press('z');
  await until('all are back', async () => (await count.count()) === 5);
  await serverHas(stack, 'INBOX', 6);
  await serverHas(stack, 'Archive', 0);

  await messageRow(page, 'Apples').click();
  await page.getByRole('heading', { name: 'Apples from the garden' }).waitFor();
  await page.keyboard.press('Shift+ArrowUp');
  await page.getByRole('status').getByText('2 selected').waitFor();
  await messageRow(page, 'Apples').dragTo(page.getByRole('button', { name: 'Harbour' }));
  await page.getByRole('status').getByText('2 messages moved to Harbour').waitFor();
  await serverHas(stack, 'Harbour', 2);
  await page.getByRole('button', { name: 'Harbour' }).click();
  await messageRow(page, 'Barometer readings').waitFor();
  await page.getByTestId('message-list').getByRole('listbox').focus();
  await page.keyboard.press('Control+a');
  await page.getByRole('status').getByText('2 selected').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('status').getByText('2 selected').waitFor({ state: 'detached' });
});

test('a conversation is one line that opens its thread; filter, order and menus do what they say', async (t) => {
  const { page, stack } = await openWithLetters(t);
  const talk = messageRow(page, 'Choir on Thursday');
  assert.match((await talk.getAttribute('aria-label')) ?? '', /Clara, Bruno, 2 messages/);
  await talk.click();
  await page.getByRole('heading', { name: 'Re: Choir on Thursday' }).waitFor();
  await page
    .getByRole('region', { name: 'Earlier messages' })
    .getByRole('button', { name: /Bruno Reyes/ })
    .waitFor();

  const choose = async (role: 'menuitemradio' | 'menuitemcheckbox', name: string) => {
    await page.getByRole('button', { name: 'Show and sort' }).click();
    await page.getByRole(role, { name }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
  };
  await choose('menuitemcheckbox', 'Group as conversations');
  await until('six lines for six messages', async () => (await rows(page).count()) === 6);
  await choose('menuitemradio', 'Oldest first');
  await until('the oldest is on top', async () =>
    /Apples/.test((await subjectsShown(page))[0] ?? ''),
  );
  await choose('menuitemradio', 'Newest first');
  await choose('menuitemcheckbox', 'Group as conversations');
  await choose('menuitemradio', 'Unread');
  await messageRow(page, 'Apples').waitFor({ state: 'detached' });
  await messageRow(page, 'Errata').waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await messageRow(page, 'Apples').waitFor();

  // The row under the pointer offers what is done most.
  await messageRow(page, 'Apples').hover();
  await messageRow(page, 'Apples').getByTitle('Add star').click();
  await messageRow(page, 'Starred').waitFor();
  await messageRow(page, 'Barometer').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Mark as read' }).click();
  await serverHas(stack, 'INBOX', 2, 'unseen');
  await page
    .getByRole('navigation')
    .getByRole('button', { name: /^Inbox/ })
    .click({
      button: 'right',
    });
  await page.getByRole('menuitem', { name: 'Mark all as read' }).click();
  await serverHas(stack, 'INBOX', 0, 'unseen');

  await page.getByRole('button', { name: 'Harbour' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Rename…' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Quay');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Quay' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete mailbox…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete mailbox' }).click();
  await page.getByRole('button', { name: 'Quay' }).waitFor({ state: 'detached' });
});

test('without its server the window says so, and mail stays readable', async (t) => {
  const { page, stack } = await openWithLetters(t);
  await messageRow(page, 'Errata').click();
  await page.getByText('All that is to be said of errata').last().waitFor();
  await stack.imap.capture.stop();
  await stack.submission.capture.stop();
  await page.getByText('You are offline. Mail on this computer stays readable.').waitFor();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await page.getByText('All that is to be said of errata').last().waitFor();
  assert.equal(await rows(page).count(), 5);
});
