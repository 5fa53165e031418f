/**
 * Letters in the real frame's page, laid out by a real browser: what is dark stays readable, what is
 * designed stays as it is, what is quoted folds. Contrast is measured on what came out.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { contrast, parseColour, readableOn } from '../../../renderer/mail/colour.ts';
import { adaptGround, adaptInk, leastContrast } from '../../../renderer/mail/dark-look.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
const options = executablePath === undefined ? { skip: 'no Chromium here' } : {};
const origin = 'http://letterlock.test';
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
let browser: Browser | undefined;
let page: Page | undefined;

const entry = `
  export { adaptToDark } from '${here('../../../renderer/mail/dark-look.ts')}';
  export { foldQuote } from '${here('../../../renderer/mail/quote-fold.ts')}';
  export { contrast, over, parseColour } from '${here('../../../renderer/mail/colour.ts')}';
`;

before(async () => {
  if (executablePath === undefined) return;
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id.endsWith('look-entry') ? '\0look-entry' : null),
        load: (id) => (id === '\0look-entry' ? entry : null),
      },
    ],
    build: {
      write: false,
      minify: false,
      lib: { entry: 'look-entry', formats: ['es'], fileName: 'look' },
    },
  });
  const code = [result].flat().flatMap((one) => ('output' in one ? one.output : []))[0];
  assert.ok(code && 'code' in code);
  const frame = await readFile(here('../../../renderer/public/message-frame.html'), 'utf8');
  browser = await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  page = await browser.newPage();
  await page.route('**/*', (route) =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ body: code.code, contentType: 'text/javascript' })
      : route.fulfill({ body: frame, contentType: 'text/html' }),
  );
  await page.goto(`${origin}/frame`);
});
after(async () => {
  await browser?.close();
});

const paper = '#1e2128';
const ink = '#e9e6df';

interface Outcome {
  readonly adapted: boolean;
  /** The worst contrast of any words with what lies under them. */
  readonly worst: number;
}

async function darken(html: string): Promise<Outcome> {
  assert.ok(page);
  return page.evaluate(
    async ({ source, url, colours }) => {
      const { adaptToDark, contrast, over, parseColour } = await import(`${url}/look.js`);
      document.documentElement.removeAttribute('style');
      document.body.innerHTML = source;
      const [paper, ink, hairline] = colours.map(parseColour);
      const adapted = adaptToDark(document, { paper, ink, hairline });
      if (adapted) {
        document.documentElement.style.setProperty('--paper', colours[0] ?? '');
        document.documentElement.style.setProperty('--ink', colours[1] ?? '');
      }
      const groundOf = (element: Element | null): unknown => {
        if (element === null) return adapted ? paper : parseColour('#ffffff');
        const own = parseColour(getComputedStyle(element).backgroundColor);
        if (own === undefined || own.a === 0) return groundOf(element.parentElement);
        return own.a < 1 ? over(own, groundOf(element.parentElement)) : own;
      };
      let worst = 21;
      const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = words.nextNode(); node !== null; node = words.nextNode()) {
        const { parentElement } = node;
        if ((node.nodeValue ?? '').trim() === '' || parentElement === null) continue;
        if (parentElement.tagName === 'STYLE') continue;
        const ground = groundOf(parentElement);
        const colour = over(parseColour(getComputedStyle(parentElement).color), ground);
        worst = Math.min(worst, Number(contrast(colour, ground)));
      }
      return { adapted: Boolean(adapted), worst };
    },
    { source: html, url: origin, colours: [paper, ink, '#454b58'] },
  );
}

const plainish: Readonly<Record<string, string>> = {
  'no colours at all':
    '<p>Words</p><p><a href="https://x.test">a link</a></p><blockquote>said</blockquote>',
  'black on white': '<div style="background:#fff;color:#000"><p>Words</p></div>',
  'Outlook colours':
    '<p style="color:#1f497d">Dark blue</p><p style="color:#000080">Navy</p><p style="color:#7f7f7f">Grey</p>',
  'font elements':
    '<font color="#800000">Maroon</font> <font color="green">Green</font> <font color="blue">Blue</font>',
  'marked words':
    '<p>A <span style="background:yellow">yellow</span>, <span style="background:lime;color:#000">lime</span> and <span style="background-color:#ffc000;color:#fff">white on amber</span></p>',
  'a table with a grey head':
    '<table border="1"><tr style="background:#f2f2f2"><td>Head</td></tr><tr><td style="background:#fff">Cell</td></tr></table>',
  'a style sheet':
    '<style>.a{color:#333}.b{background:#eef3fb;color:#1a1a1a;border:1px solid #ddd}</style><p class="a">a</p><p class="b">b</p>',
  'a button':
    '<p>Words of a letter that goes on for a while, so that the button is small beside it.</p><p>And more words.</p><p>And more.</p><a style="display:inline-block;background:#0b5fff;color:#fff;padding:6px">Go</a>',
  'half-transparent words':
    '<p style="color:rgba(0,0,0,0.6)">faint</p><p style="color:rgba(0,0,0,.87)">strong</p>',
  'a note in colour':
    '<p>Words</p><p>More</p><p>More</p><p>More</p><p>More</p><p style="background:#fff4ce;color:#5c4400">A note</p>',
  'white words on nothing': '<p style="color:#fff">hidden</p><p>shown</p>',
};
for (const [name, html] of Object.entries(plainish)) {
  test(`on dark paper, a letter with ${name} can be read`, options, async () => {
    const { adapted, worst } = await darken(html);
    assert.equal(adapted, true);
    assert.ok(worst >= leastContrast, `${worst}`);
  });
}

