import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pickAtMost, rangeOf } from '../../../../renderer/views/list/selection-range.ts';

test('a range goes from the anchor up or down, both ends included', () => {
  assert.deepEqual(rangeOf(3, 6, 20), { first: 3, last: 6, target: 6 });
  assert.deepEqual(rangeOf(6, 3, 20), { first: 3, last: 6, target: 3 });
  assert.deepEqual(rangeOf(4, 4, 20), { first: 4, last: 4, target: 4 });
});

test('a range ends with the list', () => {
  assert.deepEqual(rangeOf(18, 40, 20), { first: 18, last: 19, target: 19 });
  assert.deepEqual(rangeOf(90, -1, 20), { first: 0, last: 19, target: 0 });
});

test('a range of a very long list stops where no more rows can be picked', () => {
  const { first, last, target } = rangeOf(0, 99_999, 100_000);
  assert.deepEqual([first, last, target], [0, pickAtMost - 1, pickAtMost - 1]);
  assert.equal(rangeOf(99_999, 0, 100_000).first, 100_000 - pickAtMost);
});
