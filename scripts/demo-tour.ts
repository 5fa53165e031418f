/** The demo without a person: the main job in the real window, with a picture of every step. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { fillAddAccount, messageRow, seeLock, sendLetter } from '../test/e2e/person.ts';
import { demoUser } from './demo-provider.ts';

/** Types what a person would type, and waits for the lock. */
export async function addAccount(page: Page): Promise<void> {
  await fillAddAccount(page, demoUser);
  await seeLock(page, 'Encrypted to localhost');
}

const letter = {
  to: demoUser.user,
  subject: 'A letter to myself',
  text: 'If this arrives, everything between us and the server was sealed.\n',
};

/**
 * @param folder where pictures go; made when missing
 * @returns the pictures' paths
 */
export async function runTour(page: Page, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const pictures: string[] = [];
  const picture = async (name: string): Promise<void> => {
    const path = join(folder, `${pictures.length + 1}-${name}.png`);
    await page.screenshot({ path, animations: 'disabled' });
    pictures.push(path);
  };
  await picture('welcome');
  await addAccount(page);
  await messageRow(page, 'The boat is in the water').first().waitFor();
  await picture('inbox');
  await (await seeLock(page, 'Encrypted to localhost')).click();
  await page.getByText(/With this server’s own key/).waitFor();
  await picture('lock');
  await page.getByRole('button', { name: 'Close' }).first().click();
  await messageRow(page, 'The Tide Table').click();
  await page.locator('iframe').first().waitFor();
  await picture('newsletter');
  await messageRow(page, 'Quote for the bookshelves').first().click();
  await page.getByRole('button', { name: /Save Quote 0417/ }).waitFor();
  await picture('attachment');
  await sendLetter(page, letter);
  await messageRow(page, letter.subject).waitFor();
  await messageRow(page, letter.subject).click();
  // The whole text stands only in the reader; the list shows the beginning next to the subject.
  await page.getByText(letter.text.trim(), { exact: true }).last().waitFor();
  await picture('letter-to-myself');
  return pictures;
}

/** What was looked for on the wire after the tour. */
export const tourSecrets: readonly string[] = [
  demoUser.password,
  letter.subject,
  'If this arrives',
];
