import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConversationRow } from '../../../../app/contract/index.ts';
import {
  countOf,
  sameLine,
  toListRow,
  unseenOf,
} from '../../../../renderer/views/list/list-row.ts';
import { locate } from '../../../../renderer/views/list/message-windows.ts';
import { row } from '../rows.ts';

const view = { kind: 'mailbox', mailboxId: 1 } as const;
const conversation = (threadId: number, uid: number, more: Partial<ConversationRow> = {}) => ({
  threadId,
  row: row(uid),
  count: 3,
  unseen: 1,
  participants: ['Anna', 'Ben'],
  ...more,
});

test('a conversation is drawn from one object as long as nothing of it changes', () => {
  const one = conversation(7, 9);
  assert.equal(toListRow(one, view), toListRow(one, view));
  assert.deepEqual([countOf(toListRow(one, view)), unseenOf(toListRow(one, view))], [3, 1]);
});

test('a message alone counts itself', () => {
  assert.deepEqual(
    [countOf(row(1)), unseenOf(row(1)), unseenOf(row(1, { seen: false }))],
    [1, 0, 1],
  );
});

test('a conversation stays selected when an answer becomes its newest message', () => {
  const selected = toListRow(conversation(7, 9), view);
  const rows = [toListRow(conversation(7, 12), view), toListRow(conversation(5, 11), view)];
  assert.equal(locate({ index: 1, row: selected }, { total: 2, rowAt: (at) => rows[at] }), 0);
});

test('threads of two accounts are never the same line', () => {
  const other = conversation(7, 9);
  other.row = row(9, { ref: { ...row(9).ref, accountId: 'a2' } });
  assert.equal(sameLine(toListRow(conversation(7, 9), view), toListRow(other, view)), false);
});
