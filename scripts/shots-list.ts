/** Which pictures are taken, and what is done in the window before each. */
import type { Page } from 'playwright-core';
import { lockState } from '../app/contract/index.ts';
import type { Shot } from './shot.ts';
import { beginLetter, composerShots, tickets } from './shots-composer.ts';
import { deskShots } from './shots-desk.ts';
import { languageShots } from './shots-languages.ts';
import { readerShots } from './shots-reader.ts';
import { settingsShots } from './shots-settings.ts';

const openRow = (index: number) => async (page: Page) => {
  await page.getByRole('option').nth(index).click();
  await page.waitForTimeout(300);
};

async function fillAccount(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add your account' }).click();
  await page.getByLabel('Email address').fill('mira@example.org');
  await page.getByLabel('Password').fill('correct horse');
  await page.waitForTimeout(200);
}

async function submitAccount(page: Page): Promise<void> {
  await fillAccount(page);
  await page.getByRole('button', { name: 'Add account' }).click();
  await page.waitForTimeout(250);
}

async function writeLetter(page: Page): Promise<void> {
  await openRow(0)(page);
  await beginLetter(page);
  await page.keyboard.type('count me in for dinner, and Anouk too. We take the 9:24.');
  await page.locator('input[data-attachments]').setInputFiles(tickets);
  await page.waitForTimeout(900);
}

const locks: Shot[] = lockState.options.flatMap((state) => [
  {
    name: `lock-${state}`,
    query: `lock=${state}`,
    width: 1_000,
    height: 760,
    act: async (page: Page) => {
      await page.getByRole('button', { name: 'Show details' }).first().click();
    },
  },
]);

const lockCase = (name: string, query: string, more: Partial<Shot> = {}): Shot => ({
  name: `lock-case-${name}`,
  query,
  width: 1_000,
  height: 760,
  act: async (page: Page) => {
    await page
      .getByRole('button', { name: /Show details|Einzelheiten anzeigen/ })
      .first()
      .click();
  },
  ...more,
});

const openIn = (name: RegExp) => async (page: Page) => {
  await page
    .getByRole('button', { name: /Show details|Einzelheiten anzeigen/ })
    .first()
    .click();
  await page.getByRole('dialog').getByRole('button', { name }).click();
};

const german = { lang: 'de-DE' } as const;
const lockCases: readonly Shot[] = [
  lockCase('hybrid', 'case=hybrid'),
  lockCase('details', 'case=hybrid', { act: openIn(/^Details/) }),
  lockCase('narrow', 'case=hybrid', {
    width: 420,
    act: async (page) => {
      await page.getByRole('button', { name: 'Show mailboxes' }).click();
      await openIn(/^Details/)(page);
    },
  }),
  lockCase('german', 'lang=de&case=hybrid', { ...german, act: openIn(/^Einzelheiten/) }),
  lockCase('two-keys', 'lock=unconfirmed&case=two-keys'),
  lockCase('intercepted', 'lock=unconfirmed&case=intercepted'),
  lockCase('intercepted-key', 'lock=unconfirmed&case=intercepted-key'),
  lockCase('intercepted-stopped', 'lock=stopped&case=intercepted-stopped'),
  lockCase('intercepted-german', 'lang=de&lock=stopped&case=intercepted-stopped', german),
  lockCase('key-changed', 'lock=stopped&case=key-changed'),
  lockCase('key-accept', 'lock=stopped&case=key-changed', { act: openIn(/new key$/) }),
  lockCase('key-german', 'lang=de&lock=stopped&case=key-changed', {
    ...german,
    act: openIn(/neuen Schlüssel$/),
  }),
  lockCase('one-stopped', 'lock=stopped&case=one-stopped'),
];

async function changeServers(page: Page): Promise<void> {
  await fillAccount(page);
  await page.getByRole('button', { name: 'Change' }).click();
  await page.waitForTimeout(200);
}

async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.waitForTimeout(300);
}