const designed: Readonly<Record<string, string>> = {
  'a dark ground':
    '<table width="100%" bgcolor="#123a3f"><tr><td style="color:#fff;padding:80px">Words</td></tr></table>',
  'a ground in colour': '<div style="background:#ffcf33;padding:100px">Words</div>',
  'a picture for a ground':
    '<div style="background-image:linear-gradient(red,blue);padding:100px">Words</div>',
  'very many elements': '<i>x</i>'.repeat(4_001),
};
for (const [name, html] of Object.entries(designed)) {
  test(`a letter with ${name} keeps its own colours`, options, async () => {
    assert.equal((await darken(html)).adapted, false);
  });
}

async function fold(html: string): Promise<{ folded: boolean; shown: string; opened: string }> {
  assert.ok(page);
  return page.evaluate(
    async ({ source, url }) => {
      const { foldQuote } = await import(`${url}/look.js`);
      document.documentElement.removeAttribute('style');
      document.body.innerHTML = source;
      const button = foldQuote(document.body, 'Show');
      const plain = () => document.body.innerText.replace(/\s+/g, ' ').trim();
      const shown = plain();
      if (button instanceof HTMLButtonElement) button.click();
      return { folded: button instanceof HTMLButtonElement, shown, opened: plain() };
    },
    { source: html, url: origin },
  );
}

const quoting: Readonly<Record<string, string>> = {
  Gmail:
    '<p>Yes.</p><div class="gmail_quote"><div>On Tuesday A wrote:</div><blockquote>OLD</blockquote></div>',
  'Apple Mail':
    '<div>Yes.</div><div><br><blockquote type="cite"><div>On Tuesday</div>OLD</blockquote></div><br>',
  Thunderbird:
    '<p>Yes.</p><div class="moz-cite-prefix">On Tuesday A wrote:</div><blockquote type="cite">OLD</blockquote>',
  Outlook:
    '<div>Yes.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From: A</div><div>OLD</div>',
  Yahoo: '<div>Yes.</div><div class="yahoo_quoted"><div>On Tuesday</div>OLD</div>',
  Proton:
    '<div>Yes.</div><div class="protonmail_quote">On Tuesday<blockquote>OLD</blockquote></div>',
};
for (const [name, html] of Object.entries(quoting)) {
  test(`what an answer of ${name} repeats is folded, and opens again`, options, async () => {
    const { folded, shown, opened } = await fold(html);
    assert.equal(folded, true);
    assert.match(shown, /Yes\./);
    assert.doesNotMatch(shown, /OLD/);
    assert.match(opened, /OLD/);
  });
}

const whole: Readonly<Record<string, string>> = {
  'answers between the lines':
    '<blockquote>OLD</blockquote><p>Yes.</p><blockquote>OLD</blockquote><p>No.</p>',
  'nothing but a quotation': '<blockquote>OLD</blockquote>',
  'something passed on':
    '<p>See below.</p><div class="gmail_quote">---------- Forwarded message ---------<br>OLD</div>',
  'no quotation': '<p>OLD</p>',
};
for (const [name, html] of Object.entries(whole)) {
  test(`a letter with ${name} is shown whole`, options, async () => {
    const { folded, shown } = await fold(html);
    assert.equal(folded, false);
    assert.match(shown, /OLD/);
  });
}

test('a colour is moved no further than it must be, and keeps its hue', () => {
  const ground = parseColour(paper);
  const windowInk = parseColour(ink);
  assert.ok(ground && windowInk);
  for (const [red, green, blue] of [
    [0, 0, 0],
    [31, 56, 100],
    [192, 0, 0],
    [0, 112, 192],
    [128, 0, 128],
    [0, 128, 0],
    [255, 255, 0],
    [255, 255, 255],
  ] as const) {
    const colour = { r: red, g: green, b: blue, a: 1 };
    const moved = adaptInk(colour, ground, windowInk);
    assert.ok(contrast(moved, ground) >= leastContrast, JSON.stringify(colour));
  }
  const red = readableOn({ r: 192, g: 0, b: 0, a: 1 }, ground, leastContrast);
  assert.ok(red.r > red.g + 40 && red.r > red.b + 40, JSON.stringify(red));
  const white = adaptGround({ r: 255, g: 255, b: 255, a: 1 }, ground);
  assert.ok(contrast(white, ground) < 1.05, 'white becomes the paper');
  const brand = { r: 11, g: 95, b: 255, a: 1 };
  assert.deepEqual(adaptGround(brand, ground), brand);
});
