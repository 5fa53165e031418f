import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LegDetailDto } from '../../../app/contract/index.ts';
import {
  groupKeys,
  isPostQuantum,
  readerOf,
  sharedError,
} from '../../../renderer/views/account/lock-facts.ts';

const hybrid = 'nkhfs-25519-mlkem768-aesgcm-sha256';
const plain = 'nk-25519-aesgcm-sha256';
type Key = NonNullable<LegDetailDto['key']>;

const key = (patch: Partial<Key> = {}): Key => ({
  suite: hybrid,
  identity: 'A',
  words: 'one two',
  firstSeenAt: '2026-05-03T09:12:00Z',
  vouchedBy: 'tls',
  ...patch,
});
const leg = (service: LegDetailDto['service'], patch: Partial<LegDetailDto>): LegDetailDto => ({
  service,
  host: 'mail.example.org',
  port: 1,
  state: 'up',
  floor: 'confirmed',
  ...patch,
});
const both = (first: Partial<LegDetailDto>, second: Partial<LegDetailDto> = first) => [
  leg('imap', first),
  leg('submission', second),
];
const error = (code: 'leg.below-floor' | 'leg.key-changed', params = {}) => ({
  code,
  params: { host: 'mail.example.org', ...params },
  retry: 'no' as const,
  logId: '',
});

test('one key of two legs is shown once, two keys each for itself', () => {
  assert.deepEqual(
    groupKeys(both({ key: key() })).map(({ services }) => services),
    [['imap', 'submission']],
  );
  const two = groupKeys(both({ key: key() }, { key: key({ identity: 'B' }) }));
  assert.deepEqual(
    two.map(({ key, services }) => [key.identity, services]),
    [
      ['A', ['imap']],
      ['B', ['submission']],
    ],
  );
  assert.deepEqual(groupKeys(both({})), []);
});

test('a shared key claims the weaker vouching, the later day and the weaker suite', () => {
  const later = '2026-06-01T00:00:00Z';
  for (const [a, b] of [
    [key({ vouchedBy: 'first-use' }), key({ suite: plain, firstSeenAt: later })],
    [key({ suite: plain, firstSeenAt: later }), key({ vouchedBy: 'first-use' })],
  ] as const) {
    const [group] = groupKeys(both({ key: a }, { key: b }));
    assert.deepEqual(group?.key, key({ vouchedBy: 'first-use', suite: plain, firstSeenAt: later }));
  }
});

test('only the hybrid suite is said to hold against later quantum computers', () => {
  assert.equal(isPostQuantum(hybrid), true);
  assert.equal(isPostQuantum(plain), false);
});

test('the same error of both legs is said once, another one for each', () => {
  const below = { error: error('leg.below-floor') };
  assert.equal(sharedError(both(below))?.code, 'leg.below-floor');
  const elsewhere = { error: error('leg.below-floor', { host: 'smtp.example.org' }) };
  assert.equal(sharedError(both(below, elsewhere)), undefined);
  assert.equal(sharedError(both(below, {})), undefined);
  assert.equal(sharedError(both(below, { error: error('leg.key-changed') })), undefined);
  const changed = (identity: string) => ({ error: error('leg.key-changed', { identity }) });
  assert.equal(sharedError(both(changed('A'), changed('B'))), undefined);
  assert.equal(sharedError(both(changed('A')))?.code, 'leg.key-changed');
});

test('what tells the two services apart does not make two errors', () => {
  const at = (service: string, port: number) => ({
    error: error('leg.below-floor', { service, port }),
  });
  assert.ok(sharedError(both(at('imap', 993), at('submission', 465))));
});

test('a reader is named only where it can read', () => {
  const tls = {
    version: 'TLSv1.3',
    issuer: '',
    subject: '',
    validTo: '',
    fingerprint256: '',
    interceptor: { name: 'Avast Mail Shield', place: 'computer' as const },
  };
  assert.equal(readerOf(both({ level: 'unconfirmed', tls }))?.name, 'Avast Mail Shield');
  assert.equal(readerOf(both({ level: 'confirmed', tls })), undefined);
  assert.equal(readerOf(both({ level: 'unconfirmed' })), undefined);
});
