import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insertHint, plainWords } from '../../../../renderer/views/list/search-text.ts';

test('an operator goes to the end, and its value can be typed at once', () => {
  assert.equal(insertHint('', 'from:'), 'from:');
  assert.equal(insertHint('heron ', 'from:'), 'heron from:');
});

test('a whole operator is put in once', () => {
  assert.equal(insertHint('heron', 'is:unread'), 'heron is:unread ');
  assert.equal(insertHint('heron is:unread ', 'is:unread'), 'heron is:unread ');
});

test('a server is asked for words, without operators and what must not be there', () => {
  assert.equal(plainWords('from:anna heron -ferry is:unread OR harbour'), 'heron harbour');
  assert.equal(plainWords('"grey heron" subject:"the boat" '), 'grey heron');
  assert.equal(plainWords('in:archive has:attachment'), '');
});
