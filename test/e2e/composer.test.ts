/** Letters as people write them, in a real window on real servers, and what then arrives. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { Identities } from '../../app/accounts/identities.ts';
import { defaultUser } from '../support/servers/stack.ts';
import { arrived, begin, openDesk, send, sent } from './letters.ts';
import { messageRow, seeLock } from './person.ts';

const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Content types in the order of their headers. */
function types(source: string): string[] {
  return [...source.matchAll(/^Content-Type: ([a-z]+\/[a-z.-]+)/gim)].map(
    (match) => match[1]?.toLowerCase() ?? '',
  );
}

test('a rich letter with a picture arrives with text beside it; an answer of plain text stays plain', async (t) => {
  const { page, stack } = await openDesk(t);
  const composer = await begin(page, 'Rich as cake');
  const text = composer.getByRole('textbox', { name: 'Message text' });
  await text.click();
  await page.keyboard.type('We take the ');
  await page.keyboard.press('Control+b');
  await page.keyboard.type('early');
  await page.keyboard.press('Control+b');
  await page.keyboard.type(' ferry:');
  await page.keyboard.press('Enter');
  await page.keyboard.type('- tent');
  await page.keyboard.press('Enter');
  await page.keyboard.type('soup');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await composer.locator('input[data-pictures]').setInputFiles({
    name: 'harbour.png',
    mimeType: 'image/png',
    buffer: dot,
  });
  await text.locator('img[alt="harbour.png"]').waitFor();
  await composer.locator('input[data-attachments]').setInputFiles({
    name: 'notes.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('notes'),
  });
  await composer.getByRole('button', { name: 'Remove notes.txt' }).waitFor();
  await send(page, composer);
  const { source, mail } = await arrived(stack, 'Rich as cake');
  assert.deepEqual(types(source), [
    'multipart/mixed',
    'multipart/alternative',
    'text/plain',
    'multipart/related',
    'text/html',
    'image/png',
    'text/plain',
  ]);
  assert.match(mail.text ?? '', /We take the early ferry:\s+- tent\s+- soup/);
  assert.match(mail.html ?? '', /<strong>early<\/strong>/);
  assert.match(mail.html ?? '', /<li>tent<\/li>\s*<li>soup<\/li>/);
  const picture = mail.attachments.find(({ mimeType }) => mimeType === 'image/png');
  const contentId = picture?.contentId?.replace(/[<>]/g, '') ?? 'none';
  assert.ok(mail.html?.includes(`src="cid:${contentId}"`), 'the html names the picture');

  const plain = await begin(page, 'Plain as bread');
  await plain.getByRole('button', { name: 'More options' }).click();
  await page.getByText('Rich text', { exact: true }).click();
  await plain.getByRole('textbox', { name: 'Message text' }).fill('Two * three = six\n  as typed');
  await send(page, plain);
  const bread = await arrived(stack, 'Plain as bread');
  assert.deepEqual(types(bread.source), ['text/plain']);
  assert.match(bread.mail.text ?? '', /Two \* three = six\n {2}as typed/);
});

