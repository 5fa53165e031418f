/** Steps of tests that write letters: a desk with one letter on it, the composer, what arrived. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import PostalMime, { type Email } from 'postal-mime';
import { defaultUser, type Stack } from '../support/servers/stack.ts';
import {
  fillAddAccount,
  messageRow,
  openWorld,
  patienceMs,
  seeLock,
  type World,
} from './person.ts';

/** An account with one letter from somebody, so that the mail knows a person. */
export async function openDesk(t: TestContext): Promise<World> {
  const world = await openWorld(t, { gateway: false, tls: 'backend' });
  const lines = [
    'From: Anna Holm <anna@elsewhere.test>',
    `To: ${defaultUser.user}`,
    'Subject: The grey heron',
    'Message-ID: <heron@elsewhere.test>',
    'Date: Wed, 25 Nov 2026 10:00:00 +0000',
    '',
    'She stands in the shallows, unimpressed.',
    '',
  ];
  await world.stack.dovecot.append(defaultUser.user, lines.join('\r\n'));
  await fillAddAccount(world.page);
  await seeLock(world.page, 'Encrypted to localhost');
  await messageRow(world.page, 'The grey heron').waitFor();
  return world;
}

/** Begins a letter; its region once it has its subject. */
export async function begin(
  page: Page,
  subject: string,
  to: string = defaultUser.user,
): Promise<Locator> {
  await page.getByRole('button', { name: 'New message' }).click();
  const composer = page.getByRole('region', { name: 'Draft: New message' });
  await composer.getByLabel('To', { exact: true }).fill(to);
  await composer.getByLabel('To', { exact: true }).press('Tab');
  await composer.getByLabel('Subject').fill(subject);
  return page.getByRole('region', { name: `Draft: ${subject}` });
}

/** Sends it at once. */
export async function send(page: Page, composer: Locator): Promise<void> {
  await composer.getByRole('button', { name: /^Send( when possible)?$/ }).click();
  await sent(page, composer);
}

/** Once Send was pressed: does not wait for the time to undo. */
export async function sent(page: Page, composer: Locator): Promise<void> {
  await composer.waitFor({ state: 'detached' });
  // On a busy computer the time to undo may be over before.
  const now = page.getByRole('button', { name: 'Send now' }).first();
  await now.click({ timeout: 9_000 }).catch(() => undefined);
}

/** The message as the server keeps it, once it is there. */
export async function arrived(
  stack: Stack,
  subject: string,
): Promise<{ source: string; mail: Email }> {
  const query = ['mailbox', 'INBOX', 'header', 'subject', subject];
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    const said = await stack.dovecot.doveadm(['fetch', '-u', defaultUser.user, 'text', ...query]);
    const source = said.replace(/^text:\n/, '');
    if (source.trim() !== '') return { source, mail: await PostalMime.parse(source) };
    await pause(200);
  }
  assert.fail(`no message with the subject ${subject}`);
}
