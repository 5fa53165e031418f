/** The reader in the real window: pictures on request, folded quotes, files, links, the way, invitations. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { landscape, pdf } from '../support/demo-mail/pictures.ts';
import { defaultUser, type Stack } from '../support/servers/stack.ts';
import {
  chooseSetting,
  closeSheet,
  fillAddAccount,
  messageRow,
  openSettings,
  openWorld,
  seeLock,
} from './person.ts';

// Read by the host that each test starts: its pictures come from this computer.
process.env.LETTERLOCK_REMOTE_LOOPBACK = '1';

interface Picture {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

interface PictureServer {
  readonly origin: string;
  readonly asked: Picture[];
}

async function servePictures(t: TestContext, stack: Stack): Promise<PictureServer> {
  const { certPem, keyPem } = stack.ca.issue({ names: ['localhost'] });
  const asked: Picture[] = [];
  const server = createServer({ cert: certPem, key: keyPem }, ({ url = '', headers }, response) => {
    asked.push({ path: url, headers });
    response.setHeader('Set-Cookie', 'reader=1');
    response.end(landscape(url.length, 60, 40));
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { origin: `https://localhost:${address.port}`, asked };
}

interface Made {
  readonly subject: string;
  readonly headers?: readonly string[];
  readonly type?: string;
  readonly body: string;
}

let minutes = 0;

async function append(stack: Stack, { subject, headers = [], type, body }: Made): Promise<void> {
  minutes += 1;
  const head = [
    ...headers,
    'From: Hall of Music <news@hall.test>',
    `To: ${defaultUser.user}`,
    `Subject: ${subject}`,
    'Date: Wed, 25 Nov 2026 10:00:00 +0000',
    'MIME-Version: 1.0',
    `Content-Type: ${type ?? 'text/html; charset=utf-8'}`,
  ];
  await stack.dovecot.append(defaultUser.user, [...head, '', body, ''].join('\r\n'), {
    receivedAt: new Date(Date.UTC(2026, 10, 25, 10, minutes)),
  });
}

async function addAccount(page: Page): Promise<void> {
  await fillAddAccount(page);
  await seeLock(page, 'Encrypted to localhost');
}

async function open(page: Page, subject: string): Promise<void> {
  await messageRow(page, subject).first().click();
  await page.getByRole('heading', { name: subject, exact: true }).waitFor();
}

async function choose(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).last().click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** Waits until so many pictures of the message are drawn. */
async function seePictures(page: Page, count: number): Promise<void> {
  await page.waitForFunction((wanted) => {
    const images = document.querySelector('iframe')?.contentDocument?.images ?? [];
    return (
      [...images].filter((image) => image.complete && image.naturalWidth > 0).length === wanted
    );
  }, count);
}

test('pictures are loaded when the person says so, trackers never, and the window fetches nothing', async (t) => {
  const { page, stack } = await openWorld(t, { gateway: false, tls: 'backend' });
  const { origin, asked } = await servePictures(t, stack);
  const address = encodeURIComponent(defaultUser.user);
  for (const subject of ['First programme', 'Second programme', 'Third programme']) {
    const name = subject.split(' ')[0];
    await append(stack, {
      subject,
      body: [
        `<p>Seven evenings.</p><img src="${origin}/${name}-hero.png" width="60" height="40" alt="Hall">`,
        `<p style="background-image:url(${origin}/${name}-ground.png)">One hall.</p>`,
        `<img src="${origin}/${name}.gif" width="1" height="1">`,
        `<img src="${origin}/${name}-for/${address}/a.png" alt="For you">`,
      ].join('\r\n'),
    });
  }
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('https://letterlock.invalid/')) elsewhere.push(request.url());
  });
  await addAccount(page);

  await open(page, 'First programme');
  await page.getByText('2 pictures are not loaded').waitFor();
  await page.getByText('2 trackers kept out').waitFor();
  assert.equal(asked.length, 0);
  await page.getByRole('button', { name: 'Load once' }).click();
  await seePictures(page, 1);
  await page.getByText('2 pictures are not loaded').waitFor({ state: 'detached' });
  await page.getByText('2 trackers kept out').waitFor();
  const paths = () => asked.map(({ path }) => path).sort();
  await page.waitForFunction(() => document.querySelector('iframe') !== null);
  assert.deepEqual(paths(), ['/First-ground.png', '/First-hero.png']);
  for (const { headers } of asked) {
    assert.equal(headers.cookie, undefined);
    assert.equal(headers.referer, undefined);
    assert.equal(headers['user-agent'], 'Mozilla/5.0');
  }

  await open(page, 'Second programme');
  await page.getByText('2 pictures are not loaded').waitFor();
  await page.getByRole('button', { name: 'Always from news@hall.test' }).click();
  await seePictures(page, 1);
  await open(page, 'Third programme');
  await seePictures(page, 1);
  await page.getByText('Pictures load, as you chose for Hall of Music.').waitFor();
  await page.getByRole('button', { name: 'Stop loading' }).click();
  await page.getByText('2 pictures are not loaded').waitFor();
  assert.ok(
    paths().every((path) => /-(?:hero|ground)\.png$/.test(path)),
    paths().join(' '),
  );
  assert.deepEqual(elsewhere, []);
});

