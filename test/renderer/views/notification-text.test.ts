import assert from 'node:assert/strict';
import { test } from 'node:test';
import en from '../../../assets/locales/en.json' with { type: 'json' };
import { createTranslate } from '../../../renderer/i18n/translate.ts';
import { notificationText } from '../../../renderer/views/notification-text.ts';
import { row } from './rows.ts';

const t = createTranslate(en, 'en');
const from = { name: 'Anna Holm', address: 'anna@elsewhere.test' };
const base = { notificationId: 'n1', silent: true } as const;

test('sender above subject', () => {
  const due = { ...base, kind: 'message', preview: true, row: row(1, { from }) } as const;
  assert.deepEqual(notificationText(due, t), { title: 'Anna Holm', body: 'Letter 1' });
});

test('without a preview, nothing of the message', () => {
  const due = { ...base, kind: 'message', preview: false, row: row(1, { from }) } as const;
  assert.deepEqual(notificationText(due, t), { title: 'New mail', body: '' });
});

test('many are a number', () => {
  const due = { ...base, kind: 'summary', count: 12, row: row(1, { from }) } as const;
  assert.deepEqual(notificationText(due, t), { title: '12 new messages', body: '' });
});

test('what is missing is said, what is long is cut', () => {
  const empty = { ...base, kind: 'message', preview: true, row: row(1, { subject: '' }) } as const;
  const said = notificationText(empty, t);
  assert.ok(said.title !== '' && said.body !== '');
  const subject = 'x'.repeat(5_000);
  const long = { ...empty, row: row(1, { from: { ...from, name: subject }, subject }) };
  const cut = notificationText(long, t);
  assert.ok(cut.title.length <= 300 && cut.body.length <= 1_000);
});
