import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DraftDto } from '../../../app/contract/index.ts';
import {
  type DeskState,
  initialDesk,
  reduceDesk,
  samePlace,
  startPlace,
  targetsOf,
} from '../../../renderer/views/desk-state.ts';
import { row, uids } from './rows.ts';

const draft = (draftId: string): DraftDto => ({
  draftId,
  accountId: 'a1',
  to: '',
  cc: '',
  bcc: '',
  subject: '',
  text: '',
  attachments: [],
  savedAt: '2026-11-23T12:00:00Z',
});

test('a draft has one card however often it is opened', () => {
  let state = reduceDesk(initialDesk, { type: 'compose', draft: draft('d1') });
  state = reduceDesk(state, { type: 'compose', draft: draft('d2') });
  state = reduceDesk(state, { type: 'compose', draft: draft('d1') });
  assert.deepEqual(
    state.composers.map((one) => one.draftId),
    ['d2', 'd1'],
  );
});

test('going elsewhere closes the open message and keeps the open letters', () => {
  let state = reduceDesk(initialDesk, { type: 'compose', draft: draft('d1') });
  state = reduceDesk(state, { type: 'select', index: 3, row: undefined });
  state = reduceDesk(state, { type: 'go', place: { kind: 'outbox' } });
  assert.equal(state.selection, undefined);
  assert.equal(state.composers.length, 1);
});

test('two mailboxes are the same place only by their id', () => {
  const inbox = { kind: 'mailbox', accountId: 'a1', mailboxId: 1 } as const;
  assert.equal(samePlace(inbox, { ...inbox }), true);
  assert.equal(samePlace(inbox, { ...inbox, mailboxId: 2 }), false);
  assert.equal(samePlace({ kind: 'drafts' }, { kind: 'outbox' }), false);
});

const select = (state: DeskState, uid: number) =>
  reduceDesk(state, { type: 'select', index: uid, row: row(uid) });
const toggle = (state: DeskState, uid: number) =>
  reduceDesk(state, { type: 'toggle', index: uid, row: row(uid) });

test('the open message is the first to be picked with another', () => {
  const state = toggle(select(initialDesk, 1), 4);
  assert.deepEqual(uids(targetsOf(state)), [1, 4]);
  assert.equal(state.anchor, 4);
});

test('picked one by one, taken out one by one; without any, none is open', () => {
  let state = toggle(toggle(initialDesk, 2), 5);
  assert.deepEqual(uids(targetsOf(state)), [2, 5]);
  state = toggle(state, 2);
  assert.deepEqual(uids(targetsOf(state)), [5]);
  state = toggle(state, 5);
  assert.deepEqual([state.picked.size, state.selection, state.anchor], [0, undefined, 5]);
});

test('a range keeps its anchor, and another range takes its place', () => {
  let state = select(initialDesk, 3);
  const pick = (numbers: number[]) =>
    reduceDesk(state, {
      type: 'pick',
      index: numbers.at(-1) ?? 0,
      row: undefined,
      rows: numbers.map((uid) => row(uid)),
    });
  state = pick([3, 4, 5]);
  state = pick([3, 4]);
  assert.deepEqual(uids(targetsOf(state)), [3, 4]);
  assert.deepEqual([state.anchor, state.selection?.index], [3, 4]);
});

test('a row that comes late fills the selection and picks nothing', () => {
  let state = toggle(select(initialDesk, 1), 2);
  state = reduceDesk(state, {
    type: 'pick',
    index: 9,
    row: undefined,
    rows: [row(1), row(2)],
  });
  state = reduceDesk(state, { type: 'found', index: 8, row: row(8) });
  assert.equal(state.selection?.row, undefined);
  state = reduceDesk(state, { type: 'found', index: 9, row: row(9) });
  assert.equal(state.selection?.row?.ref.uid, 9);
  assert.equal(state.picked.size, 2);
});

test('opening one message, a filter, or another place ends the picking', () => {
  const picked = toggle(select(initialDesk, 1), 2);
  assert.equal(select(picked, 5).picked.size, 0);
  const filtered = reduceDesk(picked, { type: 'filter', filter: 'unread' });
  assert.deepEqual([filtered.picked.size, filtered.selection], [0, undefined]);
  const gone = reduceDesk(filtered, { type: 'go', place: { kind: 'drafts' } });
  assert.deepEqual([gone.picked.size, gone.filter], [0, undefined]);
});

test('keys go on from where they were when the picking ends', () => {
  const state = reduceDesk(toggle(select(initialDesk, 1), 6), { type: 'unpick' });
  assert.deepEqual([state.picked.size, state.selection, state.anchor], [0, undefined, 6]);
});

test('the window begins where the person chose', () => {
  const inbox = {
    mailboxId: 7,
    accountId: 'a1',
    name: 'INBOX',
    path: 'INBOX',
    depth: 0,
    role: 'inbox',
    selectable: true,
    total: 0,
    unseen: 0,
  } as const;
  assert.deepEqual(startPlace('inbox', inbox), { kind: 'mailbox', accountId: 'a1', mailboxId: 7 });
  assert.deepEqual(startPlace('inboxes', inbox), {
    kind: 'view',
    view: { kind: 'unified', role: 'inbox' },
  });
  assert.deepEqual(startPlace('unread', inbox), { kind: 'view', view: { kind: 'unread' } });
});