/** Files are saved where the person's downloads go: a folder of this test. */
async function ownDownloads(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'letterlock-reader-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  process.env.XDG_DOWNLOAD_DIR = folder;
  return folder;
}

const journey = [
  'Received: from mx.hall.test ([127.0.0.1]) by localhost with LMTP id 1;',
  '\tWed, 25 Nov 2026 10:00:05 +0000',
  'Authentication-Results: localhost; dkim=pass header.d=hall.test; dmarc=fail header.from=hall.test',
  'Received: from out.hall.test (out.hall.test [203.0.113.9])',
  '\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))',
  '\tby localhost (Postfix) with ESMTPS id 2; Wed, 25 Nov 2026 10:00:04 +0000',
  'Received: from desk (desk [198.51.100.7]) by out.hall.test with ESMTP id 3;',
  '\tWed, 25 Nov 2026 10:00:00 +0000',
  'Authentication-Results: localhost; spf=pass smtp.mailfrom=bank.test',
];

test('how it travelled, its source, a file of it, and paper', async (t) => {
  const downloads = await ownDownloads(t);
  const { page, stack } = await openWorld(t, { gateway: false, tls: 'backend' });
  await append(stack, {
    subject: 'A letter with a past',
    headers: journey,
    body: '<p>It came a long way.</p><blockquote type="cite"><p>What was said before.</p></blockquote>',
  });
  await addAccount(page);
  await open(page, 'A letter with a past');
  const frame = page.frameLocator('iframe');
  await frame.getByText('It came a long way.').waitFor();

  await frame.getByText('What was said before.').waitFor({ state: 'hidden' });
  await frame.getByRole('button', { name: 'Show what is quoted' }).click();
  await frame.getByText('What was said before.').waitFor();

  await choose(page, 'How it travelled');
  const way = page.getByRole('dialog', { name: 'How it travelled' });
  const hops = way.getByRole('listitem');
  await hops.nth(3).waitFor();
  assert.match((await hops.nth(0).textContent()) ?? '', /Not encrypted.*Noted by others/);
  assert.match(
    (await hops.nth(1).textContent()) ?? '',
    /Encrypted.*TLS 1\.3.*Noted by your mail server/,
  );
  assert.match((await hops.nth(3).textContent()) ?? '', /localhost to this computer.*Encrypted/);
  await way.getByText('As localhost found').waitFor();
  await way.getByText('Does not match').waitFor();
  await way.getByText('Not from your mail server; the sender may have written this').waitFor();
  await way.getByText('bank.test').waitFor();
  await way.getByRole('button', { name: 'Close' }).click();

  await choose(page, 'View source');
  const source = page.getByRole('dialog', { name: 'Source' });
  await source.getByText('Subject: A letter with a past').waitFor();
  await source.getByRole('button', { name: 'Close' }).click();

  await choose(page, 'Save as file…');
  await page.getByText(/^Saved as .*A letter with a past\.eml$/).waitFor();
  const saved = await readdir(downloads);
  assert.deepEqual(saved, ['A letter with a past.eml']);
  const eml = await readFile(join(downloads, saved[0] ?? ''), 'utf8');
  assert.match(eml, /^Subject: A letter with a past\r$/m);

  // The dialog itself is the system's: looked at is what it would be given.
  await page.evaluate(() => {
    const stand = (event: Event) => {
      const frame = event.target;
      if (!(frame instanceof HTMLIFrameElement) || frame.dataset.print === undefined) return;
      const view = frame.contentWindow;
      if (view === null) return;
      view.print = () => {
        document.documentElement.dataset.printed = frame.contentDocument?.body.textContent ?? '';
        view.dispatchEvent(new Event('afterprint'));
      };
    };
    document.addEventListener('load', stand, { capture: true });
  });
  await choose(page, 'Print…');
  await page.waitForFunction(() => document.documentElement.dataset.printed !== undefined);
  const printed = await page.evaluate(() => document.documentElement.dataset.printed ?? '');
  assert.match(
    printed,
    /A letter with a past.*news@hall\.test.*It came a long way\..*What was said before/s,
  );
  await page.waitForFunction(() => document.querySelector('iframe[data-print]') === null);
});

