/** What one does with mail every day, in a real window on a real server: the server agrees in the end. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { defaultUser, type Stack } from '../support/servers/stack.ts';
import { fillAddAccount, messageRow, openWorld, patienceMs, seeLock } from './person.ts';

const subjects = ['The grey heron', 'Timetable of the ferry', 'Soup for eleven'] as const;
const texts: Readonly<Record<(typeof subjects)[number], string>> = {
  'The grey heron': 'She stands in the shallows, unimpressed.',
  'Timetable of the ferry': 'The last crossing of the day is at twenty past nine, by moonlight.',
  'Soup for eleven': 'Barley first, then the leeks, patience throughout.',
};

/** An account with three letters in its inbox, the last of them on top. */
async function openWithLetters(t: TestContext): Promise<{ page: Page; stack: Stack }> {
  const world = await openWorld(t, { gateway: false, tls: 'backend' });
  const { page, stack } = world;
  for (const [index, subject] of subjects.entries()) {
    await stack.dovecot.append(
      defaultUser.user,
      [
        'From: Anna Holm <anna@elsewhere.test>',
        `To: ${defaultUser.user}`,
        `Subject: ${subject}`,
        `Message-ID: <letter-${index}@elsewhere.test>`,
        `Date: Wed, 25 Nov 2026 1${index}:00:00 +0000`,
        '',
        texts[subject],
        '',
      ].join('\r\n'),
      { receivedAt: new Date(Date.UTC(2026, 10, 25, 10 + index)) },
    );
  }
  await fillAddAccount(page);
  await seeLock(page, 'Encrypted to localhost');
  for (const subject of subjects) await messageRow(page, subject).waitFor();
  return { page, stack };
}

/** Waits until the server has so many messages in a mailbox. */
async function serverHas(stack: Stack, mailbox: string, count: number): Promise<void> {
  const query = ['-f', 'flow', 'mailbox', 'status', '-u', defaultUser.user, 'messages', mailbox];
  const wanted = new RegExp(`messages=${count}\\b`);
  const end = Date.now() + patienceMs;
  let said = '';
  while (Date.now() < end) {
    said = await stack.dovecot.doveadm(query);
    if (wanted.test(said)) return;
    await pause(100);
  }
  assert.match(said, wanted, mailbox);
}

test('a message is archived, taken back, archived again, and the next one is open', async (t) => {
  const { page, stack } = await openWithLetters(t);
  const top = messageRow(page, 'Soup for eleven');
  await top.click();
  await page.getByText(texts['Soup for eleven']).last().waitFor();

  await page.keyboard.press('e');
  await top.waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'Timetable of the ferry' }).waitFor();
  await page.getByRole('status').getByText('Archived').waitFor();
  await serverHas(stack, 'Archive', 1);

  await page.keyboard.press('z');
  await top.waitFor();
  await page.getByRole('status').getByText('Archived').waitFor({ state: 'detached' });
  await serverHas(stack, 'Archive', 0);
  await serverHas(stack, 'INBOX', 3);

  await top.click();
  await page.getByRole('heading', { name: 'Soup for eleven' }).waitFor();
  await page
    .getByRole('region', { name: 'Message' })
    .getByRole('button', { name: 'Archive' })
    .click();
  await top.waitFor({ state: 'detached' });
  await page.getByRole('navigation').getByRole('button', { name: 'Archive' }).click();
  await messageRow(page, 'Soup for eleven').waitFor();
  await serverHas(stack, 'Archive', 1);
});

test('a deleted message lies in Trash; there it is deleted for good, after one question', async (t) => {
  const { page, stack } = await openWithLetters(t);
  await messageRow(page, 'The grey heron').click();
  await page.keyboard.press('#');
  await messageRow(page, 'The grey heron').waitFor({ state: 'detached' });
  await serverHas(stack, 'Trash', 1);

  await page.getByRole('button', { name: 'Trash' }).click();
  await messageRow(page, 'The grey heron').click();
  await page.keyboard.press('Delete');
  const question = page.getByRole('dialog', { name: 'Delete for good?' });
  await question.getByRole('button', { name: 'Keep' }).click();
  await question.waitFor({ state: 'detached' });
  await page.keyboard.press('Delete');
  await question.getByRole('button', { name: 'Delete for good' }).click();
  await messageRow(page, 'The grey heron').waitFor({ state: 'detached' });
  await serverHas(stack, 'Trash', 0);
  await serverHas(stack, 'INBOX', 2);
});

