import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings, settingText } from '../../app/accounts/setting-text.ts';
import { StateStore } from '../../app/accounts/state-store.ts';
import { defaultSettings, type Settings } from '../../app/contract/index.ts';

/** None of them is what holds by default. */
const other: Settings = {
  language: 'de',
  startWith: 'unread',
  theme: 'dark',
  contrast: 'more',
  density: 'compact',
  textSize: 'large',
  listBy: 'messages',
  listOrders: [{ place: 'mailbox 4', order: 'sender' }],
  sidebarWidth: 300,
  listWidth: 500,
  collapsedAccounts: ['a3'],
  openDrafts: ['d1'],
  markRead: 'never',
  remoteContent: 'never',
  originalColours: true,
  composeFormat: 'plain',
  attachmentReminder: false,
  undoSendSeconds: 0,
  notifications: false,
  mutedAccounts: ['a1', 'a2'],
  notificationSound: true,
  notificationPreview: false,
  quietHours: true,
  quietFrom: '20:15',
  quietTo: '06:30',
  quietDays: [1, 5],
  badge: 'off',
  singleKeys: false,
  bodiesDays: 'all',
};

test('every setting comes back as it was set', () => {
  const store = new StateStore(':memory:');
  assert.deepEqual(store.settings(), defaultSettings);
  assert.deepEqual(store.setSettings(other), other);
  assert.deepEqual(store.setSettings({ markRead: '2' }), { ...other, markRead: '2' });
  store.close();
});

test('what no longer has a meaning is as if it were not set, and takes nothing else with it', () => {
  const stored = new Map([
    ['theme', 'sepia'],
    ['density', 'compact'],
    ['quietDays', '[9]'],
    ['mutedAccounts', 'not json'],
    ['undoSendSeconds', '10 seconds'],
    ['singleKeys', 'perhaps'],
    ['paused a1', '1'],
  ]);
  assert.deepEqual(readSettings(stored), { ...defaultSettings, density: 'compact' });
});

test('numbers of an older version are read', () => {
  assert.equal(readSettings(new Map([['undoSendSeconds', '20']])).undoSendSeconds, 20);
  assert.equal(readSettings(new Map([['bodiesDays', '365']])).bodiesDays, '365');
  assert.equal(settingText('365'), '365');
});
