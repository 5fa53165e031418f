import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { invite } from '../../app/contract/index.ts';
import { readInvites } from '../../app/mime/calendar.ts';

async function read(lines: readonly string[], method = 'REQUEST') {
  const text = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `METHOD:${method}`,
    ...lines,
    'END:VCALENDAR',
    '',
  ];
  const invites = await readInvites(Buffer.from(text.join('\r\n')));
  return z.array(invite).parse(invites);
}
const event = (...lines: string[]) => ['BEGIN:VEVENT', 'UID:1', ...lines, 'END:VEVENT'];

test('an invitation says what, when, where and who', async () => {
  const [found] = await read(
    event(
      'SUMMARY:Choir\\, first rehearsal',
      'DTSTART;TZID=Europe/Berlin:20261202T193000',
      'DTEND;TZID=Europe/Berlin:20261202T213000',
      'LOCATION:Town hall',
      'ORGANIZER;CN=Noor van Dijk:mailto:noor@vandijk.example',
      'ATTENDEE;CN=Mira;PARTSTAT=NEEDS-ACTION:mailto:mira@example.org',
      'ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:jonas@weber.example',
      'DESCRIPTION:Bring the score.\\nAnd tea.',
    ),
  );
  assert.equal(found?.kind, 'request');
  assert.equal(found.summary, 'Choir, first rehearsal');
  assert.deepEqual(found.start, {
    value: '2026-12-02T18:30:00.000Z',
    isDay: false,
    floating: false,
  });
  assert.equal(found.end?.value, '2026-12-02T20:30:00.000Z');
  assert.equal(found.location, 'Town hall');
  assert.deepEqual(found.organizer, { name: 'Noor van Dijk', address: 'noor@vandijk.example' });
  assert.deepEqual(
    found.attendees.map(({ address, answer }) => [address, answer]),
    [
      ['mira@example.org', 'none'],
      ['jonas@weber.example', 'accepted'],
    ],
  );
  assert.equal(found.description, 'Bring the score.\nAnd tea.');
});

test('a zone that only the invitation knows is taken from it', async () => {
  const [found] = await read([
    'BEGIN:VTIMEZONE',
    'TZID:W. Europe Standard Time',
    'BEGIN:STANDARD',
    'DTSTART:16010101T030000',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
    'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
    'END:STANDARD',
    'BEGIN:DAYLIGHT',
    'DTSTART:16010101T020000',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0200',
    'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3',
    'END:DAYLIGHT',
    'END:VTIMEZONE',
    ...event('SUMMARY:x', 'DTSTART;TZID=W. Europe Standard Time:20260702T100000', 'DURATION:PT45M'),
  ]);
  assert.equal(found?.start?.value, '2026-07-02T08:00:00.000Z');
  assert.equal(found.end?.value, '2026-07-02T08:45:00.000Z');
});

test('days, times in UTC and times without a zone stay what they are', async () => {
  const [day] = await read(event('DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261227'));
  assert.deepEqual(day?.start, { value: '2026-12-24', isDay: true, floating: false });
  assert.equal(day.end?.value, '2026-12-27');
  const [utc] = await read(event('DTSTART:20261224T120000Z'));
  assert.deepEqual(utc?.start, {
    value: '2026-12-24T12:00:00.000Z',
    isDay: false,
    floating: false,
  });
  const [floating] = await read(event('DTSTART:20261224T120000'));
  assert.deepEqual(floating?.start, {
    value: '2026-12-24T12:00:00.000Z',
    isDay: false,
    floating: true,
  });
});

test('a repetition is said as far as it can be said', async () => {
  const [weekly] = await read(
    event('DTSTART:20261202T180000Z', 'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,MO;COUNT=10'),
  );
  assert.deepEqual(weekly?.repeat, {
    every: 'week',
    interval: 2,
    weekdays: [1, 3],
    count: 10,
    more: false,
  });
  const [monthly] = await read(
    event('DTSTART:20261202T180000Z', 'RRULE:FREQ=MONTHLY;BYDAY=1WE;UNTIL=20270601T000000Z'),
  );
  assert.equal(monthly?.repeat?.every, 'month');
  assert.equal(monthly.repeat.until, '2027-06-01');
  assert.equal(monthly.repeat.more, true);
});

test('a cancellation is one, and an exception is not taken for the series', async () => {
  const [cancelled] = await read(event('SUMMARY:x', 'DTSTART:20261202T180000Z'), 'CANCEL');
  assert.equal(cancelled?.cancelled, true);
  const series = await read([
    ...event('SUMMARY:series', 'DTSTART:20261202T180000Z', 'RRULE:FREQ=DAILY'),
    ...event('SUMMARY:exception', 'DTSTART:20261203T190000Z', 'RECURRENCE-ID:20261203T180000Z'),
  ]);
  assert.deepEqual(
    series.map(({ summary }) => summary),
    ['series'],
  );
});

test('nonsense, hostile zones and endless files give nothing and no exception', async () => {
  for (const text of [
    '',
    'BEGIN:VCALENDAR',
    'no calendar',
    'BEGIN:VEVENT\r\nDTSTART:x\r\nEND:VEVENT',
  ]) {
    assert.deepEqual(await readInvites(Buffer.from(text)), [], text);
  }
  assert.deepEqual(await readInvites(Buffer.alloc(2 * 1024 * 1024, 'x')), []);
  const odd = await read(
    event('DTSTART;TZID=No/Where:20261202T180000', 'RRULE:FREQ=NEVER', 'ORGANIZER:'),
  );
  assert.equal(odd.length <= 1, true);
});
