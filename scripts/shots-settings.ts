/** Pictures of the welcome, of every section of the settings, and of imports. */
import type { Page } from 'playwright-core';
import type { Shot } from './shot.ts';

const narrow = { width: 420, height: 760 } as const;
const german = { lang: 'de-DE' } as const;

async function openSettings(page: Page, index: number): Promise<void> {
  const open = page.getByRole('button', { name: /^(Settings|Einstellungen)$/ });
  if (!(await open.isVisible())) {
    await page.getByRole('button', { name: /^(Show mailboxes|Postfächer anzeigen)$/ }).click();
  }
  await open.click();
  await page.getByRole('tab').nth(index).click();
  await page.mouse.move(2, 2);
  await page.waitForTimeout(250);
}

const sections = [
  'general',
  'accounts',
  'appearance',
  'reading',
  'writing',
  'notifications',
  'shortcuts',
  'privacy',
  'advanced',
] as const;

async function moreOf(page: Page, section: (typeof sections)[number]): Promise<void> {
  if (section === 'notifications') {
    await page.getByRole('switch', { name: /^(Quiet hours|Ruhezeiten)/ }).press('Space');
  }
}

const everySection: readonly Shot[] = sections.flatMap((section, index): Shot[] => {
  const act = async (page: Page) => {
    await openSettings(page, index);
    await moreOf(page, section);
  };
  return [
    { name: `settings-${section}`, width: 1_100, height: 760, act },
    { name: `settings-${section}-narrow`, ...narrow, themes: ['light'], act },
    {
      name: `settings-${section}-german`,
      query: 'lang=de',
      width: 1_100,
      height: 760,
      ...german,
      themes: ['light'],
      act,
    },
  ];
});

async function openImport(page: Page): Promise<void> {
  await openSettings(page, 1);
  await page.getByRole('button', { name: /^(Import|Importieren)…$/ }).click();
  await page.waitForTimeout(250);
}

async function chooseFiles(page: Page): Promise<void> {
  await openImport(page);
  await page.getByRole('button', { name: /^(Choose files|Dateien wählen)…$/ }).click();
  await page.waitForTimeout(200);
  await page.getByRole('dialog').getByRole('textbox').scrollIntoViewIfNeeded();
}

export const settingsShots: readonly Shot[] = [
  { name: 'welcome', query: 'accounts=0' },
  { name: 'welcome-thunderbird', query: 'accounts=0&thunderbird' },
  {
    name: 'welcome-narrow',
    query: 'accounts=0&thunderbird&lang=de',
    ...narrow,
    ...german,
    themes: ['light'],
  },
  {
    name: 'welcome-found',
    query: 'accounts=0&thunderbird',
    act: async (page) => {
      await page.getByRole('button', { name: /mira@lindqvist/ }).click();
      await page.waitForTimeout(200);
    },
  },
  ...everySection,
  {
    name: 'settings-account',
    width: 1_100,
    height: 760,
    act: async (page) => {
      await openSettings(page, 1);
      await page.getByRole('button', { name: /^mira@example\.org Encrypted/ }).click();
      await page.getByRole('button', { name: /^Mira Lindqvist/ }).click();
    },
  },
  {
    name: 'settings-erase',
    width: 1_100,
    height: 760,
    themes: ['light'],
    act: async (page) => {
      await openSettings(page, 7);
      await page.getByRole('button', { name: 'Remove everything…' }).click();
      await page.getByRole('alert').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'settings-largest',
    width: 1_100,
    height: 760,
    themes: ['light'],
    act: async (page) => {
      await openSettings(page, 2);
      await page.getByRole('button', { name: /Text size/ }).click();
      await page.getByRole('option', { name: 'Largest' }).click();
      await page.getByRole('switch', { name: /More contrast/ }).press('Space');
      await page.waitForTimeout(200);
    },
  },
  { name: 'import', query: 'thunderbird', act: openImport },
  { name: 'import-chosen', act: chooseFiles },
  { name: 'import-german', query: 'lang=de&transfers', ...german, ...narrow, act: chooseFiles },
  { name: 'import-progress', query: 'transfers', act: openImport },
];
