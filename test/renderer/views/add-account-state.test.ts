import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AddAccountState,
  accountInput,
  type Found,
  type FoundAccount,
  filledFrom,
  initialAddAccount,
  reduceAddAccount,
} from '../../../renderer/views/account/add-account-state.ts';

const found: Found = {
  userName: 'mira@example.org',
  displayName: '',
  imap: { host: 'imap.example.org', port: 993, transport: 'implicit-tls' },
  submission: { host: 'smtp.example.org', port: 465, transport: 'implicit-tls' },
  source: 'srv',
};
const typed: AddAccountState = {
  ...initialAddAccount,
  address: 'mira@example.org',
  password: 'correct horse',
};
const ready = reduceAddAccount(typed, { type: 'found', address: 'mira@example.org', found });

test('address, password and found servers are enough', () => {
  const input = accountInput(ready);
  assert.equal(input?.imap.host, 'imap.example.org');
  assert.equal(input?.allowClear, false);
  assert.deepEqual(input?.acceptedIdentities, []);
});

test('a late answer for another address changes nothing', () => {
  const state = reduceAddAccount(typed, { type: 'found', address: 'other@example.org', found });
  assert.equal(state, typed);
});

test('servers typed by hand are not overwritten by a search', () => {
  const editing = reduceAddAccount(typed, { type: 'edit-servers' });
  assert.equal(
    reduceAddAccount(editing, { type: 'found', address: typed.address, found }),
    editing,
  );
});

test('going without encryption is never set by anything but its own step', () => {
  const failed = reduceAddAccount(ready, {
    type: 'failed',
    error: { code: 'leg.no-encryption', params: {}, retry: 'after-user-action', logId: '' },
  });
  assert.equal(accountInput(failed)?.allowClear, false);
  assert.equal(accountInput(reduceAddAccount(failed, { type: 'allow-clear' }))?.allowClear, true);
});

test('another server forgets what was accepted for the one before', () => {
  const accepted = reduceAddAccount(
    reduceAddAccount(ready, { type: 'accept-key', identity: 'AAAA' }),
    { type: 'allow-clear' },
  );
  const moved = reduceAddAccount(accepted, {
    type: 'server',
    service: 'imap',
    change: { host: 'elsewhere.example' },
  });
  assert.deepEqual(accountInput(moved)?.acceptedIdentities, []);
  assert.equal(accountInput(moved)?.allowClear, false);
});

test('two keys can be accepted, each once', () => {
  let state = reduceAddAccount(ready, { type: 'accept-key', identity: 'AAAA' });
  state = reduceAddAccount(state, { type: 'accept-key', identity: 'BBBB' });
  state = reduceAddAccount(state, { type: 'accept-key', identity: 'AAAA' });
  assert.deepEqual(accountInput(state)?.acceptedIdentities, ['AAAA', 'BBBB']);
});

test('the port follows the way to connect only while it was the usual one', () => {
  const change = { transport: 'clear' } as const;
  const usual = reduceAddAccount(ready, { type: 'server', service: 'submission', change });
  assert.equal(usual.submission.port, '587');
  const own = reduceAddAccount(ready, {
    type: 'server',
    service: 'imap',
    change: { port: '9993' },
  });
  assert.equal(
    reduceAddAccount(own, { type: 'server', service: 'imap', change }).imap.port,
    '9993',
  );
});

test('an impossible port is not sent', () => {
  for (const port of ['', '0', '65536', '12.5', 'x']) {
    const state = reduceAddAccount(ready, { type: 'server', service: 'imap', change: { port } });
    assert.equal(accountInput(state), undefined, port);
  }
});

const elsewhere: FoundAccount = {
  name: 'mira@example.org',
  imap: {
    ...found.imap,
    security: 'tls',
    userName: 'mira',
    oauth: false,
  },
  submission: { ...found.submission, security: 'tls', userName: 'mira', oauth: false },
  identities: [{ name: 'Mira', address: 'mira@example.org' }],
};

test('an account of another program lacks nothing but the password', () => {
  const filled = filledFrom(elsewhere);
  assert.equal(accountInput(filled), undefined);
  const input = accountInput(
    reduceAddAccount(filled, { type: 'edit', change: { password: 'correct horse' } }),
  );
  assert.deepEqual(
    [input?.address, input?.displayName, input?.userName, input?.imap.host],
    ['mira@example.org', 'Mira', 'mira', 'imap.example.org'],
  );
});

test('what another program knows of servers is not overwritten by a guess', () => {
  const filled = filledFrom(elsewhere);
  const guess = { ...found, imap: { ...found.imap, host: 'mail.example.org' } };
  assert.equal(
    reduceAddAccount(filled, { type: 'found', address: filled.address, found: guess }),
    filled,
  );
});

test('without a server to send with, the servers are asked for', () => {
  const { submission: _, ...half } = elsewhere;
  assert.equal(filledFrom(half).editsServers, true);
  assert.equal(filledFrom({ ...half, imap: { ...half.imap, oauth: true } }).note, 'oauth-only');
});