test('people known from mail are suggested; two letters are open at once; nothing typed is lost', async (t) => {
  const world = await openDesk(t);
  const { page } = world;
  await page.getByRole('button', { name: 'New message' }).click();
  const first = page.getByRole('region', { name: 'Draft: New message' });
  await first.getByLabel('To', { exact: true }).pressSequentially('ann');
  await page
    .getByRole('option', { name: /Anna Holm/ })
    .and(page.locator('[aria-selected=true]'))
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await first.getByRole('button', { name: 'Anna Holm, anna@elsewhere.test' }).waitFor();
  await page.keyboard.type('not an address,');
  await first.getByRole('button', { name: 'not an address: not an email address' }).waitFor();
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await first.getByRole('button', { name: /not an address/ }).waitFor({ state: 'detached' });
  await first.getByRole('button', { name: 'Cc, Bcc' }).click();
  await page
    .getByRole('button', { name: /^Anna Holm,/ })
    .dragTo(first.getByLabel('Cc', { exact: true }));
  const copies = first.getByRole('group', { name: 'Cc: people' });
  await copies.getByRole('button', { name: /^Anna Holm,/ }).waitFor();
  await first
    .getByRole('group', { name: 'To: people' })
    .getByRole('button', { name: /^Anna Holm,/ })
    .waitFor({ state: 'detached' });
  await first.getByLabel('Subject').fill('First of two');

  await page.getByRole('button', { name: 'New message' }).click();
  const second = page.getByRole('region', { name: 'Draft: New message' });
  await second.getByLabel('Subject').fill('Second of two');
  const both = page.getByRole('region', { name: /^Draft: (First|Second) of two$/ });
  assert.equal(await both.count(), 2);
  const text = page
    .getByRole('region', { name: 'Draft: Second of two' })
    .getByRole('textbox', { name: 'Message text' });
  await text.click();
  await page.keyboard.type('Kept as it is typed');
  await page.keyboard.press('Escape');
  await text.waitFor({ state: 'detached' });

  // An empty letter that is closed leaves nothing.
  await page.getByRole('button', { name: 'New message' }).click();
  await page.getByRole('region', { name: 'Draft: New message' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('region', { name: 'Draft: New message' }).waitFor({ state: 'detached' });
  const again = await world.reopen();
  // The one that was open is open again; the other waits among the drafts.
  await again.getByRole('region', { name: 'Draft: First of two' }).waitFor();
  const drafts = again
    .getByRole('region', { name: 'On this computer' })
    .getByRole('button', { name: /^Drafts/ });
  await drafts.click();
  await again.getByText('Second of two').waitFor();
  await again.getByText('First of two').first().waitFor();
  await again.getByRole('button', { name: /Second of two/ }).click();
  await again
    .getByRole('textbox', { name: 'Message text' })
    .getByText('Kept as it is typed')
    .waitFor();
  assert.equal(await again.getByRole('region', { name: /^Draft: / }).count(), 2);
});

test('the signature goes with the identity, and a forgotten attachment is asked for once', async (t) => {
  const world = await openDesk(t);
  const db = new DatabaseSync(join(world.profileDir, 'state.db'), { timeout: 10_000 });
  const identities = new Identities(db);
  const own = identities.list()[0];
  assert.ok(own);
  const { isOwn: _own, ...mia } = own;
  identities.save({ ...mia, name: 'Mia Lund', signatureText: 'Mia, from the ferry' });
  const { identityId: _id, ...other } = mia;
  identities.save({
    ...other,
    name: 'Harbour Choir',
    address: 'choir@example.test',
    signatureText: 'The board',
    signatureHtml: '<p><strong>The board</strong></p>',
    isDefault: false,
  });
  db.close();
  const page = await world.reopen();
  await seeLock(page, 'Encrypted to localhost');
  await messageRow(page, 'The grey heron').click();
  await page.getByRole('button', { name: 'Reply', exact: true }).click();
  const composer = page.getByRole('region', { name: 'Draft: Re: The grey heron' });
  const text = composer.getByRole('textbox', { name: 'Message text' });
  await text.getByText('Mia, from the ferry').waitFor();
  await page.keyboard.type('The plan is attached.');
  await composer.getByRole('button', { name: /Mia Lund/ }).click();
  await page.getByRole('option', { name: /Harbour Choir/ }).click();
  await text.getByText('The board').waitFor();
  assert.equal(await text.getByText('from the ferry').count(), 0);
  // The answer goes to somebody who is elsewhere: here it is for oneself.
  await composer.getByLabel('To', { exact: true }).focus();
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await page.keyboard.type(`${defaultUser.user},`);
  await page.keyboard.press('Control+Enter');
  const question = composer.getByRole('alert');
  await question.getByText('You write of an attachment, but there is none.').waitFor();
  await question.getByRole('button', { name: 'Send without' }).click();
  await sent(page, composer);
  const { mail } = await arrived(world.stack, 'Re: The grey heron');
  assert.equal(mail.from?.address, 'choir@example.test');
  assert.equal(mail.from?.name, 'Harbour Choir');
  assert.equal(mail.inReplyTo, '<heron@elsewhere.test>');
  assert.match(
    mail.text ?? '',
    /^The plan is attached\.\s+The board\s+On .*Anna Holm.* wrote:\s+> She stands in the shallows/s,
  );
  assert.match(mail.html ?? '', /<strong>The board<\/strong>.*<blockquote[^>]*type="cite"/s);
});

test('a stopped connection: the composer says why, the letter waits, and goes when the way is free', async (t) => {
  const { page, stack } = await openDesk(t);
  const composer = await begin(page, 'Patient letter');
  const text = composer.getByRole('textbox', { name: 'Message text' });
  await text.click();
  await page.keyboard.type('It waits without being lost.');
  for (const service of [stack.imap, stack.submission]) {
    service.strip.strip(['STARTTLS']);
    service.capture.cut();
  }
  await composer.getByText(/The connection to localhost is stopped to protect you/).waitFor();
  await composer.getByRole('button', { name: 'Send when possible' }).click();
  await sent(page, composer);
  await page.getByRole('button', { name: /Outbox/ }).click();
  await page.getByText(/Waits because the connection to localhost is stopped/).waitFor();
  assert.deepEqual(stack.seenOnWire('It waits without being lost'), []);

  for (const service of [stack.imap, stack.submission]) service.strip.restore();
  await page
    .getByRole('button', { name: /Stopped to protect you/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await page.getByRole('button', { name: 'Close' }).first().click();
  await seeLock(page, 'Encrypted to localhost');
  const { mail } = await arrived(stack, 'Patient letter');
  assert.match(mail.text ?? '', /It waits without being lost\./);
});

/** Pastes text into what has the focus, as the clipboard would give it. */
async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((plain) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', plain);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(event);
  }, text);
}

test('a letter whose layout is more than can be sent says so before it goes as plain text', async (t) => {
  const { page, stack } = await openDesk(t);
  const composer = await begin(page, 'Every line of it');
  const text = composer.getByRole('textbox', { name: 'Message text' });
  await text.click();
  await paste(page, Array.from({ length: 20_500 }, (_, line) => `${line}`).join('\n'));
  await text.getByText('20499').waitFor();
  await composer.getByRole('button', { name: 'Send', exact: true }).click();
  const question = composer.getByText(/It would go as plain text/);
  await question.waitFor();
  await composer.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
  await composer.getByRole('button', { name: 'Send', exact: true }).click();
  await question.waitFor();
  await composer.getByRole('button', { name: 'Send as plain text' }).click();
  await sent(page, composer);
  const { source, mail } = await arrived(stack, 'Every line of it');
  assert.deepEqual(types(source), ['text/plain']);
  assert.match(mail.text ?? '', /^0\s+1\s+2\s.*20499\s*$/s);
});

test('keys struck before the letter is there are its own, not the list’s', async (t) => {
  const { page } = await openDesk(t);
  await messageRow(page, 'The grey heron').click();
  await page.getByRole('heading', { name: 'The grey heron', exact: true }).waitFor();
  const strike = (word: string) =>
    page.evaluate(async (letters) => {
      // Faster than any hand: each in the task after the other, before the engine can answer.
      for (const key of letters) {
        const keys = { key, code: `Key${key.toUpperCase()}`, bubbles: true, cancelable: true };
        document.body.dispatchEvent(new KeyboardEvent('keydown', keys));
        await Promise.resolve();
        await Promise.resolve();
      }
    }, word);
  await strike('ryes');
  const answer = page.getByRole('region', { name: 'Draft: Re: The grey heron' });
  await answer.getByText(/^yes/).waitFor();
  await answer.press('Escape');
  await answer.waitFor({ state: 'detached' });
  await strike('ceve');
  const composer = page.getByRole('region', { name: 'Draft: New message' });
  const to = composer.getByLabel('To', { exact: true });
  await to.waitFor();
  assert.equal(await to.inputValue(), 'eve');
  await messageRow(page, 'The grey heron').waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
  await composer.press('Escape');
  await composer.waitFor({ state: 'detached' });
  await page.keyboard.press('e');
  await messageRow(page, 'The grey heron').waitFor({ state: 'detached' });
});

test('the address book: people come from a file, are found, changed, written to and suggested', async (t) => {
  const { page } = await openDesk(t);
  await page.getByRole('button', { name: 'Address book' }).click();
  const book = page.getByRole('dialog', { name: 'Address book' });
  const card = (name: string, address: string) =>
    `BEGIN:VCARD\r\nVERSION:4.0\r\nFN:${name}\r\nEMAIL;TYPE=work:${address}\r\nEND:VCARD\r\n`;
  await book.locator('input[type=file]').setInputFiles({
    name: 'people.vcf',
    mimeType: 'text/vcard',
    buffer: Buffer.from(
      card('Berta Öst', 'berta@elsewhere.test') + card('Carl Nord', 'carl@elsewhere.test'),
    ),
  });
  await book.getByText('2 people added').waitFor();
  await book.getByLabel('Search').fill('ost');
  await book.getByRole('button', { name: /Carl/ }).waitFor({ state: 'detached' });
  await book.getByRole('button', { name: /Berta/ }).click();
  const form = page.getByRole('dialog', { name: 'Berta Öst' });
  await form.getByLabel('Name', { exact: true }).fill('Berta Öst-Lind');
  await form.getByRole('button', { name: 'Save' }).click();
  await book.getByLabel('Search').fill('lind');
  await book.getByRole('button', { name: /Berta Öst-Lind/ }).click();
  await page.getByRole('button', { name: 'Write to them' }).click();
  const composer = page.getByRole('region', { name: 'Draft: New message' });
  await composer.getByRole('button', { name: 'Berta Öst-Lind, berta@elsewhere.test' }).waitFor();
  await composer.getByLabel('To', { exact: true }).pressSequentially('nor');
  await page.getByRole('option', { name: /Carl Nord/ }).click();
  await composer.getByRole('button', { name: 'Carl Nord, carl@elsewhere.test' }).waitFor();
});
