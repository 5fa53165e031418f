/** The first words of a message. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snippetOf } from '../../app/mime/snippet.ts';

const cases: readonly [string, string | undefined, string | undefined, string][] = [
  ['folds white space', 'Hello\r\n\r\n  there \t you', undefined, 'Hello there you'],
  ['leaves out what was quoted', '> old\nnew\n>> older', undefined, 'new'],
  ['leaves out who was quoted', 'Yes.\nOn Monday, Ada wrote:\n> Will you?', undefined, 'Yes.'],
  ['stops at the signature', 'Hi\n-- \nAda, CEO', undefined, 'Hi'],
  ['leaves out addresses of the web', 'See https://x.test/a?b=c now', undefined, 'See now'],
  ['prefers text to html', 'plain', '<p>rich</p>', 'plain'],
  ['reads html when there is no text', undefined, '<p>Dear</p><p>Mia</p>', 'Dear Mia'],
  ['leaves out style and script', undefined, '<style>a{}</style>Hi<script>x()</script>', 'Hi'],
  ['leaves out comments', undefined, 'a<!-- <b>no</b> -->b', 'ab'],
  ['shows nothing of an element that never closes', undefined, 'Hi<style>a{b', 'Hi'],
  [
    'knows the common entities',
    undefined,
    'a &amp; b &#233; &#x41;&nbsp;c &nope;',
    'a & b é A c &nope;',
  ],
  ['gives no tag a second life', undefined, '&lt;b&gt;x', '<b>x'],
  ['leaves out invisible padding', 'Hi\u200c\u034f\u200c there', undefined, 'Hi there'],
  ['survives entities beyond Unicode', undefined, 'a&#x1fffff;b', 'ab'],
  ['is empty for nothing', undefined, undefined, ''],
];
for (const [title, text, html, expected] of cases) {
  test(title, () => assert.equal(snippetOf(text, html), expected));
}

test('is at most 200 characters, and never half a character', () => {
  const snippet = snippetOf('😀'.repeat(300), undefined);
  assert.ok(snippet.length <= 200);
  assert.ok(snippet.isWellFormed());
});

test('reads a hostile document in one pass', () => {
  assert.equal(snippetOf(undefined, '<style '.repeat(1_000_000)), '');
});
