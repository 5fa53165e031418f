/** Pictures of the composer and the address book. */
import type { Page } from 'playwright-core';
import type { Shot } from './shot.ts';

export const tickets = {
  name: 'tickets-for-three.pdf',
  mimeType: 'application/pdf',
  buffer: Buffer.alloc(612_000, 7),
};

const german = { query: 'lang=de', lang: 'de-DE' } as const;
const pause = (page: Page) => page.waitForTimeout(300);
const editor = (page: Page) =>
  page.getByRole('textbox', { name: /^(Message text|Nachrichtentext)$/ });

/** To one person, with a subject; the cursor stands in the text. */
export async function beginLetter(page: Page): Promise<void> {
  await page.keyboard.press('c');
  await page.getByLabel(/^(To|An)$/).fill('Teresa Okafor <teresa@okafor.example>');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: /^(Subject|Betreff)$/ }).fill('Dinner after the walk');
  await editor(page).click({ position: { x: 40, y: 24 } });
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('Dear Teresa,');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
}

/** A small picture of a harbour at dusk, drawn in the window. */
async function harbour(page: Page): Promise<Buffer> {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 300;
    canvas.height = 110;
    const draw = canvas.getContext('2d');
    if (draw === null) return '';
    const sky = draw.createLinearGradient(0, 0, 0, 110);
    for (const [at, hue] of [
      [0, '#2b3a5e'],
      [0.6, '#c98a6b'],
      [1, '#33415c'],
    ] as const) {
      sky.addColorStop(at, hue);
    }
    draw.fillStyle = sky;
    draw.fillRect(0, 0, 300, 110);
    draw.fillStyle = '#1d2436';
    draw.fillRect(0, 78, 300, 3);
    draw.fillRect(210, 40, 3, 40);
    return canvas.toDataURL('image/png');
  });
  return Buffer.from(url.split(',')[1] ?? '', 'base64');
}

async function writeRich(page: Page): Promise<void> {
  await beginLetter(page);
  await page.keyboard.type('count us in. We take the ');
  await page.keyboard.press('Control+b');
  await page.keyboard.type('9:24 from platform 2');
  await page.keyboard.press('Control+b');
  await page.keyboard.type(' and bring:');
  await page.keyboard.press('Enter');
  await page.keyboard.type('- the blue tent');
  await page.keyboard.press('Enter');
  await page.keyboard.type('soup, and a lemon cake');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.keyboard.type('This is where we meet: https://harbour.example/map ');
  await page.keyboard.press('Enter');
  await page.locator('input[data-pictures]').setInputFiles({
    name: 'harbour.png',
    mimeType: 'image/png',
    buffer: await harbour(page),
  });
  await page.waitForTimeout(900);
}

async function askForFile(page: Page): Promise<void> {
  await beginLetter(page);
  await page.keyboard.type('the tickets are attached.');
  await page.keyboard.press('Control+Enter');
  await pause(page);
}

async function twoLetters(page: Page): Promise<void> {
  await page.getByRole('option').first().click();
  await page.getByRole('button', { name: 'Reply', exact: true }).click();
  await pause(page);
  await page.keyboard.type('Yes, Saturday is fine.');
  await page.getByRole('button', { name: 'New message' }).click();
  await pause(page);
  await page.getByLabel('To', { exact: true }).last().fill('jonas@weber.example');
  await page.keyboard.press('Tab');
  await pause(page);
}