function part(type: string, fileName: string, bytes: Buffer): string {
  return [
    '--b',
    `Content-Type: ${type}; name="${fileName}"`,
    `Content-Disposition: attachment; filename="${fileName}"`,
    'Content-Transfer-Encoding: base64',
    '',
    ...(bytes.toString('base64').match(/.{1,76}/g) ?? []),
  ].join('\r\n');
}

test('files are looked at and saved, an invitation is readable, a link that deceives is asked about', async (t) => {
  const downloads = await ownDownloads(t);
  const { page, stack } = await openWorld(t, { gateway: false, tls: 'backend' });
  const calendar = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    'UID:1',
    'SUMMARY:First rehearsal',
    'LOCATION:Town hall',
    'DTSTART:20261202T183000Z',
    'DTEND:20261202T203000Z',
    'RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=8',
    'ORGANIZER;CN=Noor:mailto:noor@hall.test',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
  await append(stack, {
    subject: 'Everything for Wednesday',
    type: 'multipart/mixed; boundary=b',
    body: [
      '--b',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>See you. <a href="https://evil.test/login">https://bank.test/login</a></p>',
      part('image/png', 'hall.png', landscape(3, 60, 40)),
      part('application/pdf', 'score.pdf', pdf('The score', ['First page of the score'])),
      part('text/plain', 'notes.txt', Buffer.from('Bring a pencil.\n')),
      part('text/calendar', 'invite.ics', Buffer.from(calendar)),
      '--b--',
    ].join('\r\n'),
  });
  await addAccount(page);
  await open(page, 'Everything for Wednesday');

  const card = page.getByRole('region', { name: 'Invitation' });
  await card.getByRole('heading', { name: 'First rehearsal' }).waitFor();
  await card.getByText('Town hall').waitFor();
  await card.getByText(/2 December 2026|December 2, 2026/).waitFor();
  await card.getByText('Every week on Wednesday, 8 times').waitFor();

  await page.getByRole('button', { name: /^Open hall\.png/ }).click();
  const picture = page.getByRole('dialog', { name: 'hall.png' });
  await picture.getByRole('img', { name: 'hall.png' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Open notes\.txt/ }).click();
  await page.getByRole('dialog', { name: 'notes.txt' }).getByText('Bring a pencil.').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Open score\.pdf/ }).click();
  const score = page.getByRole('dialog', { name: 'score.pdf' });
  await score.getByRole('img', { name: 'Page 1 of 1' }).waitFor();
  await score.getByText('First page of the score').waitFor({ state: 'attached' });
  const dark = await score.locator('canvas').evaluate((element) => {
    if (!(element instanceof HTMLCanvasElement)) return 0;
    const { data } =
      element.getContext('2d')?.getImageData(0, 0, element.width, element.height) ?? {};
    return [...(data ?? [])].filter((value, at) => at % 4 === 0 && value < 100).length;
  });
  assert.ok(dark > 50, 'letters are drawn on the page');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Save all' }).click();
  await page.getByText(/^4 files saved in /).waitFor();
  assert.deepEqual((await readdir(downloads)).sort(), [
    'hall.png',
    'invite.ics',
    'notes.txt',
    'score.pdf',
  ]);

  const link = page.frameLocator('iframe').getByRole('link');
  await link.hover();
  await page.getByText('https://evil.test/login').waitFor();
  await link.click();
  const question = page.getByRole('dialog', { name: 'Open this link?' });
  await question.getByText('Its text shows another place.').waitFor();
  await question.getByText('evil.test', { exact: true }).waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
});

async function set(page: Page, section: string, change: (sheet: Locator) => Promise<void>) {
  await change(await openSettings(page, section));
  await closeSheet(page);
}

/** Waits until the letter's text, written in black, is drawn so or is not. */
async function seeBlack(page: Page, isBlack: boolean): Promise<void> {
  await page.waitForFunction((wanted) => {
    const words =
      document.querySelector('iframe')?.contentDocument?.querySelector('p') ?? undefined;
    return words !== undefined && (getComputedStyle(words).color === 'rgb(17, 17, 17)') === wanted;
  }, isBlack);
}

