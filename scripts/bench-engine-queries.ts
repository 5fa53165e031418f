/**
 * What is searched for when the engine is measured: the same list in every run, in our words and in
 * notmuch's. Words are taken from the generator by rank, so that common and rare ones are known.
 */
import { writers } from '../test/support/bench-mail/people.ts';
import { languageOf } from '../test/support/bench-mail/vocabulary.ts';

export interface BenchQuery {
  readonly kind: string;
  readonly ours: string;
  readonly notmuch: string;
}

const word = (code: string, rank: number): string => languageOf(code).words[rank] ?? '';
const latin = ['en', 'de', 'fr', 'es', 'pl', 'cs', 'ru'] as const;

const same = (kind: string, text: string): BenchQuery => ({ kind, ours: text, notmuch: text });

const common = latin.flatMap((code) => [3, 11, 24, 47].map((rank) => word(code, rank)));
const middling = latin.flatMap((code) => [150, 420, 900].map((rank) => word(code, rank)));
const rare = latin.flatMap((code) => [4_000, 11_000, 21_000].map((rank) => word(code, rank)));

/** As a person types: from the second letter to the whole word. */
const typed = ['meeting', 'invoice', 'harbour', 'Bericht', 'Rechnung', 'semaine', 'reunión'];
const prefixes = typed.flatMap((whole) =>
  Array.from({ length: whole.length - 1 }, (_, index) => whole.slice(0, index + 2)),
);

const pairs = latin.flatMap((code) => [
  `${word(code, 30)} ${word(code, 41)}`,
  `${word(code, 12)} ${word(code, 700)}`,
  `${word(code, 300)} ${word(code, 500)}`,
]);

const senders = [0, 3, 9, 40, 120, 300, 600, 850].flatMap((index) => {
  const { name, address } = writers[index] ?? { name: '', address: '' };
  return [address, name.split(' ')[0] ?? name];
});

const subjects = [5, 30, 55, 200, 1_500, 9_000].flatMap((rank) => [
  word('en', rank),
  word('de', rank),
]);

const days = ['2021-03-01', '2022-07-15', '2024-01-31', '2026-06-01'];

/** With and without the marks that letters carry. */
const marked = ['Grüße', 'grusse', 'Änderung', 'anderung', 'réunion', 'reunion', 'über', 'uber'];
const moreMarked = ['źródło', 'zrodlo', 'příliš', 'prilis', 'señor', 'senor', 'ещё', 'naïve'];

const dense = ['会議', '报告', '项目', '公司', '上海', '東京', '請求書', 'ありがとう', '附件'];

const all: readonly BenchQuery[] = [
  ...common.map((one) => same('common word', one)),
  ...middling.map((one) => same('middling word', one)),
  ...rare.map((one) => same('rare word', one)),
  ...prefixes.map((one) => ({ kind: 'prefix', ours: one, notmuch: `${one}*` })),
  ...pairs.map((one) => same('two words', one)),
  ...senders.map((one) => same('from', `from:${one}`)),
  ...subjects.map((one) => same('subject', `subject:${one}`)),
  { kind: 'attachment', ours: 'has:attachment', notmuch: 'tag:attachment' },
  ...['meeting', 'Bericht', 'pdf', 'report'].map((one) => ({
    kind: 'attachment',
    ours: `has:attachment ${one}`,
    notmuch: `tag:attachment ${one}`,
  })),
  ...['meeting', 'report', 'Woche'].map((one) => ({
    kind: 'unread',
    ours: `is:unread ${one}`,
    notmuch: `tag:unread ${one}`,
  })),
  ...days.flatMap((day) => [
    { kind: 'date', ours: `before:${day}`, notmuch: `date:..${day}` },
    { kind: 'date', ours: `report after:${day}`, notmuch: `report date:${day}..` },
    { kind: 'date', ours: `meeting before:${day}`, notmuch: `meeting date:..${day}` },
  ]),
  ...[...marked, ...moreMarked].map((one) => same('marks', one)),
  ...dense.map((one) => same('Chinese and Japanese', one)),
];

/** Two languages may share a word: it is asked for once. */
export const benchQueries: readonly BenchQuery[] = [
  ...new Map(all.map((query) => [query.ours, query])).values(),
];
