/**
 * Pasting into the real editor in a real browser: what Word, Google Docs and web pages put on the
 * clipboard comes out as a plain letter, and nothing is fetched for it.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { appHeaders } from '../../../../main/csp.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
const options = executablePath === undefined ? { skip: 'no Chromium here' } : {};
const origin = 'http://letterlock.test';
const folder = '../../../../renderer/views/composer/editor/';
let browser: Browser | undefined;
let page: Page | undefined;
let requests: string[] = [];
let complaints: string[] = [];
/** The window's own policy: even what no window shows is held to it. */
const policy = appHeaders['Content-Security-Policy'] ?? '';

before(async () => {
  if (executablePath === undefined) return;
  const entry = (name: string) => fileURLToPath(new URL(`${folder}${name}.ts`, import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      lib: {
        entry: {
          editor: entry('create-editor'),
          html: entry('doc-html'),
          text: entry('doc-text'),
          read: entry('read-letter'),
        },
        formats: ['es'],
        fileName: (_format, name) => `${name}.js`,
      },
    },
  });
  const files = new Map(
    [result]
      .flat()
      .flatMap((one) => ('output' in one ? one.output : []))
      .map((one) => [`/${one.fileName}`, 'code' in one ? one.code : '']),
  );
  browser = await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  page = await browser.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.route('**/*', (route) => {
    const url = new URL(route.request().url());
    const code = url.origin === origin ? files.get(url.pathname) : undefined;
    if (code !== undefined) return route.fulfill({ body: code, contentType: 'text/javascript' });
    if (url.href === `${origin}/`) {
      return route.fulfill({
        body: '<!doctype html><body></body>',
        headers: { 'content-type': 'text/html', 'content-security-policy': policy },
      });
    }
    requests.push(url.href);
    return route.abort();
  });
  await page.goto(`${origin}/`);
});

after(async () => {
  await browser?.close();
});

interface Pasted {
  readonly html: string;
  readonly text: string;
  readonly remoteImages: number;
  /** Sizes of the pictures that were kept, in bytes. */
  readonly kept: readonly number[];
  readonly shownHtml: string;
}

async function paste(data: { html?: string; text?: string; png?: boolean }): Promise<Pasted> {
  assert.ok(page);
  requests = [];
  complaints = [];
  const pasted = await page.evaluate(
    async ({ data, url }) => {
      const { createEditor } = await import(`${url}/editor.js`);
      const { readLetter } = await import(`${url}/read.js`);
      const { docHtml } = await import(`${url}/html.js`);
      const { docText } = await import(`${url}/text.js`);
      const place = document.createElement('div');
      document.body.replaceChildren(place);
      const kept: number[] = [];
      let remoteImages = 0;
      const editor = createEditor(place, {
        doc: readLetter('<div><br></div>'),
        label: 'Text',
        editOriginal: 'Edit',
        lang: 'en',
        urlOf: () => undefined,
        keepImage: (file: File) => {
          kept.push(file.size);
          return `upload:${kept.length}`;
        },
        onChange: () => undefined,
        onFormat: () => undefined,
        onRemoteImages: (count: number) => {
          remoteImages += count;
        },
        onLink: () => undefined,
      });
      editor.focus();
      const clipboardData = new DataTransfer();
      if (data.html !== undefined) clipboardData.setData('text/html', data.html);
      if (data.text !== undefined) clipboardData.setData('text/plain', data.text);
      if (data.png) {
        const file = new File([new Uint8Array(9)], 'shot.png', { type: 'image/png' });
        clipboardData.items.add(file);
      }
      const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.querySelector('.ProseMirror')?.dispatchEvent(event);
      await new Promise((resolve) => setTimeout(resolve, 60));
      const source = (src: string) => src.replace('upload:', 'cid:kept-');
      return {
        html: docHtml(editor.doc, source),
        text: docText(editor.doc),
        remoteImages,
        kept,
        shownHtml: place.innerHTML,
      };
    },
    { data, url: origin },
  );
  assert.deepEqual(requests, [], 'nothing was fetched');
  assert.deepEqual(complaints, [], 'nothing was refused by the policy');
  return pasted;
}

