import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOpenable, linkify, splitQuotes } from '../../../renderer/mail/linkify.ts';

test('only http, https and mailto may leave', () => {
  for (const href of ['http://a.example', 'https://a.example', 'mailto:a@b.example']) {
    assert.equal(isOpenable(href), true, href);
  }
  for (const href of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'smb://host/share',
    'ms-msdt:/id',
    'data:text/html,x',
    '//host/x',
    '\\\\host\\x',
    ' ',
  ]) {
    assert.equal(isOpenable(href), false, href);
  }
});

test('the pieces joined are the text unchanged', () => {
  const text = 'See https://a.example/x?y=1, (or www.b.example/z) and ann@c.example. <script>';
  assert.equal(
    linkify(text)
      .map((piece) => piece.text)
      .join(''),
    text,
  );
});

test('punctuation after a link belongs to the sentence', () => {
  const hrefs = linkify('Go to https://a.example/x. Or (https://b.example/y)!').map((p) => p.href);
  assert.deepEqual(hrefs.filter(Boolean), ['https://a.example/x', 'https://b.example/y']);
});

test('a bracket that the link itself opened stays', () => {
  assert.equal(linkify('https://a.example/x_(y)')[0]?.href, 'https://a.example/x_(y)');
});

test('www and addresses become https and mailto', () => {
  assert.equal(linkify('www.a.example')[0]?.href, 'https://www.a.example');
  assert.equal(linkify('ann@c.example')[0]?.href, 'mailto:ann@c.example');
});

test('markup in text stays text', () => {
  const pieces = linkify('<a href="javascript:x">x</a>');
  assert.ok(pieces.every((piece) => piece.href === undefined));
});

test('quote depth follows the prefixes and the prefixes go', () => {
  assert.deepEqual(splitQuotes('a\n> b\n>> c\n> > d\ne'), [
    { quoteDepth: 0, text: 'a' },
    { quoteDepth: 1, text: 'b' },
    { quoteDepth: 2, text: 'c\nd' },
    { quoteDepth: 0, text: 'e' },
  ]);
});
