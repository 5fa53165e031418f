import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanHtml } from '../../app/mime/clean-html.ts';
import { parseHtml } from '../../app/mime/html-tree.ts';

function clean(html: string, known: readonly string[] = []) {
  const result = cleanHtml(html, {
    contentId: (id) => (known.includes(id) ? `new-${id}` : undefined),
  });
  assert.ok(result);
  return result;
}

test('scripts, forms, frames and handlers do not come out', () => {
  const { html, text } = clean(
    `<body onload="x()"><script>bad()</script><form action="https://evil.test"><input value="v">kept</form>
     <iframe src="https://evil.test"></iframe><svg><p onclick="x()">drawn</p></svg><object data="x"></object>
     <p onclick="x()" style="behavior:url(x)">text</p><meta http-equiv="refresh" content="0;url=x">`,
  );
  assert.doesNotMatch(html, /script|form|input|iframe|svg|object|meta|onclick|url\(|evil|behavior/);
  assert.equal(text, 'kept\n\ntext');
});

test('links lead to the web, a mailbox or a telephone, and nowhere else', () => {
  const { html } = clean(
    `<a href="https://a.test/x?y=1&amp;z=2">a</a><a href="java\tscript:bad()">b</a>
     <a href="data:text/html,x">c</a><a href="file:///etc/passwd">d</a><a href="mailto:m@a.test">e</a>`,
  );
  assert.deepEqual(
    [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href),
    ['https://a.test/x?y=1&amp;z=2', 'mailto:m@a.test'],
  );
});

test('nothing is fetched from elsewhere: pictures that come along, or their words', () => {
  const { html, contentIds } = clean(
    `<img src="cid:one%40x" width="10"><img src="cid:other"><img src="https://t.test/p.gif" alt="A plan">
     <p style="background:url(https://t.test/b.png);color:red">x</p><img srcset="https://t.test/c 2x">`,
    ['one@x'],
  );
  assert.match(html, /<img width="10" src="cid:new-one@x">/);
  assert.match(html, /A plan/);
  assert.doesNotMatch(html, /t\.test|url|srcset/);
  assert.deepEqual([...contentIds], ['new-one@x']);
});

test('what the message hides by its own styles is not in the quotation', () => {
  const hidden = [
    '<p style="display:none">kobold</p>',
    '<p hidden>kobold</p>',
    '<p style="visibility:hidden">kobold</p>',
    '<p style="opacity:0">kobold</p>',
    '<p style="font-size:0">kobold</p>',
    '<p style="font:1px serif">kobold</p>',
    '<p style="color:#fff">kobold</p>',
    '<p style="color:transparent">kobold</p>',
    '<p style="color:rgba(0,0,0,0.01)">kobold</p>',
    '<font color="white">kobold</font>',
    '<div style="background:#123456"><b style="color:#123456">kobold</b></div>',
    '<p style="position:absolute;left:-9999px">kobold</p>',
    '<p style="text-indent:-9999px">kobold</p>',
    '<p style="max-height:0;overflow:hidden">kobold</p>',
    '<p style="position:absolute;clip:rect(0 0 0 0)">kobold</p>',
    '<p style="transform:scale(0)">kobold</p>',
    '<style>.k{display:none}</style><p class="k">kobold</p>',
    '<style>#k{display:none!important}</style><p id=k style="display:block">kobold</p>',
    '<style>body > div p.k, x { visibility: hidden }</style><body><div><b><p class="a k">kobold</p></b></div>',
    '<style>h1 + p{display:none}</style><h1></h1><p>kobold</p>',
    '<style>@media screen and (min-width: 1px){p{display:none}}</style><p>kobold</p>',
    '<style>@media (hover: hover){p{display:none}}</style><p>kobold</p>',
    '<style>/* } */ p[title="x"]{display:none}</style><p title=x>kobold</p>',
    '<style>.k{display:none}</style><div class="quote"><p class="k">kobold</p></div><style>.quote .j{display:block}</style>',
    '<template>kobold</template><noscript>kobold</noscript><title>kobold</title><!-- kobold -->',
  ];
  for (const each of hidden) {
    const { html, text } = clean(`<html><body>${each}<h2>seen</h2></body></html>`);
    assert.doesNotMatch(html + text, /kobold/, each);
    assert.match(text, /seen/, each);
  }
});

test('what can be seen stays, also where styles look as if they hid it', () => {
  const shown = [
    '<style>.m{display:none}.m{display:block}</style><p class="m">seen</p>',
    '<style>@media (max-width:600px){p{display:none}}</style><p>seen</p>',
    '<style>@media (prefers-color-scheme: dark){p{display:none}}</style><p>seen</p>',
    '<style>@media print{p{display:none}}</style><p>seen</p>',
    '<div style="font-size:0"><p style="font-size:14px">seen</p></div>',
    '<div style="visibility:hidden"><p style="visibility:visible">seen</p></div>',
    '<table><tr><td bgcolor="black"><font color="white">seen</font></td></tr></table>',
    '<div style="background:url(x)"><p style="color:white">seen</p></div>',
    '<p style="display:inline-block;width:0">seen</p>',
  ];
  for (const each of shown) assert.match(clean(each).text, /seen/, each);
});

test('styles of classes stand in the elements, so that the quotation looks alike', () => {
  const { html } = clean(
    '<style>h1{color:#333;position:fixed;background:url(x)}.a{font-size:20px}</style><h1 class="a">x</h1>',
  );
  assert.equal(html, '<h1 style="color:#333;font-size:20px">x</h1>');
});

test('plain text has paragraphs, lists, quotations and where links lead', () => {
  const { text } = clean(
    '<h1>Title</h1><p>One<br>two</p><ul><li>a<li>b</ul><ol start=3><li>c</ol>' +
      '<blockquote>q<blockquote>r</blockquote></blockquote><a href="https://a.test/">here</a>, ' +
      '<a href="https://b.test/">b.test</a>',
  );
  assert.equal(
    text,
    'Title\n\nOne\ntwo\n\n- a\n- b\n\n3. c\n\n> q\n>\n>> r\n\nhere <https://a.test/>, b.test',
  );
});

test('what is too deep, too long or has too many parts is not looked at', () => {
  const none = { contentId: () => undefined };
  assert.equal(cleanHtml('<div>'.repeat(100_000), none), undefined);
  assert.equal(cleanHtml('<br>'.repeat(100_000), none), undefined);
  assert.equal(cleanHtml(`<p>${'x'.repeat(2_000_000)}`, none), undefined);
  const rules = Array.from({ length: 1_500 }, (_, index) => `.a${index} b{color:red}`).join('');
  assert.equal(cleanHtml(`<style>${rules}</style>${'<p>x'.repeat(9_000)}`, none), undefined);
});

test('whatever goes in, what comes out is made of known parts and stays what it is', () => {
  const piece = fc.constantFrom(
    ...[
      '<p',
      '<style>',
      '</style>',
      '<a href="',
      'javascript:x',
      '">',
      "'",
      '<',
      '>',
      '&lt;',
      '&#60;',
    ],
    ...[
      '<svg>',
      '<img src=',
      'cid:one@x ',
      '<!--',
      '-->',
      '<![CDATA[',
      '</',
      '<table><td>',
      ' onerror=x',
      '\0',
    ],
    ...[
      'style="',
      'display:none;',
      'p{color:red}',
      '@media(',
      'script',
      '<template>',
      '<math>',
      'text ',
    ],
  );
  const soup = fc.array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 40 });
  fc.assert(
    fc.property(soup, (pieces) => {
      const { html } = clean(pieces.join(''), ['one@x']);
      const again = parseHtml(html);
      assert.ok(again);
      const waiting = [again.root];
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        assert.doesNotMatch(next.name, /script|style|svg|math|template|iframe|form|input|meta/);
        for (const [name, value] of Object.entries(next.attributes)) {
          assert.doesNotMatch(name, /^on|srcset|action|xlink/);
          if (name === 'href') assert.match(value, /^(?:https?:|mailto:|tel:)/i);
          if (name === 'src') assert.match(value, /^(?:cid:|data:image\/)/i);
        }
        for (const child of next.children) if (typeof child !== 'string') waiting.push(child);
      }
    }),
    { numRuns: 500 },
  );
});
