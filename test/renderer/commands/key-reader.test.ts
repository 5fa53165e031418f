import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyReader, type Situation } from '../../../renderer/commands/key-reader.ts';

const desk: Situation = {
  typing: false,
  composing: false,
  onControl: false,
  mac: false,
  singleKeys: true,
  nowMs: 0,
};

test('a single key is its command, and nothing while something is typed or written', () => {
  const read = (change: Partial<Situation>) => new KeyReader().read('e', { ...desk, ...change });
  assert.deepEqual(read({}), ['archive']);
  assert.deepEqual(read({ typing: true }), []);
  assert.deepEqual(read({ composing: true }), []);
  assert.deepEqual(read({ singleKeys: false }), []);
});

test('the system’s own keys hold also while something is typed, unless they edit there', () => {
  const typing = { ...desk, typing: true };
  assert.deepEqual(new KeyReader().read('Mod+k', typing), ['palette']);
  assert.deepEqual(new KeyReader().read('F6', typing), ['nextPane']);
  assert.deepEqual(new KeyReader().read('Mod+z', typing), []);
  assert.deepEqual(new KeyReader().read('Delete', typing), []);
});

test('two keys in a row are one command, when the second comes soon', () => {
  const reader = new KeyReader();
  assert.equal(reader.read('g', desk), 'begun');
  assert.deepEqual(reader.read('s', { ...desk, nowMs: 900 }), ['goStarred']);
  assert.deepEqual(reader.read('s', { ...desk, nowMs: 950 }), ['star'], 'it is over after one');
  assert.equal(reader.read('g', desk), 'begun');
  assert.deepEqual(reader.read('s', { ...desk, nowMs: 5_000 }), ['star'], 'too late');
});

test('the second key of a sequence that is none does nothing by itself', () => {
  const reader = new KeyReader();
  reader.read('g', desk);
  assert.deepEqual(reader.read('e', desk), []);
  assert.deepEqual(reader.read('e', desk), ['archive']);
});

test('no sequence begins where single keys do not hold', () => {
  assert.deepEqual(new KeyReader().read('g', { ...desk, singleKeys: false }), []);
  assert.deepEqual(new KeyReader().read('g', { ...desk, typing: true }), []);
});

test('a control keeps its own keys', () => {
  assert.deepEqual(new KeyReader().read('Enter', { ...desk, onControl: true }), []);
  assert.deepEqual(new KeyReader().read('ArrowDown', { ...desk, onControl: true }), []);
  assert.deepEqual(new KeyReader().read('Enter', desk), ['open']);
  assert.deepEqual(new KeyReader().read('j', { ...desk, onControl: true }), ['next']);
});
