import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MailboxDto } from '../../../app/contract/index.ts';
import { droppable } from '../../../renderer/views/sidebar/use-drop.ts';
import { row } from './rows.ts';

const mailbox = (more: Partial<MailboxDto> = {}): MailboxDto => ({
  mailboxId: 2,
  accountId: 'a1',
  name: 'Choir',
  path: 'Choir',
  depth: 0,
  role: 'none',
  selectable: true,
  total: 0,
  unseen: 0,
  ...more,
});

test('a mailbox takes messages of its account that are not in it already', () => {
  assert.equal(droppable([row(1), row(2)], mailbox())?.length, 2);
  assert.equal(droppable([row(1)], mailbox({ mailboxId: 1 })), undefined);
  assert.equal(droppable([row(1)], mailbox({ accountId: 'a2' })), undefined);
  assert.equal(droppable([row(1)], mailbox({ selectable: false })), undefined);
});

test('what was not dragged from the list is not taken', () => {
  assert.equal(droppable(undefined, mailbox()), undefined);
  assert.equal(droppable([], mailbox()), undefined);
});
