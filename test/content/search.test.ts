/** Search over both databases: words, filters, copies, order, marks. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { toIndexed, wordsOf } from '../../app/content/fold.ts';
import { MailSearch } from '../../app/content/search.ts';
import { until } from '../imap/engine-lab.ts';
import { type ContentLab, letter, listed, openLab } from './support.ts';

const now = new Date('2026-03-02T00:00:00Z');

function searchOf(lab: ContentLab) {
  return new MailSearch({
    content: () => lab.content.reader,
    reader: lab.store.reader,
    accounts: () => [
      { accountId: 'a', address: 'mia@example.test', displayName: 'Mia Holm' },
      { accountId: 'b', address: 'work@example.org', displayName: 'Mia at work' },
    ],
    now: () => now,
  });
}

const bea = 'From: Beatriz Oliveira <bea@oliveira.test>';

it('finds a phrase of which one letter more is typed, as with its whole word', async () => {
  const lab = openLab();
  try {
    const dashes = '-'.repeat(120);
    const letters = [
      ...Array.from({ length: 60 }, (_, index) =>
        letter(`News ${index}`, 'A meeting, and that is all.'),
      ),
      letter('In a row', 'The meeting room is free.'),
      letter('Over a line', `Minutes of the meeting\n\n${dashes}\nRome, in March`),
      letter('Meeting rules', 'They are in the subject.'),
      letter('Last words: meeting', 'Not with the name that follows.', 'From: Rosa <rosa@x.test>'),
      letter('Apart', 'The meeting in this room.'),
      letter('Part of a word', 'The premeeting room.'),
    ];
    await lab.content.keep(lab.add(letters));
    const ask = async (query: string) =>
      (await searchOf(lab).query({ query, limit: 50 })).hits.map(({ message }) => message.subject);
    assert.deepEqual(await ask('"meeting r'), ['Meeting rules', 'Over a line', 'In a row']);
    assert.deepEqual(await ask('"meeting in" OR "meeting r'), [
      'Apart',
      'Meeting rules',
      'Over a line',
      'In a row',
    ]);
    assert.deepEqual(await ask('"meeting x'), []);
    for (const whole of ['"meeting room"', '"meeting rules"', '"meeting rome"']) {
      assert.equal((await ask(whole)).length, 1, whole);
    }
  } finally {
    await lab.end();
  }
});

describe('search', () => {
  let lab: ContentLab;
  let search: MailSearch;
  const ask = (query: string, more = {}) => search.query({ query, limit: 50, ...more });
  const subjects = async (query: string, more = {}) =>
    (await ask(query, more)).hits.map(({ message }) => message.subject);

  before(async () => {
    lab = openLab();
    lab.store.writer.mailboxes.replace('b', [listed('INBOX', 'inbox')]);
    search = searchOf(lab);
    const inbox = lab.add([
      letter('Tide table', 'The tide will be höher than usual, says the harbour master.'),
      letter('Harbour dues', 'Please pay the dues for berth 12-B by Friday.', bea),
      letter('会議の件', '明日の会議は東京で行います。資料を送ります。'),
      letter('Ужин', 'Приходите в гости в субботу.'),
      letter('ประชุม', 'การประชุมจะจัดขึ้นในวันพรุ่งนี้'),
    ]);
    await lab.content.keep(inbox);
    lab.store.writer.setFlags(lab.mailbox('INBOX'), new Map([[2, { seen: true, flagged: true }]]));
    const work = lab.add(
      [letter('Report', 'The tide of reports.'), letter('Plan', 'no water here')],
      {
        path: 'Work',
        from: 11,
        more: { hasAttachment: true, sizeBytes: 2_000_000 },
      },
    );
    await lab.content.keep(work);
    await lab.content.keep(lab.add([letter('Prize', 'tide of luck')], { path: 'Trash', from: 21 }));
    const other = lab.store.reader.mailboxByPath('b', 'INBOX');
    assert.ok(other);
    lab.store.writer.upsertMessages(other.mailboxId, [
      {
        uid: 1,
        receivedAt: Date.parse('2026-02-01'),
        to: [],
        subject: 'Tide at work',
        seen: true,
        flagged: false,
        answered: false,
        hasAttachment: false,
        sizeBytes: 10,
      },
    ]);
    await lab.content.sizes();
    await until(async () => (await subjects('subject:tide')).length === 2, 'all to be indexed');
  });
  after(() => lab.end());

  it('finds words of headers and text, newest first, whatever case and diacritics', async () => {
    assert.deepEqual(await subjects('TIDE '), ['Report', 'Tide table', 'Tide at work']);
    assert.deepEqual(await subjects('hoher '), ['Tide table']);
    assert.deepEqual(await subjects('HÖHER '), ['Tide table']);
    assert.deepEqual(await subjects('ужин '), ['Ужин']);
  });

  it('finds text without spaces by any run of its characters', async () => {
    assert.deepEqual(await subjects('会議'), ['会議の件']);
    assert.deepEqual(await subjects('東京で'), ['会議の件']);
    assert.deepEqual(await subjects('京東'), []);
    assert.deepEqual(await subjects('ประชุม'), ['ประชุม']);
  });

  it('knows phrases, exclusion and either of two', async () => {
    assert.deepEqual(await subjects('"harbour master"'), ['Tide table']);
    assert.deepEqual(await subjects('"master harbour"'), []);
    assert.deepEqual(await subjects('tide -reports'), ['Tide table', 'Tide at work']);
    assert.deepEqual(await subjects('berth OR master '), ['Harbour dues', 'Tide table']);
    assert.deepEqual(await subjects('-tide -harbour in:inbox account:example.test '), [
      'ประชุม',
      'Ужин',
      '会議の件',
    ]);
    assert.deepEqual(await subjects('12-b '), ['Harbour dues']);
  });

  it('takes the last word as a beginning while it is typed', async () => {
    for (const typed of ['h', 'ha', 'harb', 'harbour m']) {
      assert.ok((await subjects(typed)).includes('Tide table'), typed);
    }
    assert.deepEqual(await subjects('zq'), []);
    assert.deepEqual(await subjects('harb '), []);
    assert.deepEqual(await subjects('from:oli'), ['Harbour dues']);
  });

  it('binds words to sender, recipients and subject', async () => {
    assert.deepEqual(await subjects('from:beatriz '), ['Harbour dues']);
    assert.deepEqual(await subjects('from:bea@oliveira.test '), ['Harbour dues']);
    assert.deepEqual(await subjects('subject:harbour '), ['Harbour dues']);
    assert.deepEqual((await subjects('to:mia@example.test ')).length, 7);
  });

  it('filters by flags, attachment, size, date, mailbox and account', async () => {
    assert.deepEqual(await subjects('is:starred'), ['Harbour dues']);
    assert.deepEqual(await subjects('harbour is:unread '), ['Tide table']);
    assert.deepEqual(await subjects('is:read -is:starred'), ['Tide at work']);
    assert.deepEqual(await subjects('has:attachment tide '), ['Report']);
    assert.deepEqual(await subjects('larger:1M'), ['Plan', 'Report']);
    assert.deepEqual(await subjects('tide before:2026-02-10'), ['Tide at work']);
    assert.deepEqual(await subjects('tide after:7d'), ['Report', 'Tide table']);
    assert.deepEqual(await subjects('tide in:work '), ['Report']);
    assert.deepEqual(await subjects('tide -in:work account:example.test '), ['Tide table']);
    assert.deepEqual(await subjects('tide', { accountId: 'b' }), ['Tide at work']);
    assert.deepEqual(await subjects('tide', { mailboxId: lab.mailbox('Work') }), ['Report']);
  });

  it('looks into trash only when asked', async () => {
    assert.deepEqual(await subjects('luck '), []);
    assert.deepEqual(await subjects('luck in:trash '), ['Prize']);
    assert.deepEqual(await subjects('luck in:anywhere '), ['Prize']);
  });

  it('says when nothing is meant, and when a name is unknown', async () => {
    assert.deepEqual(await ask('  '), { hits: [], notes: [] });
    assert.deepEqual(await ask('tide in:nowhere '), { hits: [], notes: ['mailbox-unknown'] });
  });

  it('marks hits in a line of the text', async () => {
    const [hit] = (await ask('hoher usual ')).hits;
    assert.deepEqual(
      hit?.snippet.filter(({ hit: isHit }) => isHit).map(({ text }) => text),
      ['höher', 'usual'],
    );
    assert.match(
      hit?.snippet.map(({ text }) => text).join('') ?? '',
      /tide will be höher than usual, says/,
    );
    const [japanese] = (await ask('東京')).hits;
    assert.deepEqual(
      japanese?.snippet.filter(({ hit: isHit }) => isHit),
      [{ text: '東京', hit: true }],
    );
    // Found by its sender alone: its first words, unmarked.
    const [sender] = (await ask('from:beatriz ')).hits;
    assert.ok(sender?.snippet.every(({ hit: isHit }) => !isHit));
  });

  it('goes on where the answer before ended, without gaps or repeats', async () => {
    const seen: string[] = [];
    let next: number | undefined;
    do {
      const answer = await ask('to:mia@example.test ', {
        limit: 3,
        ...(next === undefined ? {} : { before: next }),
      });
      seen.push(...answer.hits.map(({ message }) => message.subject));
      next = answer.next;
    } while (next !== undefined);
    assert.equal(seen.length, 7);
    assert.equal(new Set(seen).size, 7);
  });
});

describe('search over copies and gone messages', () => {
  it('shows a message of several mailboxes once, where a person keeps it', async (context) => {
    const lab = openLab();
    context.after(() => lab.end());
    lab.store.writer.mailboxes.replace('a', [listed('INBOX', 'inbox'), listed('All Mail', 'all')]);
    const one = letter('One', 'pelican', 'From: A <a@x.test>\r\nMessage-ID: <one@x.test>');
    const two = letter('Two', 'pelican', 'From: A <a@x.test>\r\nMessage-ID: <two@x.test>');
    await lab.content.keep(lab.add([one, two]));
    await lab.content.keep(lab.add([one, two], { path: 'All Mail', from: 3 }));
    await lab.content.keep(lab.add([letter('Old', 'pelican')], { path: 'All Mail', from: 9 }));
    const { hits } = await searchOf(lab).query({ query: 'pelican ', limit: 50 });
    assert.deepEqual(
      hits.map(({ message, mailboxName }) => [message.subject, mailboxName]),
      [
        ['Old', 'All Mail'],
        ['Two', 'INBOX'],
        ['One', 'INBOX'],
      ],
    );
    const all = await searchOf(lab).query({ query: 'pelican in:all ', limit: 50 });
    assert.equal(all.hits.length, 3);
  });

  it('leaves out what is being deleted, and what is gone', async (context) => {
    const lab = openLab();
    context.after(() => lab.end());
    await lab.content.keep(lab.add([letter('One', 'pelican'), letter('Two', 'pelican')]));
    lab.store.writer.removeMessages(lab.mailbox('INBOX'), [1]);
    const { hits } = await searchOf(lab).query({ query: 'pelican', limit: 50 });
    assert.deepEqual(
      hits.map(({ message }) => message.subject),
      ['Two'],
    );
  });

  it('finds every word of every text, whatever script it is in', async (context) => {
    const lab = openLab();
    context.after(() => lab.end());
    const search = searchOf(lab);
    // Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Thai, kana, Han, Hangul, full width.
    const unit = fc
      .oneof(
        ...[
          [0x20, 0x24f],
          [0x370, 0x3ff],
          [0x400, 0x45f],
          [0x5d0, 0x5ea],
          [0x620, 0x64a],
          [0x904, 0x939],
          [0xe01, 0xe4e],
          [0x3041, 0x30ff],
          [0x4e00, 0x4fff],
          [0xac00, 0xadff],
          [0xff10, 0xff5a],
        ].map(([min = 0, max = 0]) => fc.integer({ min, max })),
      )
      .map((point) => String.fromCodePoint(point))
      .filter((character) => !/\p{Cn}/u.test(character));
    const word = fc.oneof(
      fc.string({ unit, maxLength: 8 }),
      fc.constantFrom('東京都', 'näch', 'สวัสดี', 'مرحبا', 'ﬁn', 'İstanbul', 'Ⅷ', 'e\u0301te'),
    );
    const text = fc
      .array(word, { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join(' ').replace(/\p{Cc}/gu, ' '));
    let uid = 0;
    await fc.assert(
      fc.asyncProperty(text, async (body) => {
        uid += 1;
        const [item] = lab.add([letter(`s${uid}`, body)], { from: uid });
        assert.ok(item);
        await lab.content.keep([item]);
        for (const { start, end } of wordsOf(toIndexed(body))) {
          const word = toIndexed(body).slice(start, end);
          const { hits } = await search.query({ query: `"${word}" `, limit: 50 });
          assert.ok(
            hits.some(({ message }) => message.rowId === item.rowId),
            JSON.stringify([body, word]),
          );
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('never fails, whatever is typed', async (context) => {
    const lab = openLab();
    context.after(() => lab.end());
    await lab.content.keep(lab.add([letter('One', 'pelican "quoted" * ^ NEAR(a b) 東京')]));
    const search = searchOf(lab);
    const piece = fc.oneof(
      fc.constantFrom(
        '"',
        '-',
        ' OR ',
        'from:',
        'is:unread ',
        'in:"',
        '*',
        '^',
        '(',
        ')',
        'NEAR(',
        '東京',
        '\0',
        'subject:*',
        'pel',
      ),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        await search.query({ query: pieces.join(''), limit: 5 });
      }),
      { numRuns: 300, endOnFailure: true },
    );
  });

  it('walks along a list of unread messages as well as along the index', async (context) => {
    const lab = openLab();
    context.after(() => lab.end());
    const raws = Array.from({ length: 2_000 }, (_, index) =>
      letter(`n${index}`, index % 400 === 0 ? 'common rare' : 'common'),
    );
    for (let from = 0; from < raws.length; from += 500) {
      await lab.content.keep(
        lab.add(raws.slice(from, from + 500), { from: from + 1, more: { seen: true } }),
      );
    }
    const unread = [3, 700, 1_500];
    lab.store.writer.setFlags(
      lab.mailbox('INBOX'),
      new Map(unread.map((uid) => [uid, { seen: false }])),
    );
    const { hits, next } = await searchOf(lab).query({ query: 'common is:unread ', limit: 50 });
    assert.deepEqual(
      hits.map(({ message }) => message.uid),
      [1_500, 700, 3],
    );
    assert.equal(next, undefined);
    const rare = await searchOf(lab).query({ query: 'rare ', limit: 50 });
    assert.deepEqual(
      rare.hits.map(({ message }) => message.uid),
      [1_601, 1_201, 801, 401, 1],
    );
  });
});
