import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stateMigrations } from '../../app/accounts/state-schema.ts';
import { type NewAccount, StateStore } from '../../app/accounts/state-store.ts';
import { openDatabase } from '../../app/store/database.ts';

const endpoint = { host: 'mail.example.test', port: 993, transport: 'implicit-tls' } as const;
const account = (accountId: string): NewAccount => ({
  accountId,
  address: `${accountId}@example.test`,
  displayName: accountId.toUpperCase(),
  userName: accountId,
  imap: { service: 'imap', ...endpoint },
  submission: { service: 'submission', ...endpoint },
  sealedPassword: Buffer.from('x'),
  legs: {
    imap: { pin: undefined, floor: 'confirmed' },
    submission: { pin: undefined, floor: 'confirmed' },
  },
  allowClear: false,
});

function open(...accountIds: string[]) {
  const store = new StateStore(':memory:');
  for (const accountId of accountIds) store.addAccount(account(accountId), new Date());
  return { store, identities: store.identities };
}
const choir = {
  accountId: 'ada',
  name: ' Choir\n board ',
  address: 'board@choir.test',
  replyTo: 'all@choir.test',
  signatureText: 'The board',
  isDefault: true,
};

test('every account has its own identity, which cannot go or become another address', () => {
  const { identities } = open('ada', 'bob');
  const [own] = identities.ofAccount('ada');
  assert.ok(own);
  assert.deepEqual(
    [own.identityId, own.name, own.address, own.isOwn, own.isDefault],
    ['own:ada', 'ADA', 'ada@example.test', true, true],
  );
  assert.throws(() => identities.remove(own.identityId), { code: 'identity.protected' });
  assert.throws(() => identities.save({ ...own, address: 'eve@example.test' }), {
    code: 'identity.protected',
  });
  const named = identities.save({ ...own, address: 'ADA@example.test', name: 'Ada L.' });
  assert.deepEqual([named.name, named.address], ['Ada L.', 'ada@example.test']);
});

test('one identity of an account is the default, whatever is saved or removed', () => {
  const { identities } = open('ada', 'bob');
  const defaults = () =>
    identities.list().flatMap(({ identityId, isDefault }) => (isDefault ? identityId : []));
  const saved = identities.save(choir);
  assert.deepEqual([saved.name, saved.replyTo], ['Choir board', 'all@choir.test']);
  assert.deepEqual(defaults(), [saved.identityId, 'own:bob']);
  identities.save({ ...saved, isDefault: false });
  assert.deepEqual(defaults(), ['own:ada', 'own:bob']);
  identities.save({ ...saved, isDefault: true });
  identities.remove(saved.identityId);
  assert.deepEqual(defaults(), ['own:ada', 'own:bob']);
});

test('an identity is chosen within its account; one that is gone gives way to the default', () => {
  const { identities, store } = open('ada', 'bob');
  const saved = identities.save(choir);
  assert.equal(identities.choose('ada', 'own:ada')?.identityId, 'own:ada');
  assert.equal(identities.choose('ada', 'gone')?.identityId, saved.identityId);
  assert.equal(identities.choose('bob', saved.identityId)?.identityId, 'own:bob');
  store.removeAccount('ada');
  assert.deepEqual(
    identities.list().map(({ identityId }) => identityId),
    ['own:bob'],
  );
  assert.equal(identities.choose('ada', undefined), undefined);
});

test('an address that nothing can be sent from, and ids that are not there, are refused', () => {
  const { identities } = open('ada');
  assert.throws(() => identities.save({ ...choir, address: 'x' }), { code: 'address.invalid' });
  assert.throws(() => identities.save({ ...choir, replyTo: 'a@b\r\nBcc: c@d' }), {
    code: 'address.invalid',
  });
  assert.throws(() => identities.save({ ...choir, accountId: 'eve' }), {
    code: 'account.not-found',
  });
  assert.throws(() => identities.save({ ...choir, identityId: 'gone' }), {
    code: 'identity.not-found',
  });
  assert.equal(identities.list().length, 1);
});

test('accounts of a profile from before get their identity', () => {
  const dir = mkdtempSync(join(tmpdir(), 'identities-'));
  const path = join(dir, 'state.db');
  const old = openDatabase(path, stateMigrations.slice(0, 2), { synchronous: 'FULL' });
  old.exec(
    `INSERT INTO account VALUES ('ada', 1, 'ada@example.test', 'ada@example.test', 'Ada', 'ada', 0)`,
  );
  old.close();
  const store = new StateStore(path);
  assert.equal(store.identities.choose('ada', undefined)?.name, 'Ada');
  store.close();
  rmSync(dir, { recursive: true });
});
