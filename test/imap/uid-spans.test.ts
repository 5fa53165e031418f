/** Sets of uids as spans. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  countUids,
  joined,
  parseUidSet,
  takeHighest,
  toSpans,
  type UidSpan,
  without,
} from '../../app/imap/uid-spans.ts';

const uids = fc.uniqueArray(fc.integer({ min: 1, max: 60 }));

function numbers(spans: readonly UidSpan[]): number[] {
  return spans.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );
}

test('a set in any order is read as rising, disjoint spans', () => {
  assert.deepEqual(parseUidSet('9,7:5,1:3,4'), [
    [1, 7],
    [9, 9],
  ]);
});

for (const text of ['', 'x', '1:', ':4', '1,,2', '0', '4294967296', '1:*', '-1', '1:99999999999']) {
  test(`${JSON.stringify(text)} is no set of uids`, () => {
    assert.equal(parseUidSet(text), undefined);
  });
}

test('a set that names the whole range is one span', () => {
  assert.equal(countUids(parseUidSet('1:4294967295') ?? []), 4_294_967_295);
});

test('spans hold the numbers that they were made of', () => {
  fc.assert(
    fc.property(uids, (list) => {
      assert.deepEqual(
        numbers(toSpans(list)),
        [...list].sort((a, b) => a - b),
      );
    }),
  );
});

test('what is left without others is what a set would leave', () => {
  fc.assert(
    fc.property(uids, uids, (a, b) => {
      const other = new Set(b);
      assert.deepEqual(
        numbers(without(toSpans(a), toSpans(b))),
        a.filter((uid) => !other.has(uid)).sort((x, y) => x - y),
      );
    }),
  );
});

test('batches take the highest first, each uid once, and ask for nothing that is kept', () => {
  fc.assert(
    fc.property(uids, uids, fc.integer({ min: 1, max: 20 }), (all, some, most) => {
      const local = some.filter((uid) => !all.includes(uid));
      const missing = [...toSpans(all)];
      const taken: number[] = [];
      for (;;) {
        const batch = takeHighest(missing, most, toSpans(local));
        if (batch === undefined) break;
        assert.ok(batch.count <= most);
        const asked = numbers(parseUidSet(batch.set) ?? []);
        for (const uid of numbers(batch.spans)) assert.ok(asked.includes(uid));
        assert.ok(!asked.some((uid) => local.includes(uid)));
        taken.push(...numbers(batch.spans).reverse());
      }
      assert.deepEqual(
        taken,
        [...all].sort((a, b) => b - a),
      );
    }),
  );
});

test('uids that do not exist are bridged: one range on the wire', () => {
  const missing = joined([
    [1, 3],
    [10, 12],
    [90, 90],
  ]);
  assert.equal(takeHighest(missing, 100, [])?.set, '1:90');
});
