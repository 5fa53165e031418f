import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findItems, fold, matchTitle } from '../../../../renderer/views/palette/match.ts';

const titles = (query: string, all: readonly string[], recent: readonly string[] = []) =>
  findItems(
    all.map((title) => ({ key: title, title })),
    query,
    recent,
  ).map(({ item }) => item.title);

test('accents, case, width and ligatures do not count, on either side', () => {
  for (const [query, title] of [
    ['entwurfe', 'Entwürfe'],
    ['ENTWÜRFE', 'entwurfe'],
    ['uber', 'Über uns'],
    ['strasse', 'Straße'],
    ['ｉｎｂｏｘ', 'Inbox'],
    ['lodz', 'Łódź'],
    ['envoyes', 'Envoyés'],
    ['صندوق', 'صندوق الوارد'],
  ] as const) {
    assert.deepEqual(titles(query, [title]), [title], query);
  }
});

test('what begins with the letters comes before what holds them, and that before what spells them', () => {
  const all = ['Unstar', 'Star', 'Show the archive', 'Restart'];
  assert.deepEqual(titles('star', all), ['Star', 'Unstar', 'Restart']);
  assert.deepEqual(titles('ib', ['Ribbon', 'Inbox', 'I bake']), ['I bake', 'Ribbon']);
});

test('initials find, every word has to be there, in any order', () => {
  assert.deepEqual(titles('mau', ['Mark as unread', 'Mark as read']), ['Mark as unread']);
  assert.deepEqual(titles('unread mark', ['Mark as unread', 'Unread']), ['Mark as unread']);
  assert.deepEqual(titles('mark moon', ['Mark as unread']), []);
});

test('letters that only chance to be there do not fit', () => {
  assert.deepEqual(titles('xq', ['Archive']), []);
  assert.deepEqual(titles('aet', ['Archive the letter']), []);
});

test('an empty query fits everything', () => {
  assert.deepEqual(titles('  ', ['B', 'A']), ['B', 'A']);
});

test('of two that fit alike the one used lately comes first', () => {
  const all = ['Mark as read', 'Mark as unread'];
  assert.deepEqual(titles('mark', all), all);
  assert.deepEqual(titles('mark', all, ['Mark as unread']), ['Mark as unread', 'Mark as read']);
});

test('what stands beside a title is found after titles', () => {
  const items = [
    { key: '1', title: 'Inbox', detail: 'work@printshop.example' },
    { key: '2', title: 'Printer notes' },
    { key: '3', title: 'Inbox', detail: 'mira@example.org' },
  ];
  const keys = (query: string) => findItems(items, query, []).map(({ item }) => item.key);
  assert.deepEqual(keys('print'), ['2', '1']);
  assert.deepEqual(keys('inbox work'), ['1']);
});

test('the letters that were typed are found again in the original', () => {
  const spans = (query: string, title: string) =>
    matchTitle(query, fold(title))?.spans.map(([from, to]) => title.slice(from, to));
  assert.deepEqual(spans('entw', 'Entwürfe'), ['Entw']);
  assert.deepEqual(spans('würfe', 'Entwu\u0308rfe'), ['wu\u0308rfe']);
  assert.deepEqual(spans('entwürf', 'Entwu\u0308rfe'), ['Entwu\u0308rf']);
  assert.deepEqual(spans('strass', 'Straße'), ['Straß']);
  assert.deepEqual(spans('unread mark', 'Mark as unread'), ['Mark', 'unread']);
});
