import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutAtLine, foldable } from '../../../renderer/mail/fold-text.ts';
import { linkify, splitQuotes } from '../../../renderer/mail/linkify.ts';

const fold = (text: string, isCut = false) => {
  const { own, quoted } = foldable(splitQuotes(text), isCut);
  return [own, quoted].map((blocks) => blocks.map((block) => block.text).join('\n'));
};

test('what is quoted at the end is folded, with the line that says whose it is', () => {
  assert.deepEqual(fold('Yes.\n\nMira\n\nOn Thursday, Jonas wrote:\n> Are you there?\n>> Hello'), [
    'Yes.\n\nMira',
    'On Thursday, Jonas wrote:\nAre you there?\nHello',
  ]);
  assert.deepEqual(fold('Yes.\n\nAm Donnerstag, dem 26.,\nschrieb Jonas:\n> Da?'), [
    'Yes.',
    'Am Donnerstag, dem 26.,\nschrieb Jonas:\nDa?',
  ]);
  assert.deepEqual(fold('Yes.\n> Are you there?\n'), ['Yes.', 'Are you there?']);
});

test('answers between the lines, quotations alone and the end of a cut text are not folded', () => {
  for (const text of [
    '> One?\nYes.\n> Two?\nNo.',
    '> Only this',
    'No quotation',
    'On Thursday, Jonas wrote:\n> All of it',
  ]) {
    assert.equal(fold(text)[1], '', text);
  }
  assert.equal(fold('Yes.\n> Old', true)[1], '');
});

test('a text is cut at a line, or where it must be', () => {
  assert.equal(cutAtLine('one\ntwo\nthree', 9), 'one\ntwo');
  assert.equal(cutAtLine('abcdefgh', 4), 'abcd');
  assert.equal(cutAtLine('ab\u{1f600}', 3), 'ab\ufffd');
});

test('finding links takes no longer than a text is long', () => {
  for (const text of [
    'a'.repeat(200_000),
    'a@'.repeat(100_000),
    'www.'.repeat(50_000),
    'http://'.repeat(30_000),
    `${'('.repeat(50_000)}${')'.repeat(50_000)}`,
  ]) {
    // Quadratic work on these would take minutes, and the runner's limit ends it.
    assert.ok(linkify(text).length > 0);
  }
});
