/** Many changes in a moment are told at once and once more. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { EventBus } from '../../app/event-bus.ts';

function start() {
  mock.timers.enable({ apis: ['setTimeout'] });
  const bus = new EventBus();
  const told: string[] = [];
  bus.on((name, payload) => told.push(`${name} ${JSON.stringify(payload)}`));
  return { bus, told, end: () => mock.timers.reset() };
}

test('a change is told at once, its repetitions once when the moment is over', () => {
  const { bus, told, end } = start();
  for (let time = 0; time < 100; time++)
    bus.emit('messages.changed', { accountId: 'a', mailboxId: 1 });
  bus.emit('messages.changed', { accountId: 'a', mailboxId: 2 });
  assert.equal(told.length, 2);
  mock.timers.tick(60);
  assert.equal(told.length, 3);
  mock.timers.tick(1_000);
  assert.equal(told.length, 3);
  end();
});

test('events with content of their own are each told', () => {
  const { bus, told, end } = start();
  bus.emit('sync.changed', { accountId: 'a', state: 'syncing' });
  bus.emit('sync.changed', { accountId: 'a', state: 'syncing' });
  assert.equal(told.length, 2);
  end();
});

test('nothing is told after disposal', () => {
  const { bus, told, end } = start();
  bus.emit('account.changed', {});
  bus.emit('account.changed', {});
  bus.dispose();
  mock.timers.tick(1_000);
  bus.emit('account.changed', {});
  assert.equal(told.length, 1);
  end();
});