const powers: readonly Shot[] = [
  {
    name: 'undo-line',
    act: async (page) => {
      await openRow(1)(page);
      await page.keyboard.press('e');
      await page.getByRole('option').nth(4).hover();
    },
  },
  {
    name: 'undo-narrow',
    width: 420,
    height: 760,
    themes: ['light'],
    act: async (page) => {
      await page.keyboard.press('j');
      await page.keyboard.press('#');
    },
  },
  {
    name: 'move-menu',
    act: async (page) => {
      await openRow(0)(page);
      await page.keyboard.press('v');
      await page.waitForTimeout(200);
    },
  },
  {
    name: 'move-menu-typed',
    query: 'lang=de',
    ...german,
    themes: ['light'],
    act: async (page) => {
      await openRow(0)(page);
      await page.keyboard.press('v');
      await page.getByRole('combobox').fill('k');
    },
  },
  {
    name: 'delete-question',
    act: async (page) => {
      await page.getByRole('button', { name: 'Trash' }).first().click();
      await openRow(1)(page);
      await page.keyboard.press('#');
    },
  },
  {
    name: 'move-refused',
    query: 'refuses',
    act: async (page) => {
      await openRow(0)(page);
      await page.keyboard.press('e');
      await page.waitForTimeout(400);
    },
  },
  { name: 'search-results', act: (page) => search(page, 'soup') },
  {
    name: 'search-open',
    themes: ['light'],
    act: async (page) => {
      await search(page, 'soup');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(300);
    },
  },
  { name: 'search-focused', themes: ['light'], act: (page) => search(page, '') },
  { name: 'search-narrow', width: 420, height: 760, act: (page) => search(page, 'soup') },
  {
    name: 'search-german',
    query: 'lang=de',
    ...german,
    themes: ['light'],
    act: async (page) => {
      await search(page, 'soup');
      await page.getByRole('button', { name: 'Auf dem Server suchen' }).click();
      await page.waitForTimeout(200);
    },
  },
  { name: 'search-nothing', act: (page) => search(page, 'periwinkle') },
  {
    name: 'view-inboxes',
    act: async (page) => {
      await page.getByRole('button', { name: 'All inboxes' }).click();
      await openRow(1)(page);
    },
  },
  {
    name: 'view-unread',
    query: 'lock=unconfirmed',
    act: async (page) => {
      await page.getByRole('button', { name: /^Unread/ }).click();
      await openRow(1)(page);
    },
  },
  {
    name: 'view-starred-narrow',
    query: 'lang=de',
    ...german,
    width: 420,
    height: 760,
    themes: ['light'],
    act: async (page) => {
      await page.getByRole('button', { name: 'Postfächer anzeigen' }).click();
      await page.getByRole('button', { name: /^Markiert/ }).click();
    },
  },
  { name: 'thread', act: openRow(2) },
  {
    name: 'thread-opened',
    themes: ['light'],
    act: async (page) => {
      await openRow(2)(page);
      await page.getByRole('button', { name: 'Show 2 earlier messages' }).click();
      await page.locator('[aria-expanded=false]').nth(1).click();
    },
  },
  { name: 'progress', query: 'rows=100000&syncing', act: openRow(0) },
  {
    name: 'progress-paused',
    query: 'rows=100000&syncing=paused&lang=de',
    ...german,
    themes: ['light'],
  },
  {
    name: 'rows-compact-hover',
    query: 'density=compact',
    themes: ['light'],
    act: async (page) => {
      await openRow(0)(page);
      await page.getByRole('option').nth(3).hover();
    },
  },
];

