import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type DueNotification,
  defaultSettings,
  type MessageRef,
  type Settings,
} from '../../app/contract/index.ts';
import type { Arrival } from '../../app/notify/decide.ts';
import { Notifier } from '../../app/notify/notifier.ts';

const ref = (uid: number): MessageRef => ({ accountId: 'a1', mailboxId: 1, uidValidity: 1, uid });

function open(t: TestContext, settings: Partial<Settings> = {}) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const due: DueNotification[] = [];
  const gone = new Set<number>();
  const notifier = new Notifier({
    settings: () => ({ ...defaultSettings, ...settings }),
    arrival: (wanted): Arrival | undefined =>
      gone.has(wanted.uid)
        ? undefined
        : {
            role: 'inbox',
            row: {
              ref: wanted,
              to: [],
              subject: `letter ${wanted.uid}`,
              snippet: '',
              receivedAt: '2026-11-25T10:00:00.000Z',
              seen: false,
              flagged: false,
              answered: false,
              hasAttachment: false,
            },
          },
    ownAddresses: () => new Set(),
    onDue: (notification) => due.push(notification),
    gatherMs: 1_000,
  });
  return { due, gone, notifier, pass: (ms: number) => t.mock.timers.tick(ms) };
}

test('tells of nothing while the window has the focus, and of nothing of it later', (t) => {
  const { due, notifier, pass } = open(t);
  notifier.arrived(ref(1));
  notifier.setFocused(false);
  pass(60_000);
  assert.deepEqual(due, []);
});

test('gathers what comes within a moment into one line', (t) => {
  const { due, notifier, pass } = open(t);
  notifier.setFocused(false);
  for (const uid of [1, 2, 3, 4]) {
    notifier.arrived(ref(uid));
    pass(500);
  }
  assert.equal(due.length, 0);
  pass(1_000);
  assert.deepEqual(
    due.map((one) => one.kind === 'summary' && one.count),
    [4],
  );
});

test('a stream of mail does not put it off for ever', (t) => {
  const { due, notifier, pass } = open(t);
  notifier.setFocused(false);
  for (let uid = 1; uid <= 20; uid += 1) {
    notifier.arrived(ref(uid));
    pass(500);
  }
  assert.ok(due.length > 0);
});

test('what has gone meanwhile is not told of', (t) => {
  const { due, gone, notifier, pass } = open(t);
  notifier.setFocused(false);
  notifier.arrived(ref(1));
  notifier.arrived(ref(2));
  gone.add(1);
  pass(1_000);
  assert.deepEqual(
    due.map(({ row }) => row.subject),
    ['letter 2'],
  );
});

test('looked at before the moment is over: nothing is told', (t) => {
  const { due, notifier, pass } = open(t);
  notifier.setFocused(false);
  notifier.arrived(ref(1));
  notifier.setFocused(true);
  pass(1_000);
  assert.deepEqual(due, []);
});

test('is silent by default; with sound, only the first of a few is heard', (t) => {
  const quiet = open(t);
  quiet.notifier.setFocused(false);
  quiet.notifier.arrived(ref(1));
  quiet.pass(1_000);
  assert.deepEqual(
    quiet.due.map(({ silent }) => silent),
    [true],
  );
  t.mock.timers.reset();
  const loud = open(t, { notificationSound: true });
  loud.notifier.setFocused(false);
  for (const uid of [1, 2, 3]) loud.notifier.arrived(ref(uid));
  loud.pass(1_000);
  assert.deepEqual(
    loud.due.map(({ silent }) => silent),
    [false, true, true],
  );
  assert.equal(new Set(loud.due.map(({ notificationId }) => notificationId)).size, 3);
});
