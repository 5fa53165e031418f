import assert from 'node:assert/strict';
import { test } from 'node:test';
import { throttled } from '../../../renderer/host/throttle.ts';

test('a burst runs once at its beginning and once after it', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let runs = 0;
  const calm = throttled(() => {
    runs += 1;
  }, 250);
  for (let call = 0; call < 9; call += 1) calm();
  assert.equal(runs, 1);
  t.mock.timers.tick(250);
  assert.equal(runs, 2);
  t.mock.timers.tick(1_000);
  assert.equal(runs, 2);
});

test('a call after a rest runs at once', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let runs = 0;
  const calm = throttled(() => {
    runs += 1;
  }, 250);
  calm();
  t.mock.timers.tick(250);
  calm();
  assert.equal(runs, 2);
});
