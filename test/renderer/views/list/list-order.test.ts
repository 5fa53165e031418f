import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settings } from '../../../../app/contract/index.ts';
import type { Place } from '../../../../renderer/views/desk-state.ts';
import { orderOfPlace, orderWord, withOrder } from '../../../../renderer/views/list/list-order.ts';

const mailbox = (mailboxId: number): Place => ({ kind: 'mailbox', accountId: 'a1', mailboxId });
const inboxes: Place = { kind: 'view', view: { kind: 'unified', role: 'inbox' } };

test('each place keeps its own order; where nothing was chosen the newest come first', () => {
  let chosen = withOrder([], mailbox(1), 'sender');
  chosen = withOrder(chosen, inboxes, 'size');
  assert.equal(orderOfPlace(chosen, mailbox(1)), 'sender');
  assert.equal(orderOfPlace(chosen, inboxes), 'size');
  assert.equal(orderOfPlace(chosen, mailbox(2)), 'newest');
  assert.equal(orderOfPlace(chosen, undefined), 'newest');
  chosen = withOrder(chosen, mailbox(1), 'subject');
  assert.equal(chosen.length, 2);
  chosen = withOrder(chosen, mailbox(1), 'newest');
  assert.equal(orderOfPlace(chosen, mailbox(1)), 'newest');
  assert.equal(chosen.length, 1);
});

test('never holds more places than the setting takes; the oldest choice goes first', () => {
  let chosen = withOrder([], mailbox(0), 'oldest');
  for (let id = 1; id <= 200; id += 1) chosen = withOrder(chosen, mailbox(id), 'oldest');
  assert.equal(settings.shape.listOrders.safeParse(chosen).success, true);
  assert.equal(orderOfPlace(chosen, mailbox(0)), 'newest');
  assert.equal(orderOfPlace(chosen, mailbox(200)), 'oldest');
});

test('what one sent is said to be sorted by recipient', () => {
  assert.equal(orderWord('sender', true), 'recipient');
  assert.equal(orderWord('sender', false), 'sender');
  assert.equal(orderWord('size', true), 'size');
});
