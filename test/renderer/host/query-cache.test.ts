import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CallMethod, localError } from '../../../renderer/host/client.ts';
import { QueryCache, queryKey } from '../../../renderer/host/query-cache.ts';

/** Calls wait until the test answers them, in order. */
function controlled() {
  const open: { resolve: (output: unknown) => void; reject: (error: unknown) => void }[] = [];
  const pending = () => new Promise<unknown>((resolve, reject) => open.push({ resolve, reject }));
  // A stand-in for all methods: what each gives is the test's choice.
  const call = pending as CallMethod;
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    call,
    open,
    async answer(index: number, output: unknown) {
      open[index]?.resolve(output);
      await settle();
    },
    async refuse(index: number, error: unknown) {
      open[index]?.reject(error);
      await settle();
    },
  };
}

const sync = { accountId: 'a1' };

test('the order of properties does not matter to a key', () => {
  assert.equal(
    queryKey('message.list', { mailboxId: 1, offset: 0, limit: 9 }),
    queryKey('message.list', { limit: 9, mailboxId: 1, offset: 0 }),
  );
});

test('one answer is fetched once for all who ask', async () => {
  const control = controlled();
  const cache = new QueryCache(control.call);
  cache.ensure('mailbox.list', sync);
  cache.ensure('mailbox.list', sync);
  await control.answer(0, []);
  cache.ensure('mailbox.list', sync);
  assert.equal(control.open.length, 1);
  assert.deepEqual(cache.peek('mailbox.list', sync).data, []);
});

test('an event fetches watched answers again and keeps the old one meanwhile', async () => {
  const control = controlled();
  const cache = new QueryCache(control.call);
  cache.subscribe('draft.list', {}, () => undefined);
  cache.ensure('draft.list', {});
  await control.answer(0, ['old']);
  cache.invalidate('draft.list');
  assert.deepEqual(cache.peek('draft.list', {}).data, ['old']);
  await control.answer(1, ['new']);
  assert.deepEqual(cache.peek('draft.list', {}).data, ['new']);
});

test('an unwatched answer waits to be asked for', async () => {
  const control = controlled();
  const cache = new QueryCache(control.call);
  cache.ensure('draft.list', {});
  await control.answer(0, []);
  cache.invalidate('draft.list');
  assert.equal(control.open.length, 1);
  cache.ensure('draft.list', {});
  assert.equal(control.open.length, 2);
});

test('an answer older than an event is not shown as fresh', async () => {
  const control = controlled();
  const cache = new QueryCache(control.call);
  cache.subscribe('draft.list', {}, () => undefined);
  cache.ensure('draft.list', {});
  cache.invalidate('draft.list');
  await control.answer(0, ['before the event']);
  assert.equal(cache.peek('draft.list', {}).data, undefined);
  await control.answer(1, ['after it']);
  assert.deepEqual(cache.peek('draft.list', {}).data, ['after it']);
});

test('an event touches only the inputs that it names', async () => {
  const control = controlled();
  const cache = new QueryCache(control.call);
  for (const accountId of ['a1', 'a2']) {
    cache.subscribe('mailbox.list', { accountId }, () => undefined);
    cache.ensure('mailbox.list', { accountId });
  }
  await control.answer(0, []);
  await control.answer(1, []);
  cache.invalidate('mailbox.list', (input) => input.accountId === 'a2');
  assert.equal(control.open.length, 3);
});

test('a change in place is told to watchers at once', async () => {
  const control = controlled();
  const cache = new QueryCache(control.call);
  let told = 0;
  cache.subscribe('outbox.list', {}, () => {
    told += 1;
  });
  cache.ensure('outbox.list', {});
  await control.answer(0, []);
  const before = told;
  cache.patch('outbox.list', () => [...[]]);
  assert.equal(told, before + 1);
  cache.patch('outbox.list', (list) => list);
  assert.equal(told, before + 1);
});

test('a failure keeps the last good answer and can be tried again', async () => {
  const control = controlled();
  const cache = new QueryCache(control.call);
  cache.subscribe('draft.list', {}, () => undefined);
  cache.ensure('draft.list', {});
  await control.answer(0, ['kept']);
  cache.invalidate('draft.list');
  await control.refuse(1, localError('offline'));
  assert.equal(cache.peek('draft.list', {}).error?.code, 'offline');
  assert.deepEqual(cache.peek('draft.list', {}).data, ['kept']);
  cache.invalidate('draft.list');
  await control.answer(2, ['again']);
  assert.equal(cache.peek('draft.list', {}).error, undefined);
});

test('unwatched answers beyond the capacity are dropped, watched ones stay', async () => {
  const control = controlled();
  const cache = new QueryCache(control.call, 2);
  cache.subscribe('mailbox.list', { accountId: 'watched' }, () => undefined);
  for (const [index, accountId] of ['watched', 'b', 'c', 'd'].entries()) {
    cache.ensure('mailbox.list', { accountId });
    await control.answer(index, []);
  }
  assert.deepEqual(cache.peek('mailbox.list', { accountId: 'watched' }).data, []);
  assert.equal(cache.peek('mailbox.list', { accountId: 'b' }).data, undefined);
});

const ref = (uid: number) => ({
  ref: { accountId: 'a1', mailboxId: 1, uidValidity: 1, uid },
});

test('what was fetched ahead is the answer for who asks later', async () => {
  const control = controlled();
  const cache = new QueryCache(control.call);
  cache.prime('message.open', ref(1), () => control.call('message.open', ref(1)));
  cache.prime('message.open', ref(1), () => control.call('message.open', ref(1)));
  // Asked for while it is on its way: nothing is asked a second time.
  cache.subscribe('message.open', ref(1), () => undefined);
  cache.ensure('message.open', ref(1));
  assert.equal(control.open.length, 1);
  await control.answer(0, 'body');
  cache.ensure('message.open', ref(1));
  assert.equal(control.open.length, 1);
  assert.equal(cache.peek('message.open', ref(1)).data, 'body');
});

test('who asked is answered in the usual way when nothing was found ahead', async () => {
  const control = controlled();
  const cache = new QueryCache(control.call);
  for (const [uid, end] of [
    [1, () => control.answer(0, undefined)],
    [2, () => control.refuse(2, localError('internal'))],
  ] as const) {
    cache.prime('message.open', ref(uid), () => control.call('message.open', ref(uid)));
    cache.subscribe('message.open', ref(uid), () => undefined);
    cache.ensure('message.open', ref(uid));
    await end();
    await control.answer(control.open.length - 1, `body ${uid}`);
    assert.equal(cache.peek('message.open', ref(uid)).data, `body ${uid}`);
  }
  assert.equal(control.open.length, 4);
});

test('of whole messages only the latest stay', async () => {
  const control = controlled();
  const cache = new QueryCache(control.call);
  for (let uid = 1; uid <= 50; uid += 1) {
    cache.ensure('message.open', ref(uid));
    await control.answer(uid - 1, `body ${uid}`);
  }
  cache.ensure('mailbox.list', sync);
  const kept = Array.from({ length: 50 }, (_, index) =>
    cache.peek('message.open', ref(index + 1)),
  ).filter(({ data }) => data !== undefined);
  assert.ok(kept.length <= 31);
  assert.equal(cache.peek('message.open', ref(50)).data, 'body 50');
});
