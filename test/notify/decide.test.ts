import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSettings, type MessageRow, type Settings } from '../../app/contract/index.ts';
import { type Arrival, decideNotices, isQuiet, type NotifyFacts } from '../../app/notify/decide.ts';

function row(uid: number, more: Partial<MessageRow> = {}): MessageRow {
  return {
    ref: { accountId: 'a1', mailboxId: 1, uidValidity: 1, uid },
    from: { name: 'Anna Holm', address: 'anna@elsewhere.test' },
    to: [],
    subject: `letter ${uid}`,
    snippet: '',
    receivedAt: '2026-11-25T10:00:00.000Z',
    seen: false,
    flagged: false,
    answered: false,
    hasAttachment: false,
    ...more,
  };
}
const inbox = (message: MessageRow): Arrival => ({ row: message, role: 'inbox' });
/** A Wednesday, by this computer's clock. */
const at = (hours: number, minutes = 0, day = 25) => new Date(2026, 10, day, hours, minutes);

interface Case {
  readonly rule: string;
  readonly arrivals?: readonly Arrival[];
  readonly settings?: Partial<Settings>;
  readonly facts?: Partial<NotifyFacts>;
  readonly expected: readonly string[];
}

const of = (count: number) => Array.from({ length: count }, (_, index) => inbox(row(index + 1)));

const cases: readonly Case[] = [
  { rule: 'one message is told of with what it says', expected: ['letter 1 shown'] },
  {
    rule: 'up to three are told of one by one, oldest first',
    arrivals: of(3),
    expected: ['letter 1 shown', 'letter 2 shown', 'letter 3 shown'],
  },
  { rule: 'four become one line', arrivals: of(4), expected: ['4 to letter 4'] },
  {
    rule: 'only that there is mail when the content is hidden',
    settings: { notificationPreview: false },
    expected: ['letter 1 hidden'],
  },
  {
    rule: 'two without their content become one line',
    arrivals: of(2),
    settings: { notificationPreview: false },
    expected: ['2 to letter 2'],
  },
  { rule: 'nothing while they are switched off', settings: { notifications: false }, expected: [] },
  { rule: 'nothing while the window is looked at', facts: { focused: true }, expected: [] },
  {
    rule: 'nothing from an account that is muted, everything from others',
    arrivals: [
      inbox(row(1)),
      inbox(row(2, { ref: { accountId: 'a2', mailboxId: 9, uidValidity: 1, uid: 2 } })),
    ],
    settings: { mutedAccounts: ['a1'] },
    expected: ['letter 2 shown'],
  },
  {
    rule: 'nothing of what was read elsewhere',
    arrivals: [inbox(row(1, { seen: true }))],
    expected: [],
  },
  {
    rule: 'nothing of what was moved to Junk, Archive or Trash meanwhile',
    arrivals: (['junk', 'archive', 'trash', 'none'] as const).map((role) => ({
      row: row(1),
      role,
    })),
    expected: [],
  },
  {
    rule: 'nothing of what the server marked as junk',
    arrivals: [inbox(row(1, { keywords: ['$JUNK'] }))],
    expected: [],
  },
  {
    rule: 'nothing of what the person sent, whatever its case',
    arrivals: [inbox(row(1, { from: { name: 'Me', address: 'Mira@Example.org' } }))],
    expected: [],
  },
  {
    rule: 'a message without a sender is told of',
    arrivals: [inbox({ ...row(1), from: undefined })],
    expected: ['letter 1 shown'],
  },
  {
    rule: 'what does not count does not make a line',
    arrivals: [...of(3), inbox(row(4, { seen: true }))],
    expected: ['letter 1 shown', 'letter 2 shown', 'letter 3 shown'],
  },
  {
    rule: 'nothing in quiet hours',
    settings: { quietHours: true, quietFrom: '22:00', quietTo: '07:00' },
    facts: { now: at(23) },
    expected: [],
  },
  {
    rule: 'outside of quiet hours as ever',
    settings: { quietHours: true, quietFrom: '22:00', quietTo: '07:00' },
    facts: { now: at(12) },
    expected: ['letter 1 shown'],
  },
];

for (const { rule, arrivals, settings, facts, expected } of cases) {
  test(rule, () => {
    const notices = decideNotices({
      arrivals: arrivals ?? of(1),
      settings: { ...defaultSettings, ...settings },
      focused: false,
      ownAddresses: new Set(['mira@example.org']),
      now: at(12),
      ...facts,
    });
    const told = notices.map((notice) =>
      notice.kind === 'summary'
        ? `${notice.count} to ${notice.row.subject}`
        : `${notice.row.subject} ${notice.preview ? 'shown' : 'hidden'}`,
    );
    assert.deepEqual(told, expected);
  });
}

const night = { quietHours: true, quietFrom: '22:00', quietTo: '07:00' };
const weekdays = [1, 2, 3, 4, 5];
const quietCases: readonly [string, Partial<Settings>, Date, boolean][] = [
  ['the first minute is quiet', night, at(22), true],
  ['the minute before is not', night, at(21, 59), false],
  ['the night goes on after midnight', night, at(6, 59), true],
  ['the last minute is over', night, at(7), false],
  ['switched off, nothing is quiet', { ...night, quietHours: false }, at(23), false],
  ['Friday night lasts into Saturday', { ...night, quietDays: weekdays }, at(6, 0, 28), true],
  ['Saturday night is not quiet', { ...night, quietDays: weekdays }, at(23, 0, 28), false],
  ['nor is Sunday morning', { ...night, quietDays: weekdays }, at(6, 0, 29), false],
  ['within one day', { ...night, quietFrom: '12:00', quietTo: '13:30' }, at(13, 29), true],
  ['after that day’s hours', { ...night, quietFrom: '12:00', quietTo: '13:30' }, at(13, 30), false],
  ['from and to alike is the whole day', { ...night, quietTo: '22:00' }, at(3), true],
  ['no day at all is never quiet', { ...night, quietDays: [] }, at(23), false],
];
for (const [rule, settings, now, quiet] of quietCases) {
  test(`quiet hours: ${rule}`, () => {
    assert.equal(isQuiet({ ...defaultSettings, ...settings }, now), quiet);
  });
}
