/** Pictures of the reader: HTML in light and dark, pictures held back, files, the way, invitations. */
import type { Page } from 'playwright-core';
import type { Shot } from './shot.ts';

/** Opens the message with this subject; the list is filled far enough to have it. */
const openLetter = (subject: string) => async (page: Page) => {
  const row = page.getByRole('option', { name: new RegExp(subject) }).first();
  await page.getByRole('listbox').first().press('End');
  await page.waitForTimeout(200);
  await row.click();
  await page.waitForTimeout(500);
};

const menu =
  (item: string, more = 'More') =>
  async (page: Page) => {
    await page.getByRole('button', { name: more, exact: true }).last().click();
    await page.getByRole('menuitem', { name: item }).click();
    await page.waitForTimeout(300);
  };

const query = 'rows=21';
const german = { lang: 'de-DE', query: `${query}&lang=de` } as const;
const narrow = { width: 420, height: 760 } as const;

async function preview(page: Page, name: RegExp): Promise<void> {
  await openLetter('Everything for the harbour walk')(page);
  await page.getByRole('button', { name }).click();
  await page.waitForTimeout(1_200);
}

async function travel(page: Page): Promise<void> {
  await page.getByRole('option').first().click();
  await page.waitForTimeout(300);
  await menu('How it travelled')(page);
}

export const readerShots: readonly Shot[] = [
  { name: 'reader-html', query, act: openLetter('Proofs are back') },
  {
    name: 'reader-html-original',
    query,
    themes: ['dark'],
    act: async (page) => {
      await openLetter('Proofs are back')(page);
      await menu('Show original colours')(page);
    },
  },
  {
    name: 'reader-html-quoted',
    query,
    act: async (page) => {
      await openLetter('Proofs are back')(page);
      await page
        .frameLocator('iframe')
        .getByRole('button', { name: 'Show what is quoted' })
        .click();
      await page.waitForTimeout(200);
    },
  },
  { name: 'reader-remote', query, act: openLetter('The autumn programme') },
  {
    name: 'reader-remote-loaded',
    query,
    act: async (page) => {
      await openLetter('The autumn programme')(page);
      await page.getByRole('button', { name: /Always from/ }).click();
      await page.waitForTimeout(700);
    },
  },
  { name: 'reader-remote-narrow', query, ...narrow, act: openLetter('The autumn programme') },
  {
    name: 'reader-remote-german',
    ...german,
    themes: ['light'],
    act: openLetter('The autumn programme'),
  },
  { name: 'reader-files', query, act: openLetter('Everything for the harbour walk') },
  {
    name: 'reader-files-narrow',
    ...german,
    ...narrow,
    themes: ['light'],
    act: openLetter('Everything for the harbour walk'),
  },
  { name: 'reader-preview-picture', query, act: (page) => preview(page, /^Open lighthouse/) },
  { name: 'reader-preview-pdf', query, act: (page) => preview(page, /^Open harbour-route/) },
  { name: 'reader-preview-text', query, act: (page) => preview(page, /^Open notes/) },
  {
    name: 'reader-menu',
    query,
    act: async (page) => {
      await openLetter('Proofs are back')(page);
      await page.getByRole('button', { name: 'More', exact: true }).click();
      await page.waitForTimeout(250);
    },
  },
  { name: 'reader-travel', query, height: 1_000, act: travel },
  { name: 'reader-travel-narrow', query, ...narrow, height: 1_000, act: travel },
  {
    name: 'reader-travel-german',
    ...german,
    height: 1_000,
    themes: ['light'],
    act: async (page) => {
      await page.getByRole('option').first().click();
      await page.waitForTimeout(300);
      await menu('Der Weg dieser Nachricht', 'Mehr')(page);
    },
  },
  { name: 'reader-invite', query, act: openLetter('first rehearsal') },
  {
    name: 'reader-invite-german',
    ...german,
    ...narrow,
    themes: ['light'],
    act: openLetter('first rehearsal'),
  },
  {
    name: 'reader-source',
    query,
    act: async (page) => {
      await page.getByRole('option').first().click();
      await page.waitForTimeout(300);
      await menu('View source')(page);
    },
  },
  {
    name: 'reader-link',
    query,
    act: async (page) => {
      await openLetter('Please confirm your account')(page);
      await page.frameLocator('iframe').getByRole('link').first().click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: 'reader-link-hover',
    query,
    act: async (page) => {
      await openLetter('Please confirm your account')(page);
      await page.frameLocator('iframe').getByRole('link').nth(2).hover();
      await page.waitForTimeout(200);
    },
  },
];