const findCommand = (text: string) => async (page: Page) => {
  await openRow(1)(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill(text);
  await page.waitForTimeout(200);
};

const keyboard: readonly Shot[] = [
  { name: 'palette', act: findCommand('') },
  { name: 'palette-typed', act: findCommand('ar') },
  { name: 'palette-nothing', act: findCommand('periwinkle') },
  { name: 'palette-german', query: 'lang=de', ...german, themes: ['light'], act: findCommand('') },
  {
    name: 'palette-narrow',
    width: 420,
    height: 760,
    act: async (page) => {
      await page.keyboard.press('j');
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('in');
      await page.waitForTimeout(200);
    },
  },
  {
    name: 'palette-places',
    themes: ['light'],
    act: async (page) => {
      await page.keyboard.press('g');
      await page.keyboard.press('l');
      await page.getByRole('combobox').fill('kit');
      await page.waitForTimeout(200);
    },
  },
  { name: 'shortcuts', act: (page) => page.keyboard.press('?') },
  {
    name: 'shortcuts-german',
    query: 'lang=de',
    ...german,
    themes: ['light'],
    act: (page) => page.keyboard.press('?'),
  },
  { name: 'shortcuts-narrow', width: 420, height: 760, act: (page) => page.keyboard.press('?') },
  {
    name: 'focus-row',
    act: async (page) => {
      await page.keyboard.press('j');
      await page.keyboard.press('j');
    },
  },
  {
    name: 'focus-mailbox',
    act: async (page) => {
      await openRow(0)(page);
      await page.keyboard.press('Shift+F6');
    },
  },
  {
    name: 'focus-message',
    act: async (page) => {
      await page.keyboard.press('j');
      await page.keyboard.press('o');
    },
  },
  {
    name: 'focus-button',
    act: async (page) => {
      await page.keyboard.press('j');
      await page.keyboard.press('F6');
      await page.getByRole('button', { name: 'Archive' }).last().focus();
      await page.waitForTimeout(800);
    },
  },
  // 1280 CSS pixels at 400 %.
  {
    name: 'reflow-400',
    width: 320,
    height: 256,
    scale: 2,
    act: (page) => page.keyboard.press('j'),
  },
  {
    name: 'reflow-400-palette',
    width: 320,
    height: 256,
    scale: 2,
    themes: ['light'],
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.waitForTimeout(200);
    },
  },
  { name: 'reflow-200', width: 640, height: 400, scale: 2, themes: ['light'], act: openRow(0) },
];

const lockSidebars: Shot[] = lockState.options.map((state) => ({
  name: `sidebar-${state}`,
  query: `lock=${state}`,
  width: 620,
  height: 420,
  act: async (page: Page) => {
    await page.setViewportSize({ width: 900, height: 420 });
  },
}));

