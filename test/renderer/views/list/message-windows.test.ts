import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdSelected, locate } from '../../../../renderer/views/list/message-windows.ts';
import { row } from '../rows.ts';

const listOf = (...numbers: number[]) => {
  const rows = numbers.map((uid) => row(uid));
  return { total: rows.length, rowAt: (index: number) => rows[index] };
};
const shown = (list: ReturnType<typeof holdSelected>) =>
  Array.from({ length: list.total }, (_, index) => list.rowAt(index)?.ref.uid);

test('a selected message is found where it moved to', () => {
  assert.equal(locate({ index: 1, row: row(5) }, listOf(9, 8, 7, 5)), 3);
  assert.equal(locate({ index: 3, row: row(9) }, listOf(9, 8, 7, 5)), 0);
  assert.equal(locate({ index: 1, row: row(4) }, listOf(9, 8)), undefined);
});

test('an open message that no longer belongs to the view stays in its place', () => {
  const list = holdSelected({ index: 1, row: row(8) }, listOf(9, 7));
  assert.deepEqual(shown(list), [9, 8, 7]);
});

test('it stays last when it was last, and is not doubled while it is still listed', () => {
  assert.deepEqual(shown(holdSelected({ index: 5, row: row(1) }, listOf(9, 7))), [9, 7, 1]);
  assert.deepEqual(shown(holdSelected({ index: 0, row: row(9) }, listOf(9, 7))), [9, 7]);
});
