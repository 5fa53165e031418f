/** What a person types into search. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDate, parseQuery, parseSize } from '../../app/content/query.ts';

const now = new Date(2026, 10, 20, 15, 30);
const parse = (text: string) => parseQuery(text, now);
const day = (year: number, month: number, date: number) =>
  new Date(year, month - 1, date).getTime();

test('takes words, phrases, what is not wanted, and either of two', () => {
  assert.deepEqual(parse('boat "high tide" -rain sun OR wind '), {
    all: [
      [{ text: 'boat', prefix: false }],
      [{ text: 'high tide', prefix: false }],
      [
        { text: 'sun', prefix: false },
        { text: 'wind', prefix: false },
      ],
    ],
    none: [{ text: 'rain', prefix: false }],
    filters: [],
    notes: [],
  });
});

test('the last word may go on while it is typed, also within an open phrase', () => {
  const last = (text: string) => parse(text).all.at(-1)?.at(-1)?.prefix;
  assert.deepEqual(
    ['bo', 'a bo', '"high ti', 'from:ad', 'bo ', '"high tide"', '"high ', 'bo!'].map(last),
    [true, true, true, true, false, false, false, false],
  );
});

test('binds terms to their columns, quoted or not', () => {
  assert.deepEqual(
    parse('from:ada to:"Mia Holm" cc:x@y.z subject:tide filename:plan.pdf -from:bot ').all.flat(),
    [
      { text: 'ada', prefix: false, column: 'sender' },
      { text: 'Mia Holm', prefix: false, column: 'recipients' },
      { text: 'x@y.z', prefix: false, column: 'copies' },
      { text: 'tide', prefix: false, column: 'subject' },
      { text: 'plan.pdf', prefix: false, column: 'names' },
    ],
  );
});

test('reads filters, and turns them round with a minus', () => {
  assert.deepEqual(
    parse('has:attachment is:unread IS:starred -is:answered is:read in:Work account:mia').filters,
    [
      { kind: 'attachment', value: true },
      { kind: 'seen', value: false },
      { kind: 'flagged', value: true },
      { kind: 'answered', value: false },
      { kind: 'seen', value: true },
      { kind: 'in', name: 'Work', value: true },
      { kind: 'account', name: 'mia', value: true },
    ],
  );
  assert.deepEqual(
    parse('after:2025 -after:2025-03 larger:5M -larger:300k -in:"Old mail"').filters,
    [
      { kind: 'after', time: day(2025, 1, 1) },
      { kind: 'before', time: day(2025, 3, 1) },
      { kind: 'larger', sizeBytes: 5_000_000 },
      { kind: 'smaller', sizeBytes: 300_000 },
      { kind: 'in', name: 'Old mail', value: false },
    ],
  );
});

test('dates are years, months, days, words, or so long ago; others are none', () => {
  const dates = ['2025', '2025-03', '2025/03/09', 'today', 'Yesterday', '7d', '2w'];
  assert.deepEqual(
    dates.map((each) => parseDate(each, now)),
    [
      day(2025, 1, 1),
      day(2025, 3, 1),
      day(2025, 3, 9),
      day(2026, 11, 20),
      day(2026, 11, 19),
      now.getTime() - 7 * 86_400_000,
      now.getTime() - 14 * 86_400_000,
    ],
  );
  for (const odd of ['', '2025-13', '2025-02-31', '25', 'soon', '1066', '2025-3-9-1', '7x'])
    assert.equal(parseDate(odd, now), undefined, odd);
});

test('sizes are octets with a unit', () => {
  assert.deepEqual(
    ['300', '5M', '1.5mb', '2k', '1Gi'].map(parseSize),
    [300, 5_000_000, 1_500_000, 2_000, 1_000_000_000],
  );
  for (const odd of ['', 'M', '5 M', '-1', 'big']) assert.equal(parseSize(odd), undefined, odd);
});

test('says what it does not understand, and goes on', () => {
  assert.deepEqual(parse('after:soon larger:big x OR is:unread ').notes, [
    'date-unknown',
    'size-unknown',
    'or-with-filter',
  ]);
  assert.deepEqual(parse('a '.repeat(600)).notes, ['too-long']);
});

test('what is no operator is a word, and an unfinished one nothing', () => {
  assert.deepEqual(
    parse('https://example.test foo:bar 12:30 ')
      .all.flat()
      .map(({ text }) => text),
    ['https://example.test', 'foo:bar', '12:30'],
  );
  assert.deepEqual(
    parse('is:odd ')
      .all.flat()
      .map(({ text }) => text),
    ['is odd'],
  );
  for (const typing of [
    'is:unr',
    'from:',
    'from:"',
    'in:',
    '-',
    '--',
    '"',
    '""',
    'OR',
    '!!!',
    'has:att',
    '-"',
  ]) {
    const { all, none, filters } = parse(typing);
    assert.deepEqual([all, none, filters], [[], [], []], typing);
  }
});

test('never throws, and never asks for an empty term', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '"',
      '-',
      'OR',
      ' ',
      'from:',
      'is:',
      'before:',
      'in:"',
      '*',
      '^',
      '(',
      ')',
      'NEAR(',
      '日本',
      '\0',
      ':',
    ),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const { all, none } = parse(pieces.join(''));
      assert.ok(all.every((either) => either.length > 0));
      for (const { text } of [...all.flat(), ...none])
        assert.match(text, /[\p{L}\p{N}\p{Co}\p{M}]/u);
    }),
    { numRuns: 1_000 },
  );
});
