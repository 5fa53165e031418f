import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LazyOrder } from '../../app/store/lazy-order.ts';
import { Rng } from '../fuzz/support/rng.ts';

function made(length: number, kinds: number) {
  const rng = new Rng(length + kinds);
  const values = Array.from({ length }, () => rng.below(kinds));
  let compared = 0;
  const compare = (a: number, b: number) => {
    compared += 1;
    return (values[a] ?? 0) - (values[b] ?? 0) || a - b;
  };
  const order = new LazyOrder(length, compare);
  const whole = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
  return { order, whole, compared: () => compared };
}

test('gives at every place what a whole sort gives, in whatever order it is asked', () => {
  for (const [length, kinds] of [
    [0, 1],
    [1, 1],
    [300, 9],
    [30_000, 1],
    [30_000, 40],
    [30_000, 1e9],
  ] as const) {
    const { order, whole } = made(length, kinds);
    const rng = new Rng(7);
    const offsets = [
      0,
      length - 60,
      100,
      length,
      ...Array.from({ length: 25 }, () => rng.below(length + 1)),
    ];
    for (const offset of offsets.filter((one) => one >= 0)) {
      assert.deepEqual(
        order.slice(offset, 100),
        whole.slice(offset, offset + 100),
        `${length} ${kinds} ${offset}`,
      );
    }
    assert.deepEqual(order.slice(0, length), whole);
  }
});

test('the first page of a long list takes less than two comparisons for each of its items', () => {
  const { order, compared } = made(100_000, 1e9);
  order.slice(0, 100);
  assert.ok(compared() < 200_000, String(compared()));
  const first = compared();
  order.slice(100, 100);
  assert.equal(compared(), first);
});

test('a list that is in order already, or the other way round, is no worse', () => {
  for (const sign of [1, -1]) {
    let compared = 0;
    const order = new LazyOrder(50_000, (a, b) => {
      compared += 1;
      return sign * (a - b);
    });
    const first = sign === 1 ? 0 : 49_999;
    assert.equal(order.slice(0, 1)[0], first);
    assert.equal(order.slice(49_999, 1)[0], 49_999 - first);
    assert.ok(compared < 500_000, String(compared));
  }
});
