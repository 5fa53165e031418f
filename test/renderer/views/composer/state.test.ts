/** The dock, the senders, an empty letter, a person's form: what is pure of the composer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountDto, DraftContent, IdentityDto } from '../../../../app/contract/index.ts';
import { isBlank } from '../../../../renderer/views/composer/blank.ts';
import {
  dockLayout,
  emptyDock,
  reduceDock,
} from '../../../../renderer/views/composer/dock-state.ts';
import { senderOf, sendersOf } from '../../../../renderer/views/composer/senders.ts';
import {
  canSave,
  emptyContact,
  fieldsOf,
  inputOf,
  newLine,
} from '../../../../renderer/views/contacts/contact-fields.ts';

const use = (...ids: string[]) =>
  ids.reduce((state, draftId) => reduceDock(state, { type: 'use', draftId }), emptyDock);

test('letters stay open as long as there is room; the one longest unused folds first', () => {
  const ids = ['a', 'b', 'c'];
  assert.deepEqual(dockLayout(ids, use('a', 'b', 'c'), 2_000), { a: 'open', b: 'open', c: 'open' });
  assert.deepEqual(dockLayout(ids, use('a', 'b', 'c'), 1_200), {
    a: 'folded',
    b: 'open',
    c: 'open',
  });
  assert.deepEqual(dockLayout(ids, use('c', 'b', 'a'), 600), {
    a: 'open',
    b: 'folded',
    c: 'folded',
  });
});

test('the letter in use is open even where it has no room', () => {
  assert.deepEqual(dockLayout(['a'], emptyDock, 200), { a: 'open' });
});

test('a folded letter comes back when it is opened; a large one is alone', () => {
  let dock = reduceDock(use('a', 'b'), { type: 'set', draftId: 'a', mode: 'folded' });
  assert.deepEqual(dockLayout(['a', 'b'], dock, 2_000), { a: 'folded', b: 'open' });
  dock = reduceDock(dock, { type: 'set', draftId: 'a', mode: 'open' });
  assert.deepEqual(dockLayout(['a', 'b'], dock, 700), { a: 'open', b: 'folded' });
  dock = reduceDock(dock, { type: 'set', draftId: 'a', mode: 'full' });
  dock = reduceDock(dock, { type: 'set', draftId: 'b', mode: 'full' });
  assert.deepEqual(dockLayout(['a', 'b'], dock, 2_000), { a: 'open', b: 'full' });
});

const endpoint = { host: 'mail.example', port: 465, transport: 'implicit-tls' } as const;
const account = (accountId: string): AccountDto => ({
  accountId,
  address: `${accountId}@mail.example`,
  displayName: '',
  userName: accountId,
  imap: endpoint,
  submission: endpoint,
  lock: { accountId, state: 'encrypted', host: 'mail.example', waiting: 0, legs: [] },
  canRequireTls: false,
});
const identity = (accountId: string, identityId: string, isDefault: boolean): IdentityDto => ({
  identityId,
  accountId,
  name: identityId.toUpperCase(),
  address: `${identityId}@mail.example`,
  signatureText: '',
  isDefault,
  isOwn: false,
});

test('a letter comes from the identity it names, else from the account’s default', () => {
  const senders = sendersOf(
    [account('a1'), account('a2')],
    [identity('a1', 'i1', false), identity('a1', 'i2', true)],
  );
  assert.deepEqual(
    senders.map(({ name }) => name),
    ['I1 <i1@mail.example>', 'I2 <i2@mail.example>', 'a2@mail.example'],
  );
  assert.equal(senderOf(senders, 'a1', 'i1')?.id, 'i1');
  assert.equal(senderOf(senders, 'a1', undefined)?.id, 'i2');
  assert.equal(senderOf(senders, 'a1', 'gone')?.id, 'i2');
  assert.equal(senderOf(senders, 'a2', undefined)?.id, 'a2');
});

const empty: DraftContent = { accountId: 'a1', to: '', cc: '', bcc: '', subject: ' ', text: '\n' };

test('a letter with nothing but its signature is blank; a word, a person or a picture is not', () => {
  assert.equal(isBlank(empty), true);
  assert.equal(isBlank({ ...empty, text: '\n\n-- \nAda' }, 'Ada'), true);
  assert.equal(isBlank({ ...empty, text: 'Hi\n\n-- \nAda' }, 'Ada'), false);
  assert.equal(isBlank({ ...empty, cc: 'a@b.c' }), false);
  assert.equal(isBlank({ ...empty, subject: 'x' }), false);
  assert.equal(isBlank({ ...empty, html: '<div><img src="cid:a"></div>' }), false);
});

test('a person is saved without empty lines, and keeps the parts of a name that did not change', () => {
  const before = fieldsOf({
    contactId: 'c1',
    name: 'Ada Lovelace',
    givenName: 'Ada',
    familyName: 'Lovelace',
    emails: [{ address: 'ada@a.example', kind: 'work' }],
    phones: [],
    savedAt: '2026-05-03T09:12:00Z',
  });
  const input = inputOf({ ...before, emails: [...before.emails, newLine(' ')] }, before);
  assert.deepEqual(input, {
    contactId: 'c1',
    name: 'Ada Lovelace',
    givenName: 'Ada',
    familyName: 'Lovelace',
    emails: [{ address: 'ada@a.example', kind: 'work' }],
    phones: [],
  });
  assert.equal(inputOf({ ...before, name: 'A. King' }, before).givenName, undefined);
});

test('a person needs a name or an address', () => {
  assert.equal(canSave(emptyContact), false);
  assert.equal(canSave({ ...emptyContact, name: 'Ada' }), true);
  assert.equal(canSave({ ...emptyContact, emails: [newLine('ada@a.example')] }), true);
});
