/** Mail out into files, and back again the same. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { CancelledError, RequestError } from '../../app/errors.ts';
import type { SourceOfMessage } from '../../app/ports.ts';
import { exportMessages } from '../../app/transfer/export-messages.ts';
import { readEml } from '../../app/transfer/read-files.ts';
import { readMbox } from '../../app/transfer/read-mbox.ts';
import { toMboxEntry, writeEmlFolder, writeMbox } from '../../app/transfer/write-mail.ts';
import { folder, messages, put, textOf } from './folder.ts';

const receivedAt = new Date('2021-01-03T04:05:06Z');
const plain = (text: string): SourceOfMessage => ({
  raw: Buffer.from(text),
  flags: [],
  receivedAt,
});

async function* each(list: readonly SourceOfMessage[]) {
  yield* list;
}

const awkward = [
  'Subject: x\r\n\r\nbody\r\n',
  'Subject: x\r\n\r\n',
  'Subject: no body\r\n',
  'From ada@x Sun Jan  3 04:05:06 2021\r\nSubject: begins with a postmark\r\n\r\nx\r\n',
  'Subject: q\r\n\r\nFrom a\r\n>From b\r\n>>From c\r\n > From\r\n\r\n\r\nFrom x Sun Jan  3 04:05:06 2021\r\nA: b\r\n',
  'Subject: ends in blank lines\r\n\r\nx\r\n\r\n\r\n\r\n',
  'Subject: bytes\r\n\r\n\u0000\u00ff lone \r in a line\r\n',
];

test('an mbox gives back the same bytes', async (t) => {
  const list = awkward.map(plain);
  const path = await writeMbox(join(folder(t), 'a.mbox'), each(list));
  const found = await messages(readMbox(path));
  assert.deepEqual(found.map(textOf), list.map(textOf));
  assert.deepEqual(
    new Set(found.map((each) => each.receivedAt?.getTime())),
    new Set([receivedAt.getTime()]),
  );
  assert.ok(!readFileSync(path, 'latin1').includes('\r\nSubject'));
  assert.equal(statSync(path).mode & 0o077, 0);
});

test('any message of whole lines comes back the same', async (t) => {
  const dir = folder(t);
  const word = fc.constantFrom('From ', '>', '>From ', 'x', ' ', ':', 'Subject: y', '\t', 'é', '');
  const line = fc.array(word, { maxLength: 5 }).map((words) => words.join(''));
  const message = fc
    .array(line, { minLength: 1, maxLength: 12 })
    .map((lines) => `${lines.join('\r\n')}x\r\n`);
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 5 }), async (list) => {
      number += 1;
      const path = await writeMbox(join(dir, `${number}`), each(list.map(plain)));
      assert.deepEqual(
        (await messages(readMbox(path))).map(textOf),
        list.map((text) => textOf(plain(text))),
      );
    }),
    { numRuns: 200 },
  );
});

test('flags are written on top and read back; the message’s own bytes follow', async (t) => {
  const flags = ['\\Seen', '\\Flagged', '\\Answered', '\\Draft', '$Forwarded'];
  const message = { ...plain('Status: O\r\nSubject: x\r\n\r\nx\r\n'), flags };
  const path = await writeMbox(join(folder(t), 'a'), each([message]));
  const [found] = await messages(readMbox(path));
  assert.deepEqual(found?.flags, ['\\Seen', '\\Flagged', '\\Answered', '\\Draft']);
  assert.ok(found && textOf(found).endsWith(textOf(message)));
});

test('a postmark is in UTC, also when only the message has a date', () => {
  const raw = Buffer.from('Date: Sun, 3 Jan 2021 04:05:06 +0200\r\n\r\nx');
  assert.equal(
    toMboxEntry({ raw, flags: [] }).toString(),
    'From MAILER-DAEMON Sun Jan  3 02:05:06 2021\nDate: Sun, 3 Jan 2021 04:05:06 +0200\n\nx\n\n',
  );
});

test('nothing is written over: a taken name gets a number', async (t) => {
  const dir = folder(t);
  const taken = put(dir, 'a.mbox', 'mine');
  put(dir, 'mail/mine.txt', 'mine');
  const list = [plain('Subject: x\r\n\r\nx\r\n')];
  assert.equal(await writeMbox(taken, each(list)), join(dir, 'a (2).mbox'));
  assert.equal(await writeEmlFolder(join(dir, 'mail'), each(list)), join(dir, 'mail (2)'));
  assert.equal(readFileSync(taken, 'utf8'), 'mine');
  assert.deepEqual(readdirSync(dir).sort(), ['a (2).mbox', 'a.mbox', 'mail', 'mail (2)']);
});

test('what fails on the way leaves nothing behind', async (t) => {
  const dir = folder(t);
  async function* broken() {
    yield plain('Subject: x\r\n\r\nx\r\n');
    throw new CancelledError();
  }
  await assert.rejects(writeMbox(join(dir, 'a'), broken()), { code: 'cancelled' });
  await assert.rejects(writeEmlFolder(join(dir, 'b'), broken()), { code: 'cancelled' });
  await assert.rejects(writeMbox(join(dir, 'none/a'), broken()), { code: 'storage.failed' });
  await assert.rejects(writeEmlFolder(join(dir, 'none/a'), broken()), { code: 'storage.failed' });
  assert.deepEqual(readdirSync(dir), []);
});

test('eml names are safe, in order, and each its own; the bytes are those of the message', async (t) => {
  const dir = folder(t);
  const subjects = ['../../etc/passwd', 'con', 'same', 'same', `${'ü'.repeat(300)}`, ''];
  const list = subjects.map((subject) => plain(`Subject: ${subject}\r\n\r\nlone\nLF\r\n`));
  const path = await writeEmlFolder(join(dir, 'out'), each(list));
  const names = readdirSync(path).sort();
  assert.equal(names.length, subjects.length);
  assert.deepEqual(names.slice(2, 4), ['000003 2021-01-03 same.eml', '000004 2021-01-03 same.eml']);
  for (const [index, name] of names.entries()) {
    assert.match(name, /^00000\d [^/]*\.eml$/);
    assert.deepEqual(readFileSync(join(path, name)), list[index]?.raw);
  }
  assert.equal((await messages(readEml(path))).length, subjects.length);
});

test('an export counts what was gone, and ends with the connection or the program', async (t) => {
  const dir = folder(t);
  const refs = [1, 2, 3].map((uid) => ({ accountId: 'a', mailboxId: 1, uidValidity: 1, uid }));
  const abort = new AbortController();
  const source = {
    list: () => Promise.resolve(refs),
    source: async ({ uid }: { uid: number }) => {
      if (uid === 2) throw new RequestError('message.not-found');
      return plain(`Subject: ${uid}\r\n\r\nx\r\n`);
    },
  };
  const path = join(dir, 'a');
  const result = await exportMessages({ source, refs, format: 'eml', path, signal: abort.signal });
  assert.deepEqual(result, { savedAs: path, written: 2, failed: 1 });
  abort.abort();
  await assert.rejects(
    exportMessages({ source, refs, format: 'mbox', path, signal: abort.signal }),
    { code: 'cancelled' },
  );
  assert.deepEqual(readdirSync(dir), ['a']);
});
