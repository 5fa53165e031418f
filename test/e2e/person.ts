/**
 * What a person does and sees in the window, in the words of the interface: the steps that
 * end-to-end tests are told in. Finds things by role and name, as a screen reader would.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import {
  type LaunchedWindow,
  type LaunchOptions,
  launchWindow,
} from '../support/chromium-window.ts';
import {
  defaultUser,
  type Stack,
  type StackOptions,
  startStack,
} from '../support/servers/stack.ts';

/** How long a person would wait at most: generous, since two cores do everything here. */
export const patienceMs = 30_000;

export interface World {
  readonly stack: Stack;
  readonly profileDir: string;
  readonly window: LaunchedWindow;
  readonly page: Page;
  /** Ends the window and opens it again on the same profile. */
  reopen(): Promise<Page>;
}

/** Servers take a second to end. Nobody but the file's end waits for it. */
const ending: Promise<void>[] = [];
after(() => Promise.all(ending));

async function endServers(stack: Stack, dir: string): Promise<void> {
  await stack.stop();
  await rm(dir, { recursive: true, force: true });
}

/** Servers on loopback and an empty profile with its window; all ended when the test has ended. */
export async function openWorld(
  t: TestContext,
  { entry, ...options }: Omit<StackOptions, 'dir'> & Pick<LaunchOptions, 'entry'>,
): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'letterlock-e2e-'));
  const profileDir = join(dir, 'profile');
  const stack = await startStack({ ...options, dir });
  const launch = () =>
    launchWindow({ profileDir, env: stack.env, ...(entry === undefined ? {} : { entry }) });
  let window: LaunchedWindow;
  try {
    window = await launch();
  } catch (error) {
    await stack.stop();
    throw error;
  }
  window.page.setDefaultTimeout(patienceMs);
  t.after(async () => {
    // The last thing to be seen, for whoever wonders why a test failed.
    await mkdir('shots/e2e', { recursive: true });
    const name = t.name.replace(/[^a-z0-9]+/gi, '-').slice(0, 80);
    await window.page.screenshot({ path: `shots/e2e/${name}.png` }).catch(() => undefined);
    await window.close();
    ending.push(endServers(stack, dir));
  });
  return {
    stack,
    profileDir,
    get window() {
      return window;
    },
    get page() {
      return window.page;
    },
    reopen: async () => {
      await window.close();
      window = await launch();
      window.page.setDefaultTimeout(patienceMs);
      return window.page;
    },
  };
}

/** Types address and password and nothing else, and asks for the account. */
export async function fillAddAccount(page: Page, user = defaultUser): Promise<void> {
  await page.getByRole('button', { name: 'Add your account' }).click();
  await page.getByLabel('Email address').fill(user.user);
  await page.getByLabel('Password', { exact: true }).fill(user.password);
  const add = page.getByRole('button', { name: 'Add account', exact: true });
  await page.getByText('We will use').waitFor();
  await add.click();
}

/** The account's lock, once it says `words`. */
export async function seeLock(page: Page, words: string): Promise<Locator> {
  const lock = page.getByRole('button', { name: `${words}. Show details.` });
  await lock.waitFor();
  return lock;
}

export function messageRow(page: Page, subject: string): Locator {
  return page.getByRole('option', { name: new RegExp(escapeRegExp(subject)) });
}

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly files?: readonly { name: string; mimeType: string; buffer: Buffer }[];
}

/** Writes a letter, presses Send, and Send now so as not to wait; returns when the composer has gone. */
export async function sendLetter(page: Page, letter: Letter): Promise<void> {
  await page.getByRole('button', { name: 'New message' }).click();
  const composer = page.getByRole('region', { name: /^Draft: / });
  await composer.getByLabel('To', { exact: true }).fill(letter.to);
  await composer.getByLabel('Subject').fill(letter.subject);
  await composer.getByLabel('Message text').fill(letter.text);
  if (letter.files !== undefined && letter.files.length > 0) {
    await composer.locator('input[data-attachments]').setInputFiles([...letter.files]);
    for (const file of letter.files) {
      await composer.getByRole('button', { name: `Remove ${file.name}` }).waitFor();
    }
  }
  await composer.getByRole('button', { name: /^Send( when possible)?$/ }).click();
  await composer.waitFor({ state: 'detached' });
  // On a busy computer the time to undo may be over before.
  const now = page.getByRole('button', { name: 'Send now' }).first();
  await now.click({ timeout: 9_000 }).catch(() => undefined);
  await page.getByRole('timer').waitFor({ state: 'detached' });
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Waits until it holds, as long as a person would. @throws with `what` when it does not */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(what);
    await pause(100);
  }
}

/** A section of the settings; the sheet, which may be open already. */
export async function openSettings(page: Page, section: string): Promise<Locator> {
  const sheet = page.getByRole('dialog', { name: 'Settings' });
  if (!(await sheet.isVisible())) {
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
  }
  await sheet.getByRole('tab', { name: section }).click();
  return sheet;
}

/** Chooses from a list of the sheet that is open. */
export async function chooseSetting(page: Page, setting: RegExp, choice: string): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: setting }).click();
  await page.getByRole('option', { name: choice, exact: true }).click();
}

export async function closeSheet(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}
