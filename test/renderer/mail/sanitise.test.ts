/**
 * The sanitiser in a real browser, in the real frame, without any CSP: what it lets through, the
 * frame's policy would still stop, but here it has to hold alone.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
const options = executablePath === undefined ? { skip: 'no Chromium here' } : {};
const origin = 'http://letterlock.test';
let browser: Browser | undefined;
let page: Page | undefined;
let requests: string[] = [];

before(async () => {
  if (executablePath === undefined) return;
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      lib: {
        entry: fileURLToPath(new URL('../../../renderer/mail/sanitise.ts', import.meta.url)),
        formats: ['es'],
        fileName: 'sanitise',
      },
    },
  });
  const code = [result].flat().flatMap((one) => ('output' in one ? one.output : []))[0];
  assert.ok(code && 'code' in code);
  browser = await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  page = await browser.newPage();
  await page.route('**/*', (route) => {
    const { pathname, href } = new URL(route.request().url());
    if (href === `${origin}/sanitise.js`) {
      return route.fulfill({ body: code.code, contentType: 'text/javascript' });
    }
    if (href === `${origin}/` || href === `${origin}/frame`) {
      return route.fulfill({ body: '<!doctype html><body></body>', contentType: 'text/html' });
    }
    requests.push(/^\/(?:part|remote)\//.test(pathname) ? pathname : href);
    return route.abort();
  });
  await page.goto(`${origin}/`);
});

after(async () => {
  await browser?.close();
});

interface Shown {
  readonly html: string;
  readonly pictures: readonly string[];
  readonly trackers: readonly string[];
  readonly others: number;
  readonly scriptsRan: boolean;
  readonly requests: readonly string[];
}

/** What stands in the frame after a message was sanitised into it; undefined beyond the caps. */
async function show(
  html: string,
  allowed: Readonly<Record<string, string>> = {},
): Promise<Shown | undefined> {
  assert.ok(page);
  requests = [];
  const shown = await page.evaluate(
    async ({ source, url, paths }) => {
      const { sanitiseHtml } = await import(`${url}/sanitise.js`);
      const frame = document.createElement('iframe');
      // Scripts are allowed here: the sanitiser is tested without the sandbox's help.
      frame.src = `${url}/frame`;
      document.body.replaceChildren(frame);
      await new Promise((resolve) => frame.addEventListener('load', resolve));
      const inner = frame.contentDocument;
      if (inner === null) throw new Error('no frame');
      const part = {
        partId: '1',
        fileName: 'a.png',
        mimeType: 'image/png',
        sizeBytes: 1,
        contentId: '<logo@x>',
        inline: true,
        url: '/part/ab12',
      };
      const safe = sanitiseHtml(source, [part], inner.defaultView, new Map(Object.entries(paths)));
      if (safe === undefined) return undefined;
      inner.body.replaceChildren(safe.fragment);
      await new Promise((resolve) => setTimeout(resolve, 60));
      const ran = Object.hasOwn(inner.defaultView ?? {}, 'ran') || Object.hasOwn(window, 'ran');
      return {
        html: inner.body.innerHTML,
        pictures: [...safe.remote.pictures],
        trackers: [...safe.remote.trackers],
        others: Number(safe.remote.others),
        scriptsRan: ran,
      };
    },
    { source: html, url: origin, paths: allowed },
  );
  return shown === undefined ? undefined : { ...shown, requests: [...requests] };
}

const scripts: Readonly<Record<string, string>> = {
  'a script element': '<script>ran = 1</script>',
  'an event attribute': '<img src=x onerror="ran = 1"><b onclick="ran=1">x</b>',
  'an svg with a script': '<svg onload="ran = 1"><script>ran = 1</script></svg>',
  'a mathml confusion':
    '<math><mtext><table><mglyph><style><img src=x onerror="ran=1"></style></mglyph></table></mtext></math>',
  'a style that closes itself': '<style><a title="</style><img src=x onerror=ran=1>"></style>',
  'a nested frame': '<iframe srcdoc="<script>parent.ran = 1</script>"></iframe>',
  'an object and an embed':
    '<object data="javascript:ran=1"></object><embed src="javascript:ran=1">',
  'a javascript link': '<a href="javascript:ran=1">x</a>',
};
for (const [name, html] of Object.entries(scripts)) {
  test(`runs and keeps nothing of ${name}`, options, async () => {
    const shown = await show(`<p>before</p>${html}`);
    assert.equal(shown?.scriptsRan, false);
    assert.match(shown.html, /before/);
    assert.doesNotMatch(shown.html, /ran ?=|<(?:script|svg|math|iframe|object|embed)/i);
  });
}

