import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TransferDto } from '../../../app/contract/index.ts';
import en from '../../../assets/locales/en.json' with { type: 'json' };
import { createTranslate } from '../../../renderer/i18n/translate.ts';
import { transferName, transferWords } from '../../../renderer/views/import/transfer-words.ts';

const t = createTranslate(en, 'en');
const transfer: TransferDto = {
  transferId: 't1',
  accountId: 'a1',
  source: { kind: 'mbox', path: '/home/mira/old/University.mbox' },
  target: ['Imported'],
  state: 'running',
  progress: 0.4321,
  done: 1_204,
  skipped: 0,
  failed: 0,
  failures: [],
  startedAt: '2026-11-25T09:12:00Z',
};
const say = (more: Partial<TransferDto>) =>
  transferWords({ ...transfer, ...more }, t, (value) => value.toLocaleString('en'));

test('is named by the last part of its path, on every system', () => {
  assert.equal(transferName(transfer), 'University.mbox');
  const path = 'C:\\Mail\\Local Folders\\';
  assert.equal(transferName({ source: { kind: 'thunderbird', path } }), 'Local Folders');
});

test('says how far it is and what came of it', () => {
  assert.equal(say({}), '43 % · 1,204 messages');
  assert.equal(say({ state: 'paused', done: 1 }), 'Paused after one message.');
  assert.equal(say({ state: 'finished', done: 312 }), '312 messages imported.');
  assert.equal(
    say({ state: 'finished', done: 0, skipped: 4, failed: 2 }),
    'Nothing new, 4 already there, 2 not taken over.',
  );
  assert.equal(say({ state: 'cancelled', done: 1 }), 'Cancelled. One message imported.');
});

test('says what holds it up', () => {
  assert.equal(say({ state: 'waiting' }), 'Waits for its turn.');
  const error = { code: 'offline', params: {}, retry: 'later', logId: '' } as const;
  assert.match(say({ state: 'waiting', error }), /^Waits and goes on by itself\. .+\.$/);
  assert.ok(say({ state: 'stopped', error }).length > 20);
});
