/** Maildir and folders of eml, also as Thunderbird and other systems leave them. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readEml, readMaildir } from '../../app/transfer/read-files.ts';
import { all, folder, messages, put, textOf } from './folder.ts';

const letter = (subject: string) =>
  `Subject: ${subject}\nDate: Sun, 3 Jan 2021 04:05:06 +0000\n\nx\n`;

test('Maildir flags come from the name, with any of its separators', async (t) => {
  const dir = folder(t);
  put(dir, 'cur/1609646706.a.host:2,FRS', letter('a'));
  put(dir, 'cur/1609646707.b.host;2,DPT', letter('b'));
  put(dir, 'cur/1609646708.c.host!2,', letter('c'));
  put(dir, 'new/1609646709.d.host', `Status: R\n${letter('d')}`);
  put(dir, 'tmp/1609646710.e.host', letter('e'));
  put(dir, 'cur/.hidden', letter('f'));
  put(dir, 'cur/1609646711.g:2,S', '');
  const found = await messages(readMaildir(dir));
  assert.deepEqual(
    found.map(({ subject, flags }) => `${subject} ${flags.join(' ')}`),
    ['a \\Seen \\Flagged \\Answered', 'b \\Draft', 'c ', 'd \\Seen'],
  );
  assert.equal(found[0] && textOf(found[0]), letter('a').replaceAll('\n', '\r\n'));
});

test('a message came when its name or its mtime says, whichever is earlier', async (t) => {
  const dir = folder(t);
  const copied = put(dir, 'cur/1609646706.a.host:2,', letter('copied without its times'));
  utimesSync(copied, 1_700_000_000, 1_700_000_000);
  const appended = put(dir, 'cur/1609646707.b.host:2,', letter('appended over IMAP'));
  utimesSync(appended, 1_500_000_000, 1_500_000_000);
  const unnamed = put(dir, 'cur/z:2,', letter('no time in the name'));
  utimesSync(unnamed, 1_600_000_000, 1_600_000_000);
  const milliseconds = put(dir, 'cur/1609646708123-1.eml', letter('Thunderbird'));
  utimesSync(milliseconds, 1_700_000_000, 1_700_000_000);
  assert.deepEqual(
    (await messages(readMaildir(dir))).map(({ receivedAt }) => receivedAt?.getTime()),
    [1_609_646_706_000, 1_500_000_000_000, 1_609_646_708_123, 1_600_000_000_000],
  );
});

test('reading a Maildir goes on behind a message whose flags changed meanwhile', async (t) => {
  const dir = folder(t);
  for (const name of ['1.a:2,', '2.b:2,S', '3.c:2,']) put(dir, `cur/${name}`, letter(name));
  const [first] = await messages(readMaildir(dir));
  assert.equal(first?.next, '1.a');
  const rest = await messages(readMaildir(dir, { from: first?.next }));
  assert.deepEqual(
    rest.map(({ subject }) => subject),
    ['2.b:2,S', '3.c:2,'],
  );
  assert.equal(rest.at(-1)?.fraction, 1);
});

test('what is too large or cannot be read is told and passed by; links are not followed', async (t) => {
  const dir = folder(t);
  truncateSync(put(dir, 'cur/1', ''), 5_000_000_000);
  put(dir, 'cur/2', letter('2'));
  put(dir, 'outside', letter('not mail'));
  symlinkSync(join(dir, 'outside'), join(dir, 'cur/3'));
  mkdirSync(join(dir, 'cur/4'));
  assert.deepEqual(
    (await all(readMaildir(dir))).map((item) => `${item.kind} ${item.subject}`),
    ['refusal 1', 'message 2'],
  );
});

test('an eml is one file or those of a folder, without a postmark it was saved with', async (t) => {
  const dir = folder(t);
  const one = put(dir, 'a.eml', `From x Sun Jan  3 04:05:06 2021\n${letter('a')}`);
  put(dir, 'b.EML', letter('=?utf-8?Q?gr=C3=BC=C3=9Fe?=').replaceAll('\n', '\r\n'));
  put(dir, 'c.txt', 'no mail');
  const found = await messages(readEml(dir));
  assert.deepEqual(
    found.map(({ subject }) => subject),
    ['a', 'grüße'],
  );
  assert.equal(found[0] && textOf(found[0]), letter('a').replaceAll('\n', '\r\n'));
  assert.equal(found[1]?.receivedAt?.toISOString(), '2021-01-03T04:05:06.000Z');
  assert.equal((await messages(readEml(one))).length, 1);
  await assert.rejects(all(readEml(join(dir, 'none'))), { code: 'transfer.source-unreadable' });
});

test('what is no message is not taken for one, whatever its name', async (t) => {
  const dir = folder(t);
  put(dir, 'a.eml', '-----BEGIN PRIVATE KEY-----\nx\n');
  put(dir, 'b.eml', 'From now on this is prose.\n');
  put(dir, 'c.eml', Buffer.from('\ufeffSubject: after a BOM\n\nx\n'));
  put(dir, 'd.eml', Buffer.alloc(100_000));
  const found = await all(readEml(dir));
  assert.deepEqual(
    found.map((item) => `${item.kind} ${item.subject}`),
    ['refusal a.eml', 'refusal b.eml', 'message after a BOM', 'refusal d.eml'],
  );
  const other = put(dir, 'settings.yaml', 'key: value\n');
  await assert.rejects(all(readEml(other)), { code: 'transfer.source-unreadable' });
});
