/** A letter as text and as HTML, and where its signature stands; no window needed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fragment, type Node } from 'prosemirror-model';
import { docHtml } from '../../../../renderer/views/composer/editor/doc-html.ts';
import { docText, textDoc } from '../../../../renderer/views/composer/editor/doc-text.ts';
import {
  hasFormatting,
  hrefOfTyped,
  isLinkable,
  letterSchema,
} from '../../../../renderer/views/composer/editor/schema.ts';
import {
  placeSignature,
  placeTextSignature,
} from '../../../../renderer/views/composer/editor/signature.ts';

const make = {
  doc: (...blocks: Node[]) => letterSchema.node('doc', null, blocks),
  p: (...inline: (Node | string)[]) =>
    letterSchema.node(
      'paragraph',
      null,
      inline.map((one) => (typeof one === 'string' ? letterSchema.text(one) : one)),
    ),
};
const { doc, p } = make;
const strong = (words: string) => letterSchema.text(words, [letterSchema.mark('strong')]);
const link = (words: string, href: string) =>
  letterSchema.text(words, [letterSchema.mark('link', { href })]);
const cite = (...blocks: Node[]) => letterSchema.node('blockquote', { cite: true }, blocks);
const list = (name: 'bullet_list' | 'ordered_list', ...items: Node[]) =>
  letterSchema.node(
    name,
    null,
    items.map((item) => letterSchema.node('list_item', null, [item])),
  );

test('html escapes what is typed, and keeps runs of blanks', () => {
  const html = docHtml(doc(p('<script>alert("x")</script> & a  b'), p()));
  assert.equal(
    html,
    '<div>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; a\u00a0 b</div><div><br></div>',
  );
});

test('html says where a block is written from right to left, for programs that do not look', () => {
  const html = docHtml(
    doc(p('9:24, مرحبًا Anna'), p('See you, ', strong('مرحبًا')), list('bullet_list', p('שלום'))),
  );
  assert.equal(
    html,
    '<div dir="rtl">9:24, مرحبًا Anna</div><div>See you, <strong>مرحبًا</strong></div>' +
      '<ul dir="rtl"><li dir="rtl">שלום</li></ul>',
  );
});

test('html has marks, lists and quotations', () => {
  const html = docHtml(
    doc(
      p('a ', strong('b'), link('c', 'https://c.example/?a=1&b="2"')),
      list('bullet_list', p('one'), p('two')),
      cite(p('said')),
    ),
  );
  assert.match(html, /^<div>a <strong>b<\/strong><a /);
  assert.match(html, /<a href="https:\/\/c\.example\/\?a=1&amp;b=&quot;2&quot;">c<\/a>/);
  assert.match(html, /<ul><li>one<\/li><li>two<\/li><\/ul>/);
  assert.match(html, /<blockquote type="cite" style="[^"]+"><div>said<\/div><\/blockquote>$/);
});

test('a picture is in the html by its content id, and not before it has one', () => {
  const image = letterSchema.node('image', { src: 'upload:1', alt: 'x"y' });
  const letter = doc(letterSchema.node('paragraph', null, [image]));
  assert.equal(docHtml(letter), '<div></div>');
  assert.equal(
    docHtml(letter, () => 'cid:a@b'),
    '<div><img src="cid:a@b" alt="x&quot;y"></div>',
  );
});

test('text says what html says: lists, quotations, where links go', () => {
  const letter = doc(
    p(
      'See ',
      link('the map', 'https://m.example/'),
      ' and ',
      link('m.example', 'https://m.example'),
    ),
    list('ordered_list', p('one'), p('two')),
    p(),
    p('Ana wrote:'),
    cite(p('hello'), p(), cite(p('older'))),
  );
  assert.equal(
    docText(letter),
    [
      'See the map <https://m.example/> and m.example',
      '1. one',
      '2. two',
      '',
      'Ana wrote:',
      '> hello',
      '>',
      '>> older',
    ].join('\n'),
  );
});

test('plain text becomes a letter and the same text again', () => {
  const plain =
    'Dear all,\n\nsee https://a.example today.\n\nAna wrote:\n> one\n>\n>> two\n> three';
  assert.equal(docText(textDoc(plain)), plain);
  assert.equal(docText(textDoc('')), '');
});

test('formatting is what plain text cannot say; bare links and quotations are none', () => {
  assert.equal(hasFormatting(textDoc('a https://a.example\n> b')), false);
  assert.equal(hasFormatting(doc(p(strong('a')))), true);
  assert.equal(hasFormatting(doc(list('bullet_list', p('a')))), true);
  assert.equal(hasFormatting(doc(p(link('here', 'https://a.example')))), true);
});

test('only web, mail and telephone addresses can be linked', () => {
  for (const href of [
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'x',
    'cid:a',
  ])
    assert.equal(isLinkable(href), false, href);
  assert.equal(hrefOfTyped('a.example/x'), 'https://a.example/x');
  assert.equal(hrefOfTyped('ana@a.example'), 'mailto:ana@a.example');
  assert.equal(hrefOfTyped('javascript:alert(1)'), undefined);
  assert.equal(hrefOfTyped('two words.example'), undefined);
});

const ada = Fragment.from([p('Ada')]);
const bob = Fragment.from([p('Bob'), p('Ltd')]);
const shape = (letter: Node) => letter.content.content.map(({ type }) => type.name).join(' ');

test('a new letter has a line to write in, a line between, and the signature', () => {
  const signed = placeSignature(textDoc(''), ada, true);
  assert.equal(shape(signed.doc), 'paragraph paragraph signature');
  assert.equal(docText(signed.doc), '\n\n-- \nAda');
});

test('in an answer the signature stands above the quotation, without the mark that would hide it', () => {
  const answer = textDoc('\n\nAna wrote:\n> hello');
  const signed = placeSignature(answer, ada, true);
  assert.equal(docText(signed.doc), '\n\nAda\n\nAna wrote:\n> hello');
  const written = doc(p('Yes.'), p(), p('Ana wrote:'), cite(p('hello')));
  assert.equal(
    docText(placeSignature(written, ada, false).doc),
    'Yes.\n\nAda\n\nAna wrote:\n> hello',
  );
});

test('a forwarded message is below the signature of a fresh letter', () => {
  const forward = textDoc('\n\n---------- Forwarded message ----------\nFrom: x\n\nwords');
  assert.match(docText(placeSignature(forward, ada, true).doc), /^\n\nAda\n\n-{10} Forwarded/);
});

test('another identity’s signature takes the place of the first; none takes it away', () => {
  const signed = placeSignature(doc(p('Hi'), p()), ada, false).doc;
  const other = placeSignature(signed, bob, false);
  assert.equal(docText(other.doc), 'Hi\n\n-- \nBob\nLtd');
  assert.equal(placeSignature(other.doc, bob, false).changed, false);
  const bare = placeSignature(other.doc, Fragment.empty, false);
  assert.equal(docText(bare.doc), 'Hi\n');
  assert.equal(placeSignature(bare.doc, Fragment.empty, false).changed, false);
});

test('plain text: the same places, and a signature that the person changed stays', () => {
  const fresh = placeTextSignature('', '', 'Ada', true);
  assert.equal(fresh, '\n\n-- \nAda');
  assert.equal(placeTextSignature(`Hi${fresh}`, 'Ada', 'Bob\nLtd', false), 'Hi\n\n-- \nBob\nLtd');
  assert.equal(placeTextSignature(`Hi${fresh}`, 'Ada', '', false), 'Hi\n');
  const answer = placeTextSignature('\n\nAna wrote:\n> hello', '', 'Ada', true);
  assert.equal(answer, '\n\nAda\n\nAna wrote:\n> hello');
  assert.equal(placeTextSignature(answer, 'Ada', 'Bob', false), '\n\nBob\n\nAna wrote:\n> hello');
  assert.equal(placeTextSignature('Hi\n\n-- \nAda L.', 'Ada', 'Bob', false), 'Hi\n\n-- \nAda L.');
});
