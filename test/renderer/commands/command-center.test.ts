import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandCenter } from '../../../renderer/commands/command-center.ts';

test('a command is done by who can do it, the last to come before others, and by nobody once gone', () => {
  const center = new CommandCenter();
  const done: string[] = [];
  assert.equal(center.run('archive'), false);
  center.register((id) => (id === 'archive' ? () => done.push('first') : undefined));
  const leave = center.register((id) => (id === 'archive' ? () => done.push('second') : undefined));
  center.register(() => undefined);
  assert.ok(center.can('archive'));
  assert.ok(!center.can('junk'));
  assert.ok(center.run('archive'));
  leave();
  assert.ok(center.run('archive'));
  assert.deepEqual(done, ['second', 'first']);
});

test('what is said along comes through', () => {
  const center = new CommandCenter();
  const said: (string | undefined)[] = [];
  center.register(() => (text) => said.push(text));
  center.run('search', 'heron');
  center.run('search');
  assert.deepEqual(said, ['heron', undefined]);
});

test('what was used last is remembered first, once, and not for ever', () => {
  const center = new CommandCenter();
  for (const key of ['a', 'b', 'a']) center.remember(key);
  assert.deepEqual(center.recent, ['a', 'b']);
  for (let index = 0; index < 40; index += 1) center.remember(`more ${index}`);
  assert.equal(center.recent.length, 8);
  assert.equal(center.recent[0], 'more 39');
});

test('while a sheet is about to open, what is typed is kept for it, and forgotten by the next one', () => {
  const center = new CommandCenter();
  center.hold(true);
  for (const letter of 'inb') center.typeAhead(letter);
  center.hold(true);
  assert.ok(center.held);
  assert.equal(center.typedAhead, 'inb');
  center.hold(false);
  assert.ok(!center.held);
  center.hold(true);
  assert.equal(center.typedAhead, '');
});
