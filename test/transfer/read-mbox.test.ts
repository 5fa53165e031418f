/** Mbox files as programs really write them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { MboxSplitter } from '../../app/transfer/mbox-splitter.ts';
import { looksLikeMbox, readMbox } from '../../app/transfer/read-mbox.ts';
import type { SourceItem } from '../../app/transfer/source-item.ts';
import { all, folder, messages, put, textOf } from './folder.ts';

const postmark = 'From ada@example.org Sun Jan  3 04:05:06 2021';

test('messages come with CRLF line ends, and without the blank line that separates them', async (t) => {
  const path = put(
    folder(t),
    'a',
    `${postmark}\nSubject: one\n\nfirst\n\n${postmark}\r\nSubject: two\r\n\r\nsecond\r\n\r\n`,
  );
  const found = await messages(readMbox(path));
  assert.deepEqual(found.map(textOf), [
    'Subject: one\r\n\r\nfirst\r\n',
    'Subject: two\r\n\r\nsecond\r\n',
  ]);
  assert.deepEqual(
    found.map(({ receivedAt }) => receivedAt?.toISOString()),
    ['2021-01-03T04:05:06.000Z', '2021-01-03T04:05:06.000Z'],
  );
  assert.deepEqual(
    found.map(({ subject }) => subject),
    ['one', 'two'],
  );
});

test('line ends of both kinds in one message all become CRLF', async (t) => {
  const path = put(folder(t), 'a', `${postmark}\nA: 1\r\nB: 2\n\r\nx\ny\r\nlast without an end`);
  const [only] = await messages(readMbox(path));
  assert.equal(only && textOf(only), 'A: 1\r\nB: 2\r\n\r\nx\r\ny\r\nlast without an end\r\n');
});

test('From in a body ends no message, unless it is a postmark after a blank line', async (t) => {
  const body = [
    'From here on it is prose.',
    '',
    'From Monday to Friday we are open, at 10:30 in 2021.',
    'Note: this looks like a field',
    '',
    'From: a quoted header',
    '',
    'From a@b.example 3 January',
    '',
  ].join('\n');
  const path = put(
    folder(t),
    'a',
    `${postmark}\nSubject: x\n\n${body}\n${postmark}\nSubject: y\n\n`,
  );
  const found = await messages(readMbox(path));
  assert.deepEqual(
    found.map(({ subject }) => subject),
    ['x', 'y'],
  );
  assert.equal(found[0] && textOf(found[0]), `Subject: x\r\n\r\n${body.replaceAll('\n', '\r\n')}`);
});

test('a postmark without a blank line before it begins a message when a header follows', async (t) => {
  const path = put(
    folder(t),
    'a',
    `${postmark}\nSubject: x\n\nbody\n${postmark}\nSubject: y\n\n${postmark.slice(0, 30)}\nbody\n${postmark}\nno header\n`,
  );
  const found = await messages(readMbox(path));
  assert.deepEqual(found.map(textOf), [
    'Subject: x\r\n\r\nbody\r\n',
    `Subject: y\r\n\r\n${postmark.slice(0, 30)}\r\nbody\r\n${postmark}\r\nno header\r\n`,
  ]);
});

test('postmarks of many programs are known', async (t) => {
  const lines = [
    'From - Sun Jan  3 04:05:06 2021',
    'From ',
    'From -',
    'From ???@??? Sun Jan 03 04:05:06 2021',
    'From a@b.example  Sun Jan  3 04:05 2021 +0100',
    'From a@b.example Sun Jan  3 04:05:06 CET 2021',
    'From "a b"@c.example Sun Jan  3 04:05:06 +0000 2021',
    'From 1688888@xxx Sun Jan 03 04:05:06 +0000 2021',
    'From a@b.example Sun, 3 Jan 2021 04:05:06 +0000',
    'From uucp Sun Jan  3 04:05:06 2021 remote from host',
    'From a@b.example',
  ];
  const text = lines.map((line, index) => `${line}\nSubject: ${index}\n\nx\n\n`).join('');
  const found = await messages(readMbox(put(folder(t), 'a', text)));
  assert.deepEqual(
    found.map(({ subject }) => subject),
    lines.map((_line, index) => String(index)),
  );
});

test('a date of Thunderbird’s own postmark counts less than the message’s trace', async (t) => {
  const head = 'Received: by x; Mon, 4 Jan 2021 10:00:00 +0100 (CET)\n\tfor y\nReceived: old; no\n';
  const fields = 'Received: from a\n by b; Mon, 4 Jan 2021 10:00:00 +0100 (CET)\nReceived: old\n';
  const path = put(
    folder(t),
    'a',
    `From - Sun Jan  3 04:05:06 2021\n${fields}\nx\n\nFrom - Sun Jan  3 04:05:06 2021\nDate: Tue, 5 Jan 2021 00:00:00 +0000\n\nx\n\nFrom - Sun Jan  3 04:05:06 2021\n${head}\nx\n\n`,
  );
  const found = await messages(readMbox(path));
  assert.deepEqual(
    found.map(({ receivedAt }) => receivedAt?.toISOString()),
    ['2021-01-04T09:00:00.000Z', '2021-01-05T00:00:00.000Z', '2021-01-03T04:05:06.000Z'],
  );
});

test('one quote mark is taken off every quoted From, or off the first kind only', async (t) => {
  const path = put(folder(t), 'a', `${postmark}\n\n>From a\n>>From b\n> From c\n>Fromage\n\n`);
  const [rd] = await messages(readMbox(path));
  assert.equal(rd && textOf(rd), '\r\nFrom a\r\n>From b\r\n> From c\r\n>Fromage\r\n');
  const [o] = await messages(readMbox(path, { quoting: 'mboxo' }));
  assert.equal(o && textOf(o), '\r\nFrom a\r\n>>From b\r\n> From c\r\n>Fromage\r\n');
});

test('flags are those of Status, X-Status and X-Mozilla-Status', async (t) => {
  const heads = [
    'Status: RO\nX-Status: AF',
    'Status: O',
    'X-Mozilla-Status: 0001',
    'X-Mozilla-Status: 0006',
    'X-Mozilla-Status: zz\nX-Status: T',
    'Subject: body only\n\nStatus: R',
  ];
  const text = heads.map((head) => `${postmark}\n${head}\n\nx\n\n`).join('');
  const found = await messages(readMbox(put(folder(t), 'a', text)));
  assert.deepEqual(
    found.map(({ flags }) => flags.join(' ')),
    ['\\Seen \\Flagged \\Answered', '', '\\Seen', '\\Flagged \\Answered', '\\Draft', ''],
  );
});

test('what Thunderbird deleted and did not compact is passed by', async (t) => {
  const text = ['0009', '0001', '0008']
    .map(
      (bits, index) =>
        `From - ${postmark.slice(-24)}\nX-Mozilla-Status: ${bits}\nSubject: ${index}\n\nx\n\n`,
    )
    .join('');
  const found = await messages(readMbox(put(folder(t), 'a', text)));
  assert.deepEqual(
    found.map(({ subject }) => subject),
    ['1'],
  );
});

test('Content-Length is not believed', async (t) => {
  const text = `${postmark}\nContent-Length: 5000\nSubject: x\n\nbody\n\n${postmark}\nSubject: y\n\n`;
  assert.equal((await messages(readMbox(put(folder(t), 'a', text)))).length, 2);
});

test('a message over the limit is told and not loaded; one at the limit comes', async (t) => {
  const fits = 'Subject: fits\r\n\r\n'.padEnd(998, 'x');
  const endless = `Subject: endless line\n\n${'y'.repeat(900_000)}`;
  const text = [
    `Subject: lines\n\n${'line\n'.repeat(300)}`,
    `${fits}\n`,
    `${fits}z\n`,
    `${endless}\n`,
    'Subject: after\n\nx\n',
  ].map((message) => `${postmark}\n${message}\n`);
  const path = put(folder(t), 'a', text.join(''));
  const found = await all(readMbox(path, { messageSizeBytes: 1_000 }));
  assert.deepEqual(
    found.map((item) => `${item.kind} ${item.subject}`),
    ['refusal lines', 'message fits', 'refusal fits', 'refusal endless line', 'message after'],
  );
});

test('reading goes on behind any message', async (t) => {
  const text = Array.from({ length: 5 }, (_, n) => `${postmark}\nSubject: ${n}\n\n>From x\n\n`);
  const path = put(folder(t), 'a', text.join(''));
  const found = await messages(readMbox(path));
  assert.equal(found.at(-1)?.fraction, 1);
  for (const [index, { next }] of found.entries()) {
    const rest = await messages(readMbox(path, { from: next }));
    assert.deepEqual(
      rest.map(({ subject }) => subject),
      ['0', '1', '2', '3', '4'].slice(index + 1),
    );
  }
});

test('a file that was written anew meanwhile is read from its beginning', async (t) => {
  const dir = folder(t);
  const path = put(dir, 'a', `${postmark}\nSubject: 0\n\nx\n\n${postmark}\nSubject: 1\n\nx\n\n`);
  const [first] = await messages(readMbox(path));
  writeFileSync(
    path,
    `${postmark}\nSubject: a longer first message\n\nxyz\n\n${postmark}\nS: 1\n\n`,
  );
  assert.equal((await messages(readMbox(path, { from: first?.next }))).length, 2);
  assert.equal((await messages(readMbox(path, { from: '99999' }))).length, 2);
});

test('what is no mbox is refused; an empty file has no message', async (t) => {
  const dir = folder(t);
  const unreadable = { code: 'transfer.source-unreadable' };
  await assert.rejects(all(readMbox(put(dir, 'a', 'Subject: an eml\n\nx\n'))), unreadable);
  await assert.rejects(all(readMbox(put(dir, 'b', Buffer.alloc(9_000_000, 1)))), unreadable);
  await assert.rejects(all(readMbox(join(dir, 'none'))), unreadable);
  assert.deepEqual(await all(readMbox(put(dir, 'c', ''))), []);
  assert.deepEqual(await all(readMbox(put(dir, 'd', '\n\r\n\n'))), []);
  assert.equal(await looksLikeMbox(join(dir, 'a')), false);
  assert.equal(await looksLikeMbox(put(dir, 'e', `\r\n\n${postmark}`)), true);
});

test('chunks may end anywhere', () => {
  const text = `\n${postmark}\r\nSubject: x\r\n\r\n>From a\r\n\r\nFrom \r\nSubject: y\r\n\r\nz\r\n\r\n`;
  const bytes = Buffer.from(text);
  const split = (size: number) => {
    const splitter = new MboxSplitter({
      offset: 0,
      sizeBytes: bytes.length,
      messageSizeBytes: 1_000,
      quoting: 'mboxrd',
    });
    const found: SourceItem[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      found.push(...splitter.push(Buffer.from(bytes.subarray(at, at + size))));
    }
    return [...found, ...splitter.end()];
  };
  const whole = split(bytes.length);
  assert.equal(whole.length, 2);
  for (let size = 1; size < 80; size += 1) assert.deepEqual(split(size), whole, String(size));
});

test('whatever the lines are, reading in pieces and going on later give the same messages', async (t) => {
  const path = join(folder(t), 'a');
  const line = fc.constantFrom(
    ...[
      postmark,
      'From ',
      'From -',
      '>From x',
      'From prose',
      'Subject: x',
      'X-Mozilla-Status: 0008',
    ],
    ...['', '', '\r', 'text', '\u0000', 'x'.repeat(120), `${postmark}\r`],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 40 }), async (lines) => {
      writeFileSync(path, [postmark, ...lines].join('\n'));
      const limit = { messageSizeBytes: 200 };
      const whole = await all(readMbox(path, limit));
      for (const [index, { next }] of whole.entries()) {
        assert.deepEqual(
          await all(readMbox(path, { ...limit, from: next })),
          whole.slice(index + 1),
        );
      }
      for (const item of whole) {
        if (item.kind === 'message') assert.ok(!/(?<!\r)\n/.test(textOf(item)));
      }
    }),
    { numRuns: 300 },
  );
});