const leaks: Readonly<Record<string, string>> = {
  'a picture': '<img src="https://t.example/a.png" width=1 height=1>',
  'a picture without a scheme': '<img src="//t.example/a.png">',
  srcset:
    '<img srcset="https://t.example/a.png 1x"><picture><source srcset="https://t.example/b.png"></picture>',
  'a background attribute':
    '<table background="https://t.example/a.png"><tr><td>x</td></tr></table>',
  'a style attribute': '<div style="background: url(https://t.example/a.png)">x</div>',
  'an escaped url in a style': '<div style="background: u\\72l(https://t.example/a.png)">x</div>',
  'image-set': '<div style="background-image: image-set(\'https://t.example/a.png\' 1x)">x</div>',
  'a custom property':
    '<div style="--a: url(https://t.example/a.png); background: var(--a)">x</div>',
  'a style sheet': '<style>p{background:url(https://t.example/a.png)}</style><p>x</p>',
  'an import': '<style>@import "https://t.example/a.css";</style><p>x</p>',
  'a font':
    '<style>@font-face{font-family:f;src:url(https://t.example/f)}p{font-family:f}</style><p>x</p>',
  'an attribute selector':
    '<p title="abc">x</p><style>p[title^=a]{background:url(https://t.example/a)}</style>',
  'a link element':
    '<link rel=stylesheet href="https://t.example/a.css"><link rel=preconnect href="https://t.example">',
  'a meta refresh': '<meta http-equiv=refresh content="0;url=https://t.example/">',
  'a base': '<base href="https://t.example/"><img src="a.png">',
  'a video poster': '<video poster="https://t.example/a.png" src="https://t.example/v"></video>',
  'an input image':
    '<form action="https://t.example/"><input type=image src="https://t.example/a.png"></form>',
  'svg feImage': '<svg><filter><feImage href="https://t.example/a.png"/></filter></svg>',
  'a list marker': '<ul style="list-style: url(https://t.example/a.png)"><li>x</ul>',
  'a cursor': '<p style="cursor: url(https://t.example/c.cur), auto">x</p>',
  "another part's path": '<img src="/part/ff99">',
};
for (const [name, html] of Object.entries(leaks)) {
  test(`fetches nothing by ${name}`, options, async () => {
    const shown = await show(`<p>before</p>${html}`);
    assert.deepEqual(shown?.requests, []);
    assert.match(shown.html, /before/);
  });
}

test('a picture of the message itself is shown by its content id', options, async () => {
  const shown = await show('<img src="cid:logo@x" alt="Logo"><img src="cid:other@x">');
  assert.deepEqual(shown?.requests, ['/part/ab12']);
});

test('what could be loaded is named, once each, and the rest is counted', options, async () => {
  const shown = await show(
    '<img src="https://t.example/a.png"><img src="https://t.example/a.png"><img src="cid:logo@x">' +
      '<img src="//t.example/d.png"><img srcset="https://t.example/e.png 2x">' +
      '<table background="https://t.example/b.png"></table>' +
      '<p style="background:url(https://t.example/c.png) red">x</p>' +
      '<style>@import "x";p{background:url(https://t.example/s.png)}</style>',
  );
  assert.deepEqual(
    [...(shown?.pictures ?? [])].sort(),
    [
      'https://t.example/a.png',
      'https://t.example/b.png',
      'https://t.example/c.png',
      'https://t.example/d.png',
      'https://t.example/e.png',
    ].sort(),
  );
  assert.equal(shown?.others, 2);
  assert.deepEqual(shown.requests, ['/part/ab12']);
});

test(
  'allowed pictures come by the app’s own paths, trackers and style sheets never',
  options,
  async () => {
    const urls = ['a.png', 'b.png', 'c.png', 'pixel.gif', 's.png', 'odd.png'];
    const allowed = Object.fromEntries(
      urls.map((name, index) => [`https://t.example/${name}`, `/remote/0${index}`]),
    );
    const shown = await show(
      '<img src="https://t.example/a.png"><table background="https://t.example/b.png"><tr><td>x</table>' +
        '<p style="background:url(https://t.example/c.png) red">x</p>' +
        '<img src="https://t.example/pixel.gif" width=1 height=1>' +
        '<style>p{background:url(https://t.example/s.png)}</style>' +
        '<img src="https://t.example/odd.png">',
      { ...allowed, 'https://t.example/odd.png': 'https://t.example/odd.png' },
    );
    assert.deepEqual([...(shown?.requests ?? [])].sort(), [
      '/remote/00',
      '/remote/01',
      '/remote/02',
    ]);
    assert.deepEqual(shown?.trackers, ['https://t.example/pixel.gif']);
  },
);

test('a message cannot name the app’s own paths itself', options, async () => {
  const shown = await show(
    '<img src="/remote/00"><p style="background:url(/remote/00)">x</p><td background="/remote/00">' +
      '<table background="/part/ab12"><tr><td>x</table><p style="background:url(/part/ab12)">x</p>',
  );
  assert.deepEqual(shown?.requests, []);
});

test('plain looks survive: colours, widths, classes and the body itself', options, async () => {
  const shown = await show(
    '<style>.n{color:red}</style><body class="n" bgcolor="#eee"><table width="100%" cellpadding="4"><tr><td align="right" style="padding:4px">x</td></tr></table></body>',
  );
  assert.match(shown?.html ?? '', /class="n"/);
  assert.match(shown?.html ?? '', /background-color: rgb\(238, 238, 238\)/);
  assert.match(shown?.html ?? '', /color: red/);
  assert.match(shown?.html ?? '', /width="100%"/);
  assert.match(shown?.html ?? '', /align="right"/);
  assert.match(shown?.html ?? '', /padding: ?4px/);
});

test('a message cannot be laid over the window', options, async () => {
  const shown = await show('<style>p{position:fixed}</style><p style="position:fixed;top:0">x</p>');
  assert.doesNotMatch(shown?.html ?? '', /fixed/);
});

test('a message too deep or too large is not shown as HTML', options, async () => {
  assert.equal(await show('<div>'.repeat(450)), undefined);
  assert.equal(await show('x'.repeat(1_500_001)), undefined);
  assert.equal(await show('<i></i>'.repeat(26_000)), undefined);
  const names = Array.from({ length: 300 }, (_, at) => `a${at}`);
  assert.equal(await show(`<p ${names.join(' ')}>x</p>`), undefined);
  assert.ok(await show('<div>'.repeat(200)));
});
