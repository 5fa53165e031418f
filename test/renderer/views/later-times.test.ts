import assert from 'node:assert/strict';
import { test } from 'node:test';
import { futureTime, laterTimes, wallTime } from '../../../renderer/views/composer/later-times.ts';

const parts = (date: Date) => [
  date.getMonth() + 1,
  date.getDate(),
  date.getHours(),
  date.getMinutes(),
];

test('later is tomorrow at eight, or the next Monday at eight that is not tomorrow', () => {
  // 1 May 2026 is a Friday.
  const cases = [
    [1, [5, 2], [5, 4]],
    [3, [5, 4], [5, 11]],
    [4, [5, 5], [5, 11]],
    [31, [6, 1], [6, 8]],
  ] as const;
  for (const [day, tomorrow, monday] of cases) {
    const times = laterTimes(new Date(2026, 4, day, 23, 59));
    assert.deepEqual(parts(times.tomorrow), [...tomorrow, 8, 0]);
    assert.deepEqual(parts(times.monday), [...monday, 8, 0]);
  }
});

test('a time goes through the field and back, and a past or incomplete one is none', () => {
  const now = new Date(2026, 4, 3, 10);
  const time = new Date(2026, 9, 7, 8, 5);
  assert.equal(wallTime(time).toString(), '2026-10-07T08:05:00');
  assert.deepEqual(futureTime(wallTime(time), now), time);
  assert.equal(futureTime(null, now), undefined);
  assert.equal(futureTime(wallTime(now), now), undefined);
});