export const shots: readonly Shot[] = [
  ...settingsShots,
  { name: 'main', act: openRow(0) },
  { name: 'main-html', act: openRow(1) },
  { name: 'main-nothing-open' },
  { name: 'main-cjk', act: openRow(4), themes: ['light'] },
  { name: 'main-rtl-mail', act: openRow(5), themes: ['light'] },
  { name: 'main-posing', act: openRow(7), themes: ['light'] },
  {
    name: 'main-hover',
    themes: ['light'],
    act: async (page) => {
      await openRow(0)(page);
      await page.getByRole('option').nth(2).hover();
    },
  },
  { name: 'main-compact', query: 'density=compact', act: openRow(2) },
  { name: 'main-100k', query: 'rows=100000&syncing', act: openRow(6) },
  {
    name: 'main-100k-end',
    query: 'rows=100000',
    themes: ['light'],
    act: async (page) => {
      await page.getByRole('listbox').press('End');
      await page.waitForTimeout(500);
    },
  },
  { name: 'main-german', query: 'lang=de', lang: 'de-DE', act: openRow(3) },
  { name: 'main-offline', query: 'lock=offline&accounts=1', act: openRow(0) },
  { name: 'main-problem', query: 'problem=auth.failed', act: openRow(0) },
  { name: 'empty', query: 'rows=-1' },
  { name: 'error-list', query: 'listError=storage.failed' },
  { name: 'two-pane', width: 820, height: 760, act: openRow(0) },
  {
    name: 'two-pane-sidebar',
    width: 820,
    height: 760,
    act: async (page) => {
      await page.getByRole('button', { name: 'Show mailboxes' }).click();
    },
  },
  { name: 'one-pane-list', width: 420, height: 760 },
  { name: 'one-pane-reader', width: 420, height: 760, act: openRow(0) },
  { name: 'composer', act: writeLetter },
  { name: 'composer-stopped', query: 'lock=stopped', act: writeLetter },
  ...composerShots,
  {
    name: 'held',
    query: 'outbox',
    act: openRow(0),
  },
  {
    name: 'outbox',
    query: 'outbox',
    act: async (page) => {
      await page.getByRole('button', { name: 'Outbox' }).click();
    },
  },
  {
    name: 'outbox-stopped',
    query: 'outbox&lock=stopped',
    act: async (page) => {
      await page.getByRole('button', { name: 'Outbox' }).click();
    },
  },
  {
    name: 'drafts',
    act: async (page) => {
      await page.getByRole('button', { name: 'Drafts' }).click();
    },
  },
  { name: 'add-1-form', query: 'accounts=0', act: fillAccount },
  {
    name: 'add-2-servers',
    query: 'accounts=0&note=app-password',
    height: 1_000,
    act: async (page) => {
      await fillAccount(page);
      await page.getByRole('button', { name: 'Change' }).click();
    },
  },
  { name: 'add-3-checking', query: 'accounts=0&addHangs', act: submitAccount },
  { name: 'add-4-password', query: 'accounts=0&addErrors=auth.failed', act: submitAccount },
  { name: 'add-5-untrusted', query: 'accounts=0&addErrors=leg.tls-untrusted', act: submitAccount },
  { name: 'add-6-first-use', query: 'accounts=0&addErrors=leg.first-use', act: submitAccount },
  {
    name: 'add-7-no-encryption',
    query: 'accounts=0&addErrors=leg.no-encryption',
    act: async (page) => {
      await submitAccount(page);
      await page.getByText('I understand').click();
    },
  },
  {
    name: 'account-settings',
    query: 'problem=auth.failed',
    height: 960,
    act: async (page) => {
      await page.getByRole('button', { name: 'Settings for mira@example.org' }).click();
    },
  },
  {
    name: 'german-lock',
    query: 'lang=de&lock=stopped',
    lang: 'de-DE',
    act: async (page) => {
      await page.getByRole('button', { name: 'Einzelheiten anzeigen' }).first().click();
    },
  },
  {
    name: 'german-outbox',
    query: 'lang=de&outbox&lock=stopped',
    lang: 'de-DE',
    themes: ['light'],
    act: async (page) => {
      await page.getByRole('button', { name: 'Postausgang' }).click();
    },
  },
  {
    name: 'german-add',
    query: 'lang=de&accounts=0&addErrors=leg.tls-untrusted',
    lang: 'de-DE',
    themes: ['light'],
    act: async (page) => {
      await page.getByRole('button', { name: 'Konto hinzufügen' }).click();
      await page.getByLabel('E-Mail-Adresse').fill('mira@example.org');
      await page.getByLabel('Passwort').fill('correct horse');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(250);
    },
  },
  { name: 'add-8-remembered', query: 'accounts=0&remembered', height: 1_000, act: changeServers },
  {
    name: 'add-remembered-less',
    query: 'accounts=0&remembered&addErrors=leg.below-floor',
    act: submitAccount,
  },
  {
    name: 'add-9-forget',
    query: 'accounts=0&remembered',
    act: async (page) => {
      await changeServers(page);
      await page.getByRole('button', { name: 'Forget this server' }).first().click();
    },
  },
  {
    name: 'add-first-use-intercepted',
    query: 'accounts=0&intercepted&addErrors=leg.first-use',
    act: submitAccount,
  },
  {
    name: 'add-untrusted-intercepted',
    query: 'accounts=0&intercepted&addErrors=leg.tls-untrusted',
    act: submitAccount,
  },
  ...deskShots,
  ...languageShots,
  ...powers,
  ...keyboard,
  ...readerShots,
  ...lockSidebars,
  ...locks,
  ...lockCases,
];
