/** Files dragged out of the window, where the host can; the list in other orders than by date. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { defaultUser, type Stack } from '../support/servers/stack.ts';
import { fillAddAccount, messageRow, openWorld, patienceMs, seeLock } from './person.ts';

async function until(what: string, check: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    if (await check()) return;
    await pause(100);
  }
  assert.fail(what);
}

const report = 'Page one of the report.\n'.repeat(40);

async function appendWithFile(stack: Stack): Promise<void> {
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
    'Content-Type: application/octet-stream',
    // The sender's name for it leads out of any folder.
    'Content-Disposition: attachment; filename="../../report.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    ...(Buffer.from(report)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
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
