/** What happens to a letter after Send, and drafts that began elsewhere: a real window, real servers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { defaultUser, type Stack } from '../support/servers/stack.ts';
import { arrived, begin, openDesk, sent } from './letters.ts';
import { chooseSetting, closeSheet, messageRow, openSettings, until } from './person.ts';

const localPart = (page: Page, name: RegExp) =>
  page.getByRole('region', { name: 'On this computer' }).getByRole('button', { name });

async function countOf(stack: Stack, mailbox: string, subject: string): Promise<number> {
  const query = ['mailbox', mailbox, 'header', 'subject', subject];
  const said = await stack.dovecot.doveadm(['search', '-u', defaultUser.user, ...query]);
  return said.split('\n').filter((line) => line.trim() !== '').length;
}

test('a letter is taken back after Send, changed, and goes once', async (t) => {
  const { page, stack } = await openDesk(t);
  await openSettings(page, 'Writing');
  await chooseSetting(page, /Time to undo sending/, '30 seconds');
  await closeSheet(page);

  const letter = await begin(page, 'Second thoughts');
  await letter.getByRole('textbox', { name: 'Message text' }).fill('See you at nine.');
  await letter.getByRole('button', { name: 'Send', exact: true }).click();
  await letter.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo', exact: true }).first().click();
  const text = letter.getByRole('textbox', { name: 'Message text' });
  await text.getByText('See you at nine.').waitFor();
  assert.equal(await countOf(stack, 'INBOX', 'Second thoughts'), 0);
  await text.fill('See you at ten.');
  await letter.getByRole('button', { name: 'Send', exact: true }).click();
  await sent(page, letter);
  const { mail } = await arrived(stack, 'Second thoughts');
  assert.match(mail.text ?? '', /See you at ten\./);
  await until(
    'a copy is in Sent',
    async () => (await countOf(stack, 'Sent', 'Second thoughts')) > 0,
  );
  assert.equal(await countOf(stack, 'INBOX', 'Second thoughts'), 1);
  assert.equal(await countOf(stack, 'Sent', 'Second thoughts'), 1);
});

test('a letter for later waits over a restart, says when it goes, and goes now when asked', async (t) => {
  const world = await openDesk(t);
  const letter = await begin(world.page, 'Not before morning');
  await letter.getByRole('textbox', { name: 'Message text' }).fill('Good morning!');
  await letter.getByRole('button', { name: 'Send later' }).click();
  const choices = world.page.getByRole('dialog', { name: 'Send later' });
  const day = choices.getByRole('group', { name: 'Day and time' });
  await day.getByRole('spinbutton', { name: /^year/ }).pressSequentially('2199');
  await choices.getByRole('button', { name: 'Send then' }).click();
  await letter.waitFor({ state: 'detached' });

  const page = await world.reopen();
  await localPart(page, /^Outbox/).click();
  const entry = page.getByRole('listitem').filter({ hasText: 'Not before morning' });
  await entry.getByText(/^Will be sent on .* 2199 at 0?8:00/).waitFor();
  assert.equal(await countOf(world.stack, 'INBOX', 'Not before morning'), 0);
  await entry.getByRole('button', { name: 'Send now' }).click();
  await arrived(world.stack, 'Not before morning');
  await entry.getByText(/^Sent\./).waitFor();
});

test('a draft that another program began is gone on with, sent, and no longer a draft', async (t) => {
  const { page, stack } = await openDesk(t);
  const lines = [
    `From: ${defaultUser.user}`,
    `To: ${defaultUser.user}`,
    'Subject: Begun on the telephone',
    'Message-ID: <telephone@elsewhere.test>',
    'Date: Wed, 25 Nov 2026 10:00:00 +0000',
    '',
    'Half a sentence',
    '',
  ];
  await stack.dovecot.append(defaultUser.user, lines.join('\r\n'), {
    mailbox: 'Drafts',
    flags: ['\\Draft', '\\Seen'],
  });
  await page.getByRole('region', { name: defaultUser.user }).getByText('Drafts').click();
  await messageRow(page, 'Begun on the telephone').click();
  const edit = page.getByRole('button', { name: 'Edit draft' });
  await edit.waitFor();
  assert.equal(await page.getByRole('button', { name: 'Reply', exact: true }).count(), 0);
  await edit.click();
  const letter = page.getByRole('region', { name: 'Draft: Begun on the telephone' });
  const text = letter.getByRole('textbox', { name: 'Message text' });
  await text.getByText('Half a sentence').waitFor();
  await text.fill('A whole sentence.');
  await letter.getByRole('button', { name: 'Send', exact: true }).click();
  await sent(page, letter);
  const { mail } = await arrived(stack, 'Begun on the telephone');
  assert.match(mail.text ?? '', /A whole sentence\./);
  await until(
    'no draft is left on the server',
    async () => (await countOf(stack, 'Drafts', 'Begun on the telephone')) === 0,
  );
  await messageRow(page, 'Begun on the telephone').waitFor({ state: 'detached' });
});

test('a letter is forwarded with its file', async (t) => {
  const { page, stack } = await openDesk(t);
  const boundary = 'between';
  const lines = [
    'From: Anna Holm <anna@elsewhere.test>',
    `To: ${defaultUser.user}`,
    'Subject: The plan of the garden',
    'Message-ID: <garden@elsewhere.test>',
    'Date: Wed, 25 Nov 2026 11:00:00 +0000',
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary=${boundary}`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Beds are on the south side.',
    `--${boundary}`,
    'Content-Type: application/octet-stream; name="beds.bin"',
    'Content-Disposition: attachment; filename="beds.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from([0, 1, 2, 253, 254, 255]).toString('base64'),
    `--${boundary}--`,
    '',
  ];
  await stack.dovecot.append(defaultUser.user, lines.join('\r\n'));
  await messageRow(page, 'The plan of the garden').click();
  await page.getByRole('heading', { name: 'The plan of the garden' }).waitFor();
  await page.getByRole('button', { name: 'Forward', exact: true }).click();
  const letter = page.getByRole('region', { name: 'Draft: Fwd: The plan of the garden' });
  await letter.getByRole('button', { name: 'Remove beds.bin' }).waitFor();
  await letter.getByLabel('To', { exact: true }).fill(defaultUser.user);
  await letter.getByLabel('To', { exact: true }).press('Tab');
  await letter.getByRole('button', { name: 'Send', exact: true }).click();
  await sent(page, letter);
  const { mail } = await arrived(stack, 'Fwd: The plan of the garden');
  assert.match(mail.text ?? '', /Anna Holm[\s\S]*Beds are on the south side\./);
  const [file] = mail.attachments;
  assert.equal(file?.filename, 'beds.bin');
  assert.ok(file?.content instanceof ArrayBuffer);
  assert.deepEqual([...new Uint8Array(file.content)], [0, 1, 2, 253, 254, 255]);
});
