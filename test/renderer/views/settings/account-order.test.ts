import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movedBy } from '../../../../renderer/views/settings/account-order.ts';

test('an account changes places with its neighbour, and no further than the ends', () => {
  const order = ['a', 'b', 'c'];
  assert.deepEqual(movedBy(order, 0, 1), ['b', 'a', 'c']);
  assert.deepEqual(movedBy(order, 2, -1), ['a', 'c', 'b']);
  assert.deepEqual(movedBy(order, 1, 1), ['a', 'c', 'b']);
  assert.equal(movedBy(order, 0, -1), undefined);
  assert.equal(movedBy(order, 2, 1), undefined);
  assert.equal(movedBy(order, 3, -1), undefined);
  assert.deepEqual(order, ['a', 'b', 'c']);
});