test('pictures that the settings never load, senders that are forgotten, and colours as they were written', async (t) => {
  const { page, stack } = await openWorld(t, { gateway: false, tls: 'backend' });
  const { origin, asked } = await servePictures(t, stack);
  await append(stack, {
    subject: 'In black ink',
    body: `<p style="color:#111111">Seven evenings.</p><img src="${origin}/hall.png" width="60" height="40">`,
  });
  await addAccount(page);
  await open(page, 'In black ink');
  await page.getByRole('button', { name: 'Always from news@hall.test' }).click();
  await seePictures(page, 1);
  const before = asked.length;

  await set(page, 'Reading', () => chooseSetting(page, /Remote pictures/, 'Never load'));
  await page.getByText('One picture is not loaded: your settings say never.').waitFor();
  await seePictures(page, 0);
  assert.equal(await page.getByRole('button', { name: /^(Load once|Always from)/ }).count(), 0);

  await set(page, 'Privacy', async (sheet) => {
    const senders = sheet.getByRole('list', { name: 'Pictures always loaded' });
    await senders.getByText('news@hall.test').waitFor();
    await senders
      .getByRole('button', { name: 'Ask again about pictures of news@hall.test' })
      .click();
    await sheet.getByText('No sender’s pictures are loaded by themselves.').waitFor();
    assert.equal(await senders.getByRole('listitem').count(), 0);
  });
  await set(page, 'Reading', () => chooseSetting(page, /Remote pictures/, 'Ask each time'));
  await page.getByText('One picture is not loaded, so the sender').waitFor();
  await page.getByRole('button', { name: 'Load once' }).waitFor();
  assert.equal(asked.length, before);

  await set(page, 'Appearance', () =>
    chooseSetting(page, /^(Light|Dark|As the system) Theme/, 'Dark'),
  );
  await seeBlack(page, false);
  await set(page, 'Reading', (sheet) =>
    sheet.getByRole('switch', { name: /^Original colours/ }).press('Space'),
  );
  await seeBlack(page, true);
  // One message by hand, all of them by the setting.
  await choose(page, 'Adapt colours');
  await seeBlack(page, false);
});

test('a message is marked as read when the settings say so, and only the one that is shown', async (t) => {
  const { page, stack } = await openWorld(t, { gateway: false, tls: 'backend' });
  const named = (id: string) => [`Message-ID: <${id}@hall.test>`];
  await append(stack, { subject: 'A question', headers: named('q'), body: '<p>When?</p>' });
  await append(stack, {
    subject: 'Re: A question',
    headers: [...named('a'), 'In-Reply-To: <q@hall.test>', 'References: <q@hall.test>'],
    body: '<p>At noon.</p>',
  });
  for (const name of ['One', 'Two', 'Three']) {
    await append(stack, { subject: `Number ${name}`, body: `<p>Text of ${name}.</p>` });
  }
  await addAccount(page);
  const frame = page.frameLocator('iframe');
  const unread = (subject: string) =>
    page.getByRole('option', { name: new RegExp(`^Unread.*${subject}`) });
  const seen = (subject: string) => unread(subject).waitFor({ state: 'detached' });
  await unread('Number One').waitFor();

  await set(page, 'Reading', () => chooseSetting(page, /Mark as read/, 'After 2 seconds'));
  await open(page, 'Number One');
  await frame.getByText('Text of One.').waitFor();
  await open(page, 'Number Two');
  await seen('Number Two');
  assert.equal(await unread('Number One').count(), 1, 'one moved on before its time');

  await set(page, 'Reading', () => chooseSetting(page, /Mark as read/, 'Only by hand'));
  await open(page, 'Number One');
  await frame.getByText('Text of One.').waitFor();
  await open(page, 'Re: A question');
  await frame.getByText('At noon.').waitFor();
  const earlier = page.getByRole('region', { name: 'Earlier messages' });
  await earlier.getByRole('button', { name: /When/ }).click();
  await earlier.frameLocator('iframe').getByText('When?').waitFor();
  assert.equal(await unread('Number One').count(), 1);
  assert.equal(await unread('A question').count(), 1);

  await open(page, 'Number Three');
  await set(page, 'Reading', () => chooseSetting(page, /Mark as read/, 'When opened'));
  await seen('Number Three');
  await open(page, 'Re: A question');
  await page.getByRole('button', { name: 'Mark as unread' }).waitFor();
  assert.equal(await unread('A question').count(), 1, 'an earlier one is still to be read');
  await earlier.getByRole('button', { name: /When/ }).click();
  await seen('A question');
});
