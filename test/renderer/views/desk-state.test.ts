import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DraftDto } from '../../../app/contract/index.ts';
import { initialDesk, reduceDesk, samePlace } from '../../../renderer/views/desk-state.ts';

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
