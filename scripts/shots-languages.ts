/** The main screens in every further language, led by the words of its catalogue. */
import type { Page } from 'playwright-core';
import { readCatalogue } from './catalogue.ts';
import type { Shot } from './shot.ts';
import { tickets } from './shots-composer.ts';

/** One system's form of each language; English and German have pictures all over the other files. */
const systems = {
  fr: 'fr-FR',
  es: 'es-ES',
  ja: 'ja-JP',
  ar: 'ar-EG',
};
/** Where the window runs the other way, the dark is looked at as well. */
const darkToo: readonly string[] = ['ar'];

const sections = 9;
const narrow = { width: 420, height: 760 } as const;

/** Gives a message as its catalogue has it, values and all. */
type Translate = (key: string) => string;

type Act = (page: Page, t: Translate) => Promise<void>;

const pause = (page: Page) => page.waitForTimeout(300);

async function openRow(page: Page): Promise<void> {
  await page.getByRole('option').nth(3).click();
  await pause(page);
}

async function writeLetter(page: Page, t: Translate): Promise<void> {
  await page.keyboard.press('c');
  await page.getByLabel(t('composer.to'), { exact: true }).fill('jonas@weber.example');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: t('composer.subject') }).fill('09:24');
  await page.getByRole('button', { name: t('composer.options') }).click();
  await pause(page);
}

async function answer(page: Page): Promise<void> {
  await openRow(page);
  await page.keyboard.press('r');
  await page.waitForTimeout(600);
}

async function openLock(page: Page, t: Translate): Promise<void> {
  const shown = t('lock.open')
    .replace(/\u2068?\{label\}\u2069?/, '')
    .replace(/^[\p{P}\p{Cf}\s]+/u, '');
  await page.getByRole('button', { name: shown }).first().click();
  await pause(page);
}

async function openLockDetails(page: Page, t: Translate): Promise<void> {
  await openLock(page, t);
  const details = page.getByRole('dialog').getByRole('button', { name: t('lock.details') });
  await details.first().click();
  await pause(page);
}

async function addAccount(page: Page, t: Translate): Promise<void> {
  await page.getByRole('button', { name: t('welcome.add') }).click();
  await page.getByLabel(t('addAccount.address')).fill('mira@example.org');
  await page.getByLabel(t('addAccount.password')).fill('correct horse');
  await page.getByRole('button', { name: t('addAccount.editServers') }).click();
  await pause(page);
}

/** Both directions in one letter. */
async function mixDirections(page: Page, t: Translate): Promise<void> {
  await page.keyboard.press('c');
  await page.getByLabel(t('composer.to'), { exact: true }).fill('Bo Ek <bo@example.org>');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: t('composer.subject') }).fill('مرحبًا Anna: Lund');
  await page.locator('.ProseMirror').click({ position: { x: 40, y: 24 } });
  await page.keyboard.press('Control+Home');
  await page.keyboard.type(
    'مرحبًا Anna، نلتقي عند 9:24 في Lund.\nSee you, Anna (Lund).\n- خبز\nملح',
  );
  await page.locator('input[data-attachments]').setInputFiles(tickets);
  await page.waitForTimeout(900);
}

async function openMenu(page: Page): Promise<void> {
  await openRow(page);
  await page.getByRole('option').nth(5).click({ button: 'right' });
  await page.getByRole('menu').waitFor();
}

async function openDrawer(page: Page, t: Translate): Promise<void> {
  await page.getByRole('button', { name: t('list.showMailboxes') }).click();
  await pause(page);
}

async function pickRows(page: Page): Promise<void> {
  await page.getByRole('option').first().click();
  for (let more = 0; more < 3; more += 1) await page.keyboard.press('Shift+ArrowDown');
  await pause(page);
}

const openSection =
  (index: number): Act =>
  async (page, t) => {
    await page.getByRole('button', { name: t('sidebar.settings'), exact: true }).click();
    await page.getByRole('tab').nth(index).click();
    await page.mouse.move(2, 2);
    await pause(page);
  };

/** Keys with blanks between them, one after the other. */
const press =
  (keys: string): Act =>
  async (page) => {
    for (const key of keys.split(' ')) await page.keyboard.press(key);
    await pause(page);
  };

const openAt =
  (index: number): Act =>
  async (page) => {
    await page.getByRole('option').nth(index).click();
    await pause(page);
  };

interface Scene extends Omit<Shot, 'act' | 'lang'> {
  readonly act?: Act;
}

const scenes: readonly Scene[] = [
  { name: 'main', act: openRow },
  { name: 'main-two-pane', width: 820, height: 760, act: openRow },
  { name: 'main-narrow', ...narrow },
  { name: 'drawer', ...narrow, act: openDrawer },
  { name: 'reader', act: openAt(1) },
  { name: 'reader-narrow', ...narrow, act: openAt(0) },
  { name: 'reader-rtl', act: openAt(5) },
  { name: 'thread', query: 'density=compact', act: openAt(2) },
  { name: 'menu', act: openMenu },
  { name: 'search', act: press('/ s o u p') },
  { name: 'directions', act: mixDirections },
  { name: 'picked', act: pickRows },
  { name: 'welcome', query: 'accounts=0&thunderbird' },
  { name: 'add', query: 'accounts=0&note=app-password', height: 1_000, act: addAccount },
  { name: 'answer', act: answer },
  { name: 'composer', act: writeLetter },
  { name: 'composer-narrow', ...narrow, act: writeLetter },
  { name: 'lock', query: 'case=hybrid', act: openLockDetails },
  { name: 'lock-stopped', query: 'lock=stopped&case=intercepted-stopped', act: openLock },
  { name: 'outbox', query: 'outbox&lock=stopped', act: press('g o') },
  { name: 'shortcuts', act: press('?') },
  { name: 'palette', act: press('Control+k') },
  ...Array.from({ length: sections }, (_, index): Scene => {
    const act = openSection(index);
    return { name: `settings-${index + 1}`, width: 1_100, height: 760, act };
  }),
];

async function inLanguage(language: string, lang: string): Promise<Shot[]> {
  const t = await readCatalogue(language);
  return scenes.map(({ name, query, act, ...scene }) => ({
    ...scene,
    name: `language-${language}-${name}`,
    query: `lang=${lang}${query === undefined ? '' : `&${query}`}`,
    lang,
    themes: darkToo.includes(language) ? ['light', 'dark'] : ['light'],
    act: async (page) => act?.(page, t),
  }));
}

const inAll = await Promise.all(
  Object.entries(systems).map(([language, lang]) => inLanguage(language, lang)),
);

export const languageShots: readonly Shot[] = inAll.flat();
