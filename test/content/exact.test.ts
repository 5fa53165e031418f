/** Search gives what reading every message gives, in the same order, page by page. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailSearch } from '../../app/content/search.ts';
import { Rng } from '../fuzz/support/rng.ts';
import { type ContentLab, letter, openLab } from './support.ts';

const vocabulary = (
  'harbour harvest har hat meeting meet me bericht berg büro brücke über uhr réunion réel größe groß ' +
  'école zażółć żółw příliš ещё если ёж отчёт отчет гости город 東京 会議 資料 x1 12 2026 naïve nota'
).split(' ');

const senders = [
  { name: 'Ada Harbour', address: 'ada@meet.test' },
  { name: 'Bea Über', address: 'bea@oliveira.test' },
  { name: 'Čeněk Novák', address: 'cenek@novak.test' },
] as const;

interface Made {
  readonly key: string;
  readonly place: number;
  readonly subject: string;
  readonly from: string;
  readonly all: string;
  readonly mailbox: string;
  readonly seen: boolean;
  readonly flagged: boolean;
  readonly attachment: boolean;
}

/** Marks come off Latin letters only; ideographs are words by themselves. */
function wordsIn(text: string): string[] {
  const folded = text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\u00c0-\u024f\u1e00-\u1eff]/g, (one) => {
      const [base = ''] = one.normalize('NFD');
      return /[a-z]/.test(base) ? base : one;
    })
    .replace(/\p{Script=Han}/gu, ' $& ');
  return folded.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}

function holdsRun(text: string, asked: string, isPrefix: boolean): boolean {
  const words = wordsIn(text);
  const wanted = wordsIn(asked);
  return words.some((_, from) =>
    wanted.every((word, index) => {
      const there = words[from + index];
      const open = isPrefix && index === wanted.length - 1 && !/^\p{Script=Han}$/u.test(word);
      return open ? there?.startsWith(word) === true : there === word;
    }),
  );
}

interface Case {
  readonly query: string;
  readonly wants: (made: Made) => boolean;
}

function drawCase(rng: Rng): Case {
  const word = () => rng.pick(vocabulary);
  const begun = () => {
    const whole = word();
    return whole.slice(0, 1 + rng.below(whole.length));
  };
  const [one, two, start] = [word(), word(), begun()];
  const cases: Case[] = [
    { query: `${one} `, wants: ({ all }) => holdsRun(all, one, false) },
    { query: start, wants: ({ all }) => holdsRun(all, start, true) },
    {
      query: `${one} ${start}`,
      wants: ({ all }) => holdsRun(all, one, false) && holdsRun(all, start, true),
    },
    { query: `"${one} ${two}" `, wants: ({ all }) => holdsRun(all, `${one} ${two}`, false) },
    {
      query: `-${two} ${start}`,
      wants: ({ all }) => !holdsRun(all, two, false) && holdsRun(all, start, true),
    },
    {
      query: `${one} OR ${start}`,
      wants: ({ all }) => holdsRun(all, one, false) || holdsRun(all, start, true),
    },
    {
      query: `${one} -${start}`,
      wants: ({ all }) => holdsRun(all, one, false) && !holdsRun(all, start, false),
    },
    {
      query: `${one} OR ${two} `,
      wants: ({ all }) => holdsRun(all, one, false) || holdsRun(all, two, false),
    },
    { query: `subject:${start}`, wants: ({ subject }) => holdsRun(subject, start, true) },
    {
      query: `is:starred ${start}`,
      wants: (made) => made.flagged && holdsRun(made.all, start, true),
    },
    { query: 'from:bea@oliveira.te', wants: ({ from }) => from.includes('bea@oliveira') },
    { query: 'from:bea@oliveira.test', wants: ({ from }) => from.includes('bea@oliveira.test') },
    {
      query: `${start} from:ada@meet`,
      wants: ({ all, from }) => from.includes('ada@meet') && holdsRun(all, start, false),
    },
    {
      query: `from:"${start} novak@nov`,
      wants: ({ from }) => holdsRun(from, `${start} novak@nov`, true),
    },
    {
      query: `${one} OR subject:"${two} ${start}`,
      wants: ({ all, subject }) =>
        holdsRun(all, one, false) || holdsRun(subject, `${two} ${start}`, true),
    },
    {
      query: `subject:"${one} ${start}`,
      wants: ({ subject }) => holdsRun(subject, `${one} ${start}`, true),
    },
    { query: `from:${start}`, wants: ({ from }) => holdsRun(from, start, true) },
    { query: `subject:${one} `, wants: ({ subject }) => holdsRun(subject, one, false) },
    { query: `is:unread ${start}`, wants: (made) => !made.seen && holdsRun(made.all, start, true) },
    { query: `is:unread ${one} `, wants: (made) => !made.seen && holdsRun(made.all, one, false) },
    {
      query: `has:attachment ${one} `,
      wants: (made) => made.attachment && holdsRun(made.all, one, false),
    },
    {
      query: `has:attachment ${start}`,
      wants: (made) => made.attachment && holdsRun(made.all, start, true),
    },
    {
      query: `is:starred -${one} `,
      wants: (made) => made.flagged && !holdsRun(made.all, one, false),
    },
    {
      query: `in:work ${start}`,
      wants: (made) => made.mailbox === 'Work' && holdsRun(made.all, start, true),
    },
    {
      query: `in:work -${one} `,
      wants: (made) => made.mailbox === 'Work' && !holdsRun(made.all, one, false),
    },
    { query: `-${one} `, wants: ({ all }) => !holdsRun(all, one, false) },
  ];
  return rng.pick(cases);
}