test('a message goes where a few typed letters lead', async (t) => {
  const { page, stack } = await openWithLetters(t);
  await messageRow(page, 'The grey heron').click();
  await page.keyboard.press('v');
  await page.getByRole('combobox', { name: 'Find a mailbox' }).fill('arch');
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('Moved to Archive').waitFor();
  await serverHas(stack, 'Archive', 1);
});

test('a word that stands only in a text is found, marked, and opens its message', async (t) => {
  const { page } = await openWithLetters(t);
  await page.keyboard.press('/');
  await page.keyboard.type('moonlight');
  // Texts come after the list; a search that is open goes on by itself.
  const found = messageRow(page, 'Timetable of the ferry');
  await page.locator('mark', { hasText: 'moonlight' }).waitFor();
  await found.waitFor();
  assert.equal(await page.getByRole('option').count(), 1);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Timetable of the ferry' }).waitFor();
  await page.getByText(texts['Timetable of the ferry']).last().waitFor();

  await page.keyboard.press('/');
  await page.keyboard.press('Escape');
  await messageRow(page, 'Soup for eleven').waitFor();
});

test('the unread view loses what was read, once another message is open', async (t) => {
  const { page } = await openWithLetters(t);
  await page.getByRole('button', { name: /^Unread/ }).click();
  await page.getByRole('heading', { name: 'Unread', exact: true }).waitFor();
  const first = messageRow(page, 'Soup for eleven');
  await first.click();
  await page.getByText(texts['Soup for eleven']).last().waitFor();
  // Read by now, and still there while it is open.
  await page.getByRole('button', { name: 'Mark as unread' }).waitFor();
  await first.waitFor();
  await page.keyboard.press('j');
  await page.getByRole('heading', { name: 'Timetable of the ferry' }).waitFor();
  await first.waitFor({ state: 'detached' });
  await messageRow(page, 'The grey heron').waitFor();
});

test('an answer shows what was written before, one line each, opened in place', async (t) => {
  const { page, stack } = await openWithLetters(t);
  await stack.dovecot.append(
    defaultUser.user,
    [
      'From: Ole Berg <ole@elsewhere.test>',
      `To: ${defaultUser.user}`,
      'Subject: Re: The grey heron',
      'Message-ID: <answer@elsewhere.test>',
      'In-Reply-To: <letter-0@elsewhere.test>',
      'References: <letter-0@elsewhere.test>',
      'Date: Wed, 25 Nov 2026 18:00:00 +0000',
      '',
      'Then she must be hungry.',
      '',
    ].join('\r\n'),
  );
  await messageRow(page, 'Re: The grey heron').click();
  const earlier = page.getByRole('region', { name: 'Earlier messages' });
  await earlier.getByRole('button', { name: /Anna Holm/ }).click();
  await earlier.getByText(texts['The grey heron']).last().waitFor();
  await page.getByText('Then she must be hungry.').last().waitFor();
});

test('settings hold for the next start', async (t) => {
  const world = await openWorld(t, { gateway: false, tls: 'backend' });
  await fillAddAccount(world.page);
  await seeLock(world.page, 'Encrypted to localhost');
  const openSettings = async (page: Page, section: string) => {
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    const sheet = page.getByRole('dialog', { name: 'Settings' });
    await sheet.getByRole('tab', { name: section }).click();
    return sheet;
  };
  const sheet = await openSettings(world.page, 'Privacy');
  await sheet.getByRole('button', { name: /Keep mail on this computer/ }).click();
  await world.page.getByRole('option', { name: 'Last year' }).click();
  await sheet.getByRole('button', { name: /Last year/ }).waitFor();
  await sheet
    .getByText(/on this computer$/)
    .last()
    .waitFor();
  await sheet.getByRole('button', { name: 'Tidy up' }).click();
  await sheet.getByText(/given back to the disk|Already tidy/).waitFor();

  const page = await world.reopen();
  await seeLock(page, 'Encrypted to localhost');
  const again = await openSettings(page, 'Privacy');
  await again.getByRole('button', { name: /Last year/ }).waitFor();
});
