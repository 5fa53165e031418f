import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StateStore } from '../../app/accounts/state-store.ts';

function add(store: StateStore, accountId: string): void {
  const endpoint = { host: 'mail.example.test', transport: 'implicit-tls' } as const;
  store.addAccount(
    {
      accountId,
      address: `${accountId}@example.test`,
      displayName: '',
      userName: accountId,
      imap: { ...endpoint, service: 'imap', port: 993 },
      submission: { ...endpoint, service: 'submission', port: 465 },
      sealedPassword: new Uint8Array(1),
      legs: {
        imap: { pin: undefined, floor: 'encrypted' },
        submission: { pin: undefined, floor: 'encrypted' },
      },
      allowClear: false,
    },
    new Date(),
  );
}

test('the order of accounts is kept, whatever is named or left out, and new ones come last', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'account-order-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, 'state.db');
  let store = new StateStore(path);
  t.after(() => store.close());
  const order = () => store.accounts().map(({ accountId }) => accountId);
  for (const accountId of ['a', 'b', 'c']) add(store, accountId);
  assert.deepEqual(order(), ['a', 'b', 'c']);

  store.setOrder(['c', 'a', 'b']);
  assert.deepEqual(order(), ['c', 'a', 'b']);
  store.setOrder(['b', 'gone', 'b']);
  assert.deepEqual(order(), ['b', 'c', 'a']);
  add(store, 'd');
  assert.deepEqual(order(), ['b', 'c', 'a', 'd']);
  store.removeAccount('c');
  store.close();
  store = new StateStore(path);
  assert.deepEqual(order(), ['b', 'a', 'd']);
});