const wordHtml = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{color:red}</style>
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]--></head><body lang=DE>
<!--StartFragment--><p class=MsoNormal style='margin-bottom:8pt'><b><span style='font-size:16.0pt;color:#C00000'>Plan<o:p></o:p></span></b></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>Tent<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><![if !supportLists]><span><span style='mso-list:Ignore'>o<span>&nbsp; </span></span></span><![endif]>Pegs<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><![if !supportLists]><span><span style='mso-list:Ignore'>·<span>&nbsp; </span></span></span><![endif]>Soup<o:p></o:p></p>
<p class=MsoNormal>Bye <span style='mso-hide:all'>secret</span></p><!--EndFragment--></body></html>`;

test('Word: bold and lists stay, styles and hidden words do not', options, async () => {
  const { html } = await paste({ html: wordHtml, text: 'Plan Tent' });
  assert.equal(
    html,
    '<div><strong>Plan</strong></div><ul><li><div>Tent</div><ul><li>Pegs</li></ul></li><li>Soup</li></ul><p>Bye</p>',
  );
});

test(
  'Google Docs: its bold that is not bold is none, its bold that is one is',
  options,
  async () => {
    const { html } = await paste({
      html: '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr" style="line-height:1.38"><span style="font-size:11pt;font-weight:400">plain </span><span style="font-weight:700;font-style:italic">both</span></p></b>',
      text: 'plain both',
    });
    assert.equal(html, '<div>plain <strong><em>both</em></strong></div>');
  },
);

test(
  'a web page: scripts, forms, styles and remote pictures are left out, links and tables stay',
  options,
  async () => {
    const pasted = await paste({
      html: `<script>window.ran=1</script><style>@import url(https://evil.example/a.css)</style>
<h1 onclick="ran=1" style="background:url(https://evil.example/b.png)">Title</h1>
<p>See <a href="https://a.example/x" onmouseover="ran=1">here</a> and <a href="javascript:ran=1">there</a>
<img src="https://evil.example/c.png" alt="a chart"><img src="https://evil.example/d.gif" width="1"></p>
<table><tr><th>a</th><td colspan="2">b</td></tr></table><iframe src="https://evil.example/"></iframe>
<svg><image href="https://evil.example/e.png"/></svg><video poster="https://evil.example/f.png"></video>
<div style="display:none">hidden</div>`,
      text: 'Title',
    });
    assert.match(
      pasted.html,
      /^<h1>Title<\/h1><p>See <a href="https:\/\/a\.example\/x">here<\/a> and there a chart<\/p><table/,
    );
    assert.match(pasted.html, /<th style="[^"]+">a<\/th><td colspan="2" style="[^"]+">b<\/td>/);
    assert.equal(pasted.remoteImages, 1);
    assert.doesNotMatch(pasted.shownHtml, /evil|javascript|onclick|hidden|style="background/);
  },
);

test('a picture that came along is kept as a file of the letter', options, async () => {
  const dot =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const pasted = await paste({ html: `a <img src="data:image/png;base64,${dot}"> b`, text: 'a b' });
  assert.deepEqual(pasted.kept, [70]);
  assert.match(pasted.html, /^<div>a <img src="cid:kept-1" alt=""> b<\/div>$/);
  const svg = await paste({ html: '<img src="data:image/svg+xml;base64,PHN2Zy8+">', text: 'x' });
  assert.deepEqual(svg.kept, []);
});

test('a picture alone on the clipboard stands in the text', options, async () => {
  const pasted = await paste({ png: true });
  assert.deepEqual(pasted.kept, [9]);
  assert.match(pasted.html, /<img src="cid:kept-1" alt="shot\.png">/);
});

test('plain text keeps its lines, its quotations and its links', options, async () => {
  const { html, text } = await paste({ text: 'one\ntwo https://a.example\n\n> three' });
  assert.equal(text, 'one\ntwo https://a.example\n\n> three');
  assert.match(html, /<a href="https:\/\/a\.example">https:\/\/a\.example<\/a>/);
});

test('nothing can be smuggled in as a forwarded message', options, async () => {
  const { html } = await paste({
    html: '<div class="letterlock-original"><p style="color:red" onclick="x()">seen</p></div>',
    text: 'seen',
  });
  assert.equal(html, '<div>seen</div>');
});

test('html that is pasted as another letter’s picture does not show it', options, async () => {
  const pasted = await paste({ html: 'a <img src="cid:other@x" alt="theirs">', text: 'a' });
  assert.doesNotMatch(pasted.html, /img/);
  assert.equal(pasted.remoteImages, 1);
});

test(
  'a forwarded message that is more than words is sent as it came, and edited only when asked',
  options,
  async () => {
    assert.ok(page);
    requests = [];
    complaints = [];
    const found = await page.evaluate(async (url) => {
      const { createEditor } = await import(`${url}/editor.js`);
      const { readForwarded, readLetter } = await import(`${url}/read.js`);
      const { docHtml } = await import(`${url}/html.js`);
      const { docText } = await import(`${url}/text.js`);
      const head = '<p><br></p><p>---------- Forwarded message ----------<br><b>From:</b> Ana</p>';
      const message =
        '<table width="600"><tbody><tr><td style="color:red">Offer</td><td>1 €</td></tr></tbody></table><img src="cid:logo@x" alt="Logo"><img src="https://evil.example/x.png">';
      const place = document.createElement('div');
      document.body.replaceChildren(place);
      const editor = createEditor(place, {
        doc: readForwarded(head + message),
        label: 'Text',
        editOriginal: 'Edit',
        lang: 'en',
        urlOf: () => undefined,
        keepImage: () => '',
        onChange: () => undefined,
        onFormat: () => undefined,
        onRemoteImages: () => undefined,
        onLink: () => undefined,
      });
      const before = docHtml(editor.doc);
      const text = docText(editor.doc);
      const again = docHtml(readLetter(before));
      const shownHtml = place.innerHTML;
      place.querySelector('button')?.click();
      await new Promise((resolve) => setTimeout(resolve, 60));
      const simple = docHtml(readForwarded(`${head}<div>Only<br>words</div>`));
      return { message, before, again, text, shownHtml, after: docHtml(editor.doc), simple };
    }, origin);
    assert.deepEqual(requests, [], 'nothing was fetched');
    assert.deepEqual(complaints, [], 'nothing was refused by the policy');
    assert.ok(found.before.endsWith(`<div class="letterlock-original">${found.message}</div>`));
    assert.equal(found.again, found.before, 'a draft that is opened again says the same');
    assert.match(found.text, /From: Ana\n+Offer\t1 €/);
    assert.doesNotMatch(found.shownHtml, /evil|color:red/);
    assert.doesNotMatch(found.after, /letterlock-original|color:red/);
    assert.match(found.after, /<td[^>]*>Offer<\/td>/);
    assert.match(found.simple, /<div>Only<br>words<\/div>$/);
  },
);
