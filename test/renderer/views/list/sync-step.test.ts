import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syncStep } from '../../../../renderer/views/list/sync-step.ts';

const status = { accountId: 'a1', state: 'syncing', paused: false } as const;

test('the list of messages comes before their texts, and nothing is said when all is here', () => {
  const some = { done: 12_000, total: 100_000 };
  const all = { done: 100_000, total: 100_000 };
  assert.equal(syncStep({ ...status, headers: some, bodies: some })?.kind, 'headers');
  assert.equal(syncStep({ ...status, headers: all, bodies: some })?.kind, 'bodies');
  assert.equal(syncStep({ ...status, headers: all, bodies: all }), undefined);
});
