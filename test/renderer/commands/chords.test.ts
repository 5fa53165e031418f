import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ariaKeysOf, capsOf, chordOf, type KeyPress } from '../../../renderer/commands/chords.ts';

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({ ...plain, key, ...more });

test('a letter is its lower case, with Shift named; a sign is itself, whatever was held for it', () => {
  assert.equal(chordOf(press('j'), false), 'j');
  assert.equal(chordOf(press('U', { shiftKey: true }), false), 'Shift+u');
  assert.equal(chordOf(press('J'), false), 'j', 'caps lock');
  assert.equal(chordOf(press('#', { shiftKey: true }), false), '#');
  assert.equal(chordOf(press('?', { shiftKey: true }), false), '?');
  assert.equal(chordOf(press('F6', { shiftKey: true }), false), 'Shift+F6');
  assert.equal(chordOf(press(' '), false), 'Space');
});

test('Mod is Ctrl, or Command on a Mac; the other one is left to the system', () => {
  assert.equal(chordOf(press('k', { ctrlKey: true }), false), 'Mod+k');
  assert.equal(chordOf(press('k', { metaKey: true }), true), 'Mod+k');
  assert.equal(chordOf(press('k', { metaKey: true }), false), undefined);
  assert.equal(chordOf(press('k', { ctrlKey: true }), true), undefined);
  assert.equal(chordOf(press('R', { ctrlKey: true, shiftKey: true }), false), 'Mod+Shift+r');
  assert.equal(chordOf(press(',', { ctrlKey: true }), false), 'Mod+,');
});

test('signs that need AltGr or Option are signs', () => {
  const altGr = { ctrlKey: true, altKey: true, altGraph: true };
  assert.equal(chordOf(press('#', altGr), false), '#');
  assert.equal(chordOf(press('#', { altKey: true }), true), '#');
  assert.equal(chordOf(press('e', { altKey: true }), false), undefined);
});

test('another alphabet means the Latin letter of the same key', () => {
  assert.equal(chordOf(press('о', { code: 'KeyJ' }), false), 'j');
  assert.equal(chordOf(press('л', { code: 'KeyK', ctrlKey: true }), false), 'Mod+k');
  assert.equal(chordOf(press('y', { code: 'KeyZ' }), false), 'y', 'a Latin layout is believed');
});

test('a modifier alone is no chord', () => {
  assert.equal(chordOf(press('Shift', { shiftKey: true }), false), undefined);
  assert.equal(chordOf(press('Dead'), false), undefined);
});

test('keys are shown as they stand on the keyboard of this system', () => {
  const name = (key: string) => `<${key}>`;
  assert.deepEqual(capsOf('Mod+Shift+r', { mac: false, name }), [['<ctrl>', '<shift>', 'R']]);
  assert.deepEqual(capsOf('Mod+Shift+r', { mac: true, name }), [['⌘', '⇧', 'R']]);
  assert.deepEqual(capsOf('g i', { mac: false, name }), [['G'], ['I']]);
  assert.deepEqual(capsOf('Mod+,', { mac: false, name }), [['<ctrl>', ',']]);
  assert.deepEqual(capsOf('Delete', { mac: true, name }), [['⌦']]);
});

test('assistive software is told keys in the form of WAI-ARIA', () => {
  assert.equal(ariaKeysOf(['/', 'Mod+f', 'g i'], false), '/ Control+f');
  assert.equal(ariaKeysOf(['Mod+Shift+n'], true), 'Meta+Shift+n');
});
