import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movedTo, threadParts } from '../../../renderer/views/reader/thread-parts.ts';
import { row, uids } from './rows.ts';

const thread = [row(1), row(2), row(3)];

test('the open message divides its thread', () => {
  const parts = threadParts(thread, row(2));
  assert.deepEqual(uids(parts?.earlier), [1]);
  assert.deepEqual(uids(parts?.later), [3]);
});

test('a message that is alone has no thread', () => {
  assert.equal(threadParts([row(1)], row(1)), undefined);
});

test('a copy in another mailbox is the same message', () => {
  const copy = row(2, { ref: { accountId: 'a1', mailboxId: 9, uidValidity: 4, uid: 77 } });
  assert.deepEqual(uids(threadParts(thread, copy)?.earlier), [1]);
});

test('a thread that does not hold the message is not shown around it', () => {
  assert.equal(threadParts(thread, row(8)), undefined);
});

test('a message that was moved is found by what it says, and never as itself', () => {
  const moved = row(2, { ref: { accountId: 'a1', mailboxId: 1, uidValidity: 4, uid: 77 } });
  assert.equal(movedTo([row(1), moved, row(3)], row(2)), moved);
  assert.equal(movedTo(thread, row(2)), undefined);
  assert.equal(movedTo(thread, row(8)), undefined);
});
