/** The window in another language while it is open, from right to left and back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { defaultUser } from '../support/servers/stack.ts';
import { chooseSetting, closeSheet, fillAddAccount, messageRow, openWorld } from './person.ts';

const subjects = ['Apples from the garden', 'Barometer readings'];

async function chooseLanguage(page: Page, label: RegExp, name: string): Promise<void> {
  await page.keyboard.press('Control+,');
  await chooseSetting(page, label, name);
}

/** Where the middle of something is, counted from the left edge of the window in CSS pixels. */
async function middle(page: Page, role: 'navigation' | 'listbox'): Promise<number> {
  const place = page.getByRole(role).first();
  await place.waitFor();
  const box = await place.boundingBox();
  assert.ok(box, role);
  return box.x + box.width / 2;
}

test('Arabic turns the window round, keys follow, and English turns it back', async (t) => {
  const { page, stack } = await openWorld(t, { gateway: false, tls: 'backend' });
  for (const [index, subject] of subjects.entries()) {
    const lines = [
      'From: Anna Holm <anna@elsewhere.test>',
      `To: ${defaultUser.user}`,
      `Subject: ${subject}`,
      `Message-ID: <${index}@elsewhere.test>`,
      `Date: Wed, 25 Nov 2026 1${index}:00:00 +0000`,
      '',
      `All about ${subject}.`,
      '',
    ];
    await stack.dovecot.append(defaultUser.user, lines.join('\r\n'));
  }
  await fillAddAccount(page);
  for (const subject of subjects) await messageRow(page, subject).waitFor();
  const root = page.locator('html');
  assert.equal(await root.getAttribute('dir'), 'ltr');
  assert.ok((await middle(page, 'navigation')) < (await middle(page, 'listbox')));

  await chooseLanguage(page, /Language/, 'العربية');
  await page.locator('html[dir="rtl"][lang^="ar"]').waitFor();
  await closeSheet(page);
  assert.ok((await middle(page, 'navigation')) > (await middle(page, 'listbox')), 'sides change');
  await page.getByRole('heading', { name: 'البريد الوارد', exact: true }).waitFor();

  await page.keyboard.press('j');
  const chosen = page.locator('[role="option"][aria-selected="true"]');
  await chosen.filter({ hasText: 'Barometer readings' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await chosen.filter({ hasText: 'Apples from the garden' }).waitFor();
  await page.getByText('All about Apples from the garden.').last().waitFor();

  // The pane on the right grows towards the left.
  const edge = page.getByRole('separator', { name: 'عرض صناديق البريد' });
  const width = async () => Number(await edge.getAttribute('aria-valuenow'));
  const before = await width();
  await edge.focus();
  await page.keyboard.press('ArrowLeft');
  assert.ok((await width()) > before, 'wider');
  await page.keyboard.press('ArrowRight');
  assert.equal(await width(), before);

  await chooseLanguage(page, /اللغة/, 'English');
  await page.locator('html[dir="ltr"][lang^="en"]').waitFor();
  await closeSheet(page);
  assert.ok((await middle(page, 'navigation')) < (await middle(page, 'listbox')));
  await page.getByRole('heading', { name: 'Inbox', exact: true }).waitFor();
});
