import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountDto, LockState, MailboxDto } from '../../../../app/contract/index.ts';
import en from '../../../../assets/locales/en.json' with { type: 'json' };
import { createTranslate } from '../../../../renderer/i18n/translate.ts';
import {
  accountNames,
  listingOf,
  lockAbove,
  worstAccount,
} from '../../../../renderer/views/list/listing.ts';
import { row } from '../rows.ts';

const t = createTranslate(en, 'en');
const server = { host: 'mail.example.org', port: 993, transport: 'implicit-tls' } as const;
const account = (accountId: string, address: string, state: LockState = 'encrypted') =>
  ({
    accountId,
    address,
    displayName: '',
    userName: address,
    imap: server,
    submission: server,
    canRequireTls: false,
    lock: { accountId, state, host: server.host, waiting: 0, legs: [] },
  }) satisfies AccountDto;
const mailbox = (mailboxId: number, name: string, role: MailboxDto['role']): MailboxDto => ({
  mailboxId,
  accountId: 'a1',
  name,
  path: name,
  depth: 0,
  role,
  selectable: true,
  total: 7,
  unseen: 2,
});
const mailboxes = [mailbox(1, 'INBOX', 'inbox'), mailbox(2, 'Choir', 'none')];
const counts = { inbox: { total: 9, unseen: 3 }, unread: 4, starred: 5, mailboxes: [] };
const two = [account('a1', 'mira@example.org'), account('a2', 'm@printshop.example')];

test('a mailbox is listed under its own name with its own counts', () => {
  const place = { kind: 'mailbox', accountId: 'a1', mailboxId: 2 } as const;
  const listing = listingOf({ place, accounts: two, mailboxes, counts, t });
  assert.deepEqual([listing?.title, listing?.total, listing?.unseen], ['Choir', 7, 2]);
  assert.equal(listing?.whereOf(row(1)), undefined);
});

test('a view counts over all accounts, and says where a row lies', () => {
  const place = { kind: 'view', view: { kind: 'starred' } } as const;
  const listing = listingOf({ place, accounts: two, mailboxes, counts, t });
  assert.deepEqual([listing?.title, listing?.total], ['Starred', 5]);
  assert.equal(listing?.whereOf(row(1)), 'example.org');
  const inChoir = row(1, { ref: { ...row(1).ref, mailboxId: 2 } });
  assert.equal(listing?.whereOf(inChoir), 'Choir · example.org');
});

test('with one account, only what is not in the inbox says where it lies', () => {
  const place = { kind: 'view', view: { kind: 'unread' } } as const;
  const listing = listingOf({ place, accounts: two.slice(0, 1), mailboxes, counts, t });
  assert.equal(listing?.whereOf(row(1)), undefined);
});

test('two accounts of one domain are told apart by the whole address', () => {
  const names = accountNames([...two, account('a3', 'jo@example.org')]);
  assert.deepEqual(
    [...names.values()],
    ['mira@example.org', 'printshop.example', 'jo@example.org'],
  );
});

test('a unified view has the lock of the worst account', () => {
  const accounts = [
    account('a1', 'a@x.example', 'confirmed'),
    account('a2', 'b@y.example', 'unconfirmed'),
    account('a3', 'c@z.example', 'offline'),
  ];
  assert.equal(worstAccount(accounts)?.accountId, 'a2');
  assert.equal(worstAccount([]), undefined);
});

function lockOver(
  kind: 'mailbox' | 'view',
  states: readonly LockState[],
  hasAccountsBeside: boolean,
): string | undefined {
  const accounts = states.map((state, index) =>
    account(`a${index + 1}`, `m@${index}.example`, state),
  );
  const place =
    kind === 'view'
      ? ({ kind, view: { kind: 'unread' } } as const)
      : ({ kind, accountId: 'a1', mailboxId: 2 } as const);
  const listing = listingOf({ place, accounts, mailboxes, counts, t });
  assert.ok(listing);
  return lockAbove({ accounts, listing, hasAccountsBeside })?.accountId;
}

test('a list that stands alone says of its account what is not as it should be', () => {
  assert.equal(lockOver('mailbox', ['offline', 'confirmed'], false), 'a1');
  assert.equal(lockOver('mailbox', ['stopped'], false), 'a1');
  assert.equal(lockOver('mailbox', ['encrypted', 'stopped'], false), undefined);
  assert.equal(lockOver('mailbox', ['offline', 'confirmed'], true), undefined);
});

test('mail of several accounts has a lock above it where their own are out of sight', () => {
  assert.equal(lockOver('view', ['confirmed', 'encrypted'], false), 'a2');
  assert.equal(lockOver('view', ['confirmed', 'encrypted'], true), undefined);
  assert.equal(lockOver('view', ['confirmed', 'clear'], true), 'a2');
});

test('no lock says offline above a list when the window says it across', () => {
  assert.equal(lockOver('view', ['offline', 'offline'], false), undefined);
  assert.equal(lockOver('mailbox', ['offline'], false), undefined);
});