async function fill(lab: ContentLab, rng: Rng, count: number): Promise<Made[]> {
  const made: Made[] = [];
  for (let uid = 1; uid <= count; uid += 1) {
    const path = rng.oneIn(4) ? 'Work' : 'INBOX';
    const sender = rng.pick(senders);
    const draw = (most: number) =>
      Array.from({ length: 1 + rng.below(most) }, () => rng.pick(vocabulary)).join(' ');
    const [subject, body, cc] = [draw(3), rng.oneIn(3) ? '' : draw(9), rng.oneIn(3) ? draw(1) : ''];
    // Headers alone: not kept yet.
    const isKept = !rng.oneIn(5);
    const flags = { seen: !rng.oneIn(3), flagged: rng.oneIn(7), hasAttachment: rng.oneIn(5) };
    const from = `From: ${sender.name} <${sender.address}>`;
    const copies = cc === '' ? from : `${from}\r\nCc: ${cc} <copy@x.test>`;
    const [item] = lab.add([letter(subject, body, copies)], { path, from: uid, more: flags });
    assert.ok(item);
    if (isKept) await lab.content.keep([item]);
    const heads = `${subject} / ${sender.name} ${sender.address} / mia@example.test`;
    made.push({
      key: `${path} ${uid}`,
      place: item.rowId,
      subject,
      from: `${sender.name} ${sender.address}`,
      all: isKept ? `${heads} / ${cc === '' ? '' : `${cc} copy@x.test`} / ${body}` : heads,
      mailbox: path,
      seen: flags.seen,
      flagged: flags.flagged,
      attachment: flags.hasAttachment,
    });
  }
  return made.sort((a, b) => b.place - a.place);
}

test('searches at the same time do not disturb each other', async (context) => {
  const lab = openLab();
  context.after(() => lab.end());
  const rng = new Rng(4);
  const made = await fill(lab, rng, 120);
  await lab.content.sizes();
  const search = new MailSearch({
    content: () => lab.content.reader,
    reader: lab.store.reader,
    accounts: () => [],
  });
  const cases = Array.from({ length: 60 }, () => drawCase(rng));
  const answers = await Promise.all(cases.map(({ query }) => search.query({ query, limit: 200 })));
  for (const [index, { query, wants }] of cases.entries()) {
    assert.deepEqual(
      answers[index]?.hits.map(({ message, mailboxName }) => `${mailboxName} ${message.uid}`),
      made.filter(wants).map(({ key }) => key),
      query,
    );
  }
});

test('every page of every search is what reading all messages gives', async (context) => {
  const lab = openLab();
  context.after(() => lab.end());
  const rng = new Rng(20_261_126);
  const made = await fill(lab, rng, 420);
  // What was announced to the index is there once it answers.
  await lab.content.sizes();
  const search = new MailSearch({
    content: () => lab.content.reader,
    reader: lab.store.reader,
    accounts: () => [],
  });
  let hits = 0;
  for (let round = 0; round < 400; round += 1) {
    const { query, wants } = drawCase(rng);
    const limit = 1 + rng.below(60);
    const found: string[] = [];
    let before: number | undefined;
    do {
      const answer = await search.query({ query, limit, before });
      assert.ok(answer.hits.length === limit || answer.next === undefined, query);
      found.push(...answer.hits.map(({ message, mailboxName }) => `${mailboxName} ${message.uid}`));
      before = answer.next;
    } while (before !== undefined);
    assert.deepEqual(
      found,
      made.filter(wants).map(({ key }) => key),
      query,
    );
    hits += found.length;
  }
  assert.ok(hits > 10_000, String(hits));
});
