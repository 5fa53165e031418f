/** Pictures of the main window: panes, selection, menus, filters, what is empty or out of reach. */
import type { Page } from 'playwright-core';
import type { Shot } from './shot.ts';

const row = (page: Page, index: number) => page.getByRole('option').nth(index);

async function openRow(page: Page, index: number): Promise<void> {
  await row(page, index).click();
  await page.waitForTimeout(300);
}

async function pickFour(page: Page): Promise<void> {
  await row(page, 1).click();
  await row(page, 3).click({ modifiers: ['Shift'] });
  await row(page, 6).click({ modifiers: ['ControlOrMeta'] });
}

async function openListMenu(page: Page, name = 'Show and sort'): Promise<void> {
  await page.getByRole('button', { name }).click();
  await page.getByRole('menu').waitFor();
}

async function filter(page: Page, name: string): Promise<void> {
  await openListMenu(page);
  await page.getByRole('menuitemradio', { name }).click();
  await page.waitForTimeout(200);
}

const german = { lang: 'de-DE' } as const;

export const deskShots: readonly Shot[] = [
  { name: 'desk-wide', width: 1_680, height: 1_000, act: (page) => openRow(page, 2) },
  { name: 'desk-picked', act: pickFour },
  {
    name: 'desk-picked-german',
    query: 'lang=de',
    ...german,
    themes: ['light'],
    act: pickFour,
  },
  { name: 'desk-picked-middle', width: 820, height: 760, themes: ['light'], act: pickFour },
  {
    name: 'desk-picked-narrow',
    width: 420,
    height: 760,
    act: async (page) => {
      await row(page, 1).hover();
      await page.locator('[data-index="1"] [data-tool="pick"]').click();
      await row(page, 3).click({ modifiers: ['Shift'] });
    },
  },
  {
    name: 'desk-picked-all',
    query: 'rows=100000',
    themes: ['light'],
    act: async (page) => {
      await openRow(page, 0);
      await page.keyboard.press('ControlOrMeta+a');
      await page.waitForTimeout(600);
    },
  },
  {
    name: 'desk-row-menu',
    act: async (page) => {
      await openRow(page, 0);
      await row(page, 3).click({ button: 'right' });
      await page.getByRole('menu').waitFor();
      await page.keyboard.press('ArrowDown');
    },
  },
  {
    name: 'desk-mailbox-menu',
    act: async (page) => {
      await openRow(page, 0);
      await page.getByRole('button', { name: 'Choir' }).click({ button: 'right' });
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'desk-mailbox-menu-german',
    query: 'lang=de',
    ...german,
    themes: ['light'],
    act: async (page) => {
      await page.getByRole('button', { name: 'Choir' }).click({ button: 'right' });
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'desk-mailbox-new',
    act: async (page) => {
      await page.getByRole('button', { name: 'House' }).click({ button: 'right' });
      await page.getByRole('menuitem', { name: 'New mailbox inside…' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('Garden');
    },
  },
  {
    name: 'desk-mailbox-delete',
    themes: ['light'],
    act: async (page) => {
      await page.getByRole('button', { name: 'Choir' }).click({ button: 'right' });
      await page.getByRole('menuitem', { name: 'Delete mailbox…' }).click();
    },
  },
  { name: 'desk-list-menu', act: (page) => openListMenu(page) },
  {
    name: 'desk-list-menu-german',
    query: 'lang=de',
    ...german,
    themes: ['light'],
    act: (page) => openListMenu(page, 'Anzeigen und sortieren'),
  },
  { name: 'desk-sort-sender', act: (page) => filter(page, 'Sender') },
  {
    name: 'desk-sort-size-unread',
    act: async (page) => {
      await filter(page, 'Unread');
      await filter(page, 'Largest first');
    },
  },
  {
    name: 'desk-sort-german',
    query: 'lang=de',
    ...german,
    themes: ['light'],
    act: async (page) => {
      await openListMenu(page, 'Anzeigen und sortieren');
      await page.getByRole('menuitemradio', { name: 'Betreff' }).click();
      await page.waitForTimeout(200);
    },
  },
  {
    name: 'desk-sort-arabic',
    query: 'lang=ar',
    lang: 'ar-EG',
    themes: ['light'],
    act: async (page) => {
      await openListMenu(page, 'العرض والترتيب');
      await page.getByRole('menuitemradio', { name: 'المُرسِل' }).click();
      await page.waitForTimeout(200);
    },
  },
  { name: 'desk-filter', act: (page) => filter(page, 'Unread') },
  {
    name: 'desk-filter-empty',
    act: async (page) => {
      await page.getByRole('button', { name: 'Trash' }).first().click();
      await filter(page, 'Unread');
    },
  },
  {
    name: 'desk-messages',
    query: 'by=messages',
    themes: ['light'],
    act: (page) => openRow(page, 2),
  },
  { name: 'desk-collapsed', query: 'collapsed', act: (page) => openRow(page, 0) },
  {
    name: 'desk-hover',
    act: async (page) => {
      await openRow(page, 0);
      await row(page, 4).hover();
    },
  },
  {
    name: 'desk-drop',
    themes: ['light'],
    act: async (page) => {
      await pickFour(page);
      await row(page, 2).hover();
      await page.mouse.down();
      const target = page.getByRole('button', { name: 'Choir' });
      await target.hover();
      await target.hover();
    },
  },
  {
    name: 'desk-resize',
    themes: ['light'],
    act: async (page) => {
      await page.getByRole('separator', { name: 'Width of the list' }).focus();
      for (let press = 0; press < 8; press += 1) await page.keyboard.press('ArrowRight');
    },
  },
  { name: 'desk-offline', query: 'lock=offline', act: (page) => openRow(page, 0) },
  { name: 'desk-contrast', contrast: 'more', act: pickFour },
  { name: 'desk-contrast-open', contrast: 'more', act: (page) => openRow(page, 0) },
  { name: 'desk-forced', forcedColors: 'active', act: (page) => openRow(page, 0) },
  {
    name: 'desk-forced-menu',
    forcedColors: 'active',
    themes: ['light'],
    act: async (page) => {
      await pickFour(page);
      await row(page, 3).click({ button: 'right' });
      await page.getByRole('menu').waitFor();
    },
  },
];