export const composerShots: readonly Shot[] = [
  { name: 'composer-rich', act: writeRich },
  {
    name: 'composer-full',
    themes: ['light'],
    act: async (page) => {
      await writeRich(page);
      await page.getByRole('button', { name: 'Full height' }).click();
      await pause(page);
    },
  },
  {
    name: 'composer-plain',
    query: 'plain',
    act: async (page) => {
      await page.keyboard.press('c');
      await page.getByLabel('To', { exact: true }).fill('teresa@okafor.example,');
      await page.getByRole('textbox', { name: 'Subject' }).fill('Plain as bread');
      await pause(page);
    },
  },
  {
    name: 'composer-to-plain',
    themes: ['light'],
    act: async (page) => {
      await writeRich(page);
      await page.getByRole('button', { name: 'More options' }).click();
      await page.getByText('Rich text', { exact: true }).click();
      await pause(page);
    },
  },
  {
    name: 'composer-chips',
    act: async (page) => {
      await page.keyboard.press('c');
      await page.getByRole('button', { name: 'Cc, Bcc' }).click();
      await page.getByLabel('To', { exact: true }).click();
      await page.keyboard.type(
        'Teresa Okafor <teresa@okafor.example>,jonas@weber.example,anouk at vermeer,Noor van Dijk <noor@vandijk.example>,',
      );
      await page.getByLabel('Cc', { exact: true }).fill('board@choir.example');
      await page.keyboard.press('Tab');
      await pause(page);
    },
  },
  {
    name: 'composer-suggestions',
    act: async (page) => {
      await page.keyboard.press('c');
      await page.getByLabel('To', { exact: true }).waitFor();
      await page.keyboard.type('o');
      await pause(page);
    },
  },
  { name: 'composer-hint', act: askForFile },
  {
    name: 'composer-options',
    act: async (page) => {
      await beginLetter(page);
      await page.getByRole('button', { name: 'More options' }).click();
      await pause(page);
    },
  },
  {
    name: 'composer-link',
    themes: ['light'],
    act: async (page) => {
      await beginLetter(page);
      await page.keyboard.press('Control+k');
      await pause(page);
      await page.keyboard.type('harbour.example/map');
      await pause(page);
    },
  },
  { name: 'composer-two', act: twoLetters },
  {
    name: 'composer-folded',
    themes: ['light'],
    width: 1_000,
    height: 760,
    act: twoLetters,
  },
  {
    name: 'composer-reply',
    act: async (page) => {
      await page.getByRole('option').first().click();
      await page.waitForTimeout(300);
      await page.getByRole('button', { name: 'Reply', exact: true }).click();
      await pause(page);
    },
  },
  {
    name: 'composer-forward',
    act: async (page) => {
      await page.getByRole('option').nth(1).click();
      await page.waitForTimeout(300);
      await page.getByRole('button', { name: 'Forward', exact: true }).click();
      await pause(page);
    },
  },
  {
    name: 'composer-large-files',
    themes: ['light'],
    act: async (page) => {
      await beginLetter(page);
      await page.locator('input[data-attachments]').setInputFiles({
        name: 'video.mp4',
        mimeType: 'video/mp4',
        buffer: Buffer.alloc(22_000_000, 1),
      });
      await page.waitForTimeout(2_000);
    },
  },
  { name: 'composer-narrow', width: 420, height: 760, act: writeRich },
  { name: 'composer-german', ...german, themes: ['light'], act: askForFile },
  {
    name: 'composer-german-narrow',
    ...german,
    width: 420,
    height: 760,
    themes: ['light'],
    act: async (page) => {
      await beginLetter(page);
      await page.getByRole('button', { name: 'Weitere Optionen' }).click();
      await pause(page);
    },
  },
  {
    name: 'composer-later',
    act: async (page) => {
      await beginLetter(page);
      await page.getByRole('button', { name: 'Send later' }).click();
      await pause(page);
    },
  },
  {
    name: 'contacts',
    act: async (page) => {
      await page.getByRole('button', { name: 'Address book' }).click();
      await pause(page);
    },
  },
  {
    name: 'contacts-person',
    act: async (page) => {
      await page.getByRole('button', { name: 'Address book' }).click();
      await page
        .getByRole('button', { name: /Teresa/ })
        .last()
        .click();
      await pause(page);
    },
  },
  {
    name: 'contacts-german-narrow',
    ...german,
    width: 420,
    height: 760,
    themes: ['light'],
    act: async (page) => {
      await page.getByRole('button', { name: 'Postfächer anzeigen' }).click();
      await page.getByRole('button', { name: 'Adressbuch' }).click();
      await page.getByRole('button', { name: 'Neue Person' }).click();
      await pause(page);
    },
  },
];
