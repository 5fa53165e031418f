/** Rows of a header sync read without the library: what it makes of the same octets is the measure. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import type { MailboxObject } from 'imapflow';
import parser from 'imapflow/lib/handler/imap-parser.js';
import { formatMessageResponse } from 'imapflow/lib/tools.js';
import type { FetchedRow } from '../../app/imap/header-row.ts';
import { toHeader } from '../../app/imap/headers.ts';
import { RowTap } from '../../app/imap/row-tap.ts';

/** Literals of a response apart from its lines, as the library's stream hands them on. */
function split(response: string): { payload: Buffer; literals: Buffer[] } {
  const octets = Buffer.from(response);
  const lines: Buffer[] = [];
  const literals: Buffer[] = [];
  for (let at = 0; at < octets.length; ) {
    const end = octets.indexOf('\n', at) + 1;
    lines.push(octets.subarray(at, end));
    const size = /\{(\d+)\}\r\n$/.exec(octets.toString('latin1', at, end));
    at = end;
    if (size === null) continue;
    literals.push(octets.subarray(at, at + Number(size[1])));
    at += Number(size[1]);
  }
  return { payload: Buffer.concat(lines).subarray(0, -2), literals };
}

async function asTheLibraryReads(response: string): Promise<FetchedRow> {
  const { payload, literals } = split(response);
  const parsed = await parser(payload, { literals });
  const mailbox: MailboxObject = {
    path: 'INBOX',
    delimiter: '/',
    flags: new Set(),
    uidValidity: 1n,
    uidNext: 1,
    exists: 1,
  };
  const message = await formatMessageResponse(parsed, mailbox);
  return { header: toHeader(message), modSeq: message.modseq ?? 0n };
}

interface Tapped {
  readonly rows: readonly FetchedRow[];
  /** What went on to the library. */
  readonly rest: string;
}

async function tapped(octets: Buffer, pieces: readonly number[] = []): Promise<Tapped> {
  const tap = new RowTap();
  const rows: FetchedRow[] = [];
  const rest: Buffer[] = [];
  tap.takeRows({ row: (row) => rows.push(row), settle: () => undefined });
  tap.on('data', (piece: Buffer) => rest.push(piece));
  let from = 0;
  for (const piece of pieces) {
    tap.write(octets.subarray(from, from + piece));
    from += piece;
  }
  tap.end(octets.subarray(from));
  await once(tap, 'end');
  return { rows, rest: Buffer.concat(rest).toString() };
}

const plain = '("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 10 1 NIL NIL NIL NIL)';
const people = '(("Mia Holm" NIL "mia" "example.test"))';
const envelope = `("Fri, 20 Nov 2020 16:54:22 +0000" "Words" ${people} NIL NIL ${people} NIL NIL NIL "<1@x>")`;

function response(items: string, uid = 7): string {
  return `* 3 FETCH (UID ${uid} FLAGS (\\Seen) INTERNALDATE "20-Nov-2020 16:54:22 +0000" RFC822.SIZE 99 ${items})\r\n`;
}

function literal(text: string): string {
  return `{${Buffer.byteLength(text)}}\r\n${text}`;
}

function withEnvelope(parts: { subject?: string; from?: string; to?: string }): string {
  const { subject = 'NIL', from = 'NIL', to = 'NIL' } = parts;
  return `ENVELOPE ("Mon, 1 Jan 2024 00:00:00 +0200" ${subject} ${from} NIL NIL ${to} NIL NIL "<0@x>" "<1@x>")`;
}

const taken: Record<string, string> = {
  plain: response(`ENVELOPE ${envelope} BODYSTRUCTURE ${plain}`),
  'lower case and other order': `* 3 fetch (modseq (77) envelope ${envelope} flags (\\FLAGGED $Work \\seen \\Deleted \\Answered) uid 8)\r\n`,
  'nothing known': `* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) UID 1)\r\n`,
  'a date that is none': `* 1 FETCH (ENVELOPE ("yesterday" "" NIL NIL NIL NIL NIL NIL "" "") INTERNALDATE "soon" UID 1)\r\n`,
  references: response(
    `ENVELOPE ${envelope} BODY[HEADER.FIELDS (REFERENCES)] ${literal('References: <a@x>\r\n\t<b@x>\r\n\r\n')}`,
  ),
  'references in quotes': response(
    `ENVELOPE ${envelope} BODY[HEADER.FIELDS ("REFERENCES")] "References: <a@x>"`,
  ),
  'no references': response(`ENVELOPE ${envelope} BODY[HEADER.FIELDS (REFERENCES)] NIL`),
  'many references': response(
    `ENVELOPE ${envelope} BODY[HEADER.FIELDS (REFERENCES)] ${literal(
      Array.from({ length: 60 }, (_, index) => `<${index}@x>`).join(' '),
    )}`,
  ),
  emailId: response(`EMAILID (M0123) ENVELOPE ${envelope}`),
  'emailId of Gmail': response(`X-GM-MSGID 1278455344230334865 ENVELOPE ${envelope}`),
  literals: response(
    withEnvelope({
      subject: literal('Grüße)\r\n* 4 FETCH (UID 9 ENVELOPE (NIL'),
      from: `((${literal('Zoë')} NIL ${literal('zoe')} "x.test"))`,
    }),
  ),
  escapes: response(
    withEnvelope({ subject: '"a \\"b\\" \\\\ c"', from: '(("\\"Q\\"" NIL "q" "x.test"))' }),
  ),
  'UTF-8': response(withEnvelope({ subject: '"Größe 日本"', from: '(("Łódź" NIL "ł" "ż.test"))' })),
  'encoded words': response(
    withEnvelope({
      subject: '"=?utf-8?Q?=22a=22?= =?utf-8?B?w6Q=?= =?iso-8859-1?Q?=E4?="',
      from: '(("=?UTF-8?B?0JjQstCw0L0=?=" NIL "ivan" "x.test"))',
    }),
  ),
  'quotes around a name': response(withEnvelope({ from: `(("'\\"Mia\\"" NIL "mia" "x.test"))` })),
  groups: response(
    withEnvelope({
      from: '((NIL NIL "undisclosed" NIL)(NIL NIL NIL NIL))',
      to: '((NIL NIL NIL NIL) (NIL NIL "=?utf-8?Q?g=C3=A4?=" NIL) NIL ("N" NIL NIL "h") ("=?utf-8?Q??=" NIL NIL NIL))',
    }),
  ),
  'more people than are kept': response(
    withEnvelope({
      to: `(${Array.from({ length: 30 }, (_, index) => `(NIL NIL "p${index}" "x")`).join('')})`,
    }),
  ),
  'keywords twice, and odd ones': `* 1 FETCH (UID 5 FLAGS ($A $A \\Recent NonJunk "Quoted") ENVELOPE ${envelope})\r\n`,
  'names that turn text around': response(
    withEnvelope({ subject: '"a\u202eb  c"', from: '(("x\u200by" NIL "m\u2066" "x.test"))' }),
  ),
};

const structures: Record<string, string> = {
  none: 'NIL',
  text: plain,
  'text without its lines': '("text" "plain" NIL NIL NIL "7bit" 5 NIL ("attachment" NIL) NIL NIL)',
  'text that is an attachment':
    '("text" "plain" NIL NIL NIL "7bit" 5 1 NIL ("attachment" ("filename" "a.txt")) NIL NIL)',
  mixed: `(${plain}("application" "pdf" ("name" "a.pdf") NIL NIL "base64" 9 NIL NIL NIL NIL) "mixed" ("boundary" "b") NIL NIL NIL)`,
  'no spaces and no extensions': `(${plain}("application" "pdf" ("name" "a.pdf") NIL NIL "base64" 9)"mixed")`,
  'image within the text': `(${plain} ("image" "png" ("name" "a.png") "<i@x>" NIL "base64" 9 NIL ("inline" ("filename" "a.png")) NIL NIL) "related" NIL NIL NIL NIL)`,
  'image without an id':
    '("image" "png" ("name" "a.png") NIL NIL "base64" 9 NIL ("inline" NIL) NIL NIL)',
  'name in pieces':
    '("application" "x" ("name*0*" "utf-8\'\'a" "name*1" "b") NIL NIL "base64" 9 NIL NIL NIL NIL)',
  'file name with a charset':
    '("application" "x" NIL NIL NIL "base64" 9 NIL ("x" ("FileName*" "utf-8\'\'a")) NIL NIL)',
  'a name without a value': '("application" "x" ("name") NIL NIL "base64" 9 NIL NIL NIL NIL)',
  'names of something else':
    '("application" "x" ("name*x" "a" "names" "b") NIL NIL "base64" 9 NIL NIL NIL NIL)',
  'message inside': `("message" "rfc822" NIL NIL NIL "7bit" 300 ${envelope} (${plain}("application" "pdf" ("name" "a") NIL NIL "base64" 9 NIL NIL NIL NIL) "mixed" NIL NIL NIL NIL) 12 NIL ("attachment" NIL) NIL NIL)`,
  'message inside that is only text': `("message" "rfc822" NIL NIL NIL "7bit" 300 ${envelope} ${plain} 12 NIL ("attachment" NIL) NIL NIL)`,
  'message inside of which nothing is known':
    '("message" "rfc822" NIL NIL NIL "7bit" 300 NIL NIL 12 NIL ("attachment" NIL) NIL NIL)',
};

for (const [name, line] of Object.entries(taken)) {
  test(`a row as the library reads it: ${name}`, async () => {
    const { rows, rest } = await tapped(Buffer.from(line));
    assert.deepEqual(rows, [await asTheLibraryReads(line)]);
    assert.equal(rest, '');
  });
}

for (const [name, structure] of Object.entries(structures)) {
  test(`attachments as the library tells them: ${name}`, async () => {
    const line = response(`ENVELOPE ${envelope} BODYSTRUCTURE ${structure}`);
    const { rows } = await tapped(Buffer.from(line));
    assert.deepEqual(rows, [await asTheLibraryReads(line)]);
  });
}

const passedOn: Record<string, string> = {
  'flags alone': '* 3 FETCH (UID 7 FLAGS (\\Seen) MODSEQ (9))\r\n',
  'a message': response(`BODY[] ${literal('Subject: x\r\n\r\n* 1 FETCH (')}`),
  'an item that was not asked for': response(`ENVELOPE ${envelope} X-OTHER 3`),
  'no uid': `* 3 FETCH (ENVELOPE ${envelope})\r\n`,
  'no envelope': response('ENVELOPE NIL'),
  'other lines': '* 5 EXISTS\r\n* VANISHED 3:4\r\n* OK [X] ENVELOPE\r\nA1 OK done\r\n',
  'values without a space between': `* 3 FETCH (UID 7 ENVELOPE (NIL"Words" NIL NIL NIL NIL NIL NIL NIL NIL NIL))\r\n`,
  'no word at all': response(`ENVELOPE ${envelope} BODYSTRUCTURE ("text" 2*3)`),
  'an end too few': `* 3 FETCH (UID 7 ENVELOPE ${envelope}\r\n`,
  'an end too many': `* 3 FETCH (UID 7 ENVELOPE ${envelope}))\r\n`,
  'a string that goes over a line':
    '* 3 FETCH (UID 7 ENVELOPE (NIL "a {4}\r\nb" ) NIL NIL NIL NIL NIL NIL NIL NIL))\r\n',
  'lists in lists': `* 3 FETCH (UID 7 ENVELOPE ${'('.repeat(60)}${')'.repeat(60)})\r\n`,
  'more than is held': response(
    withEnvelope({ to: `(${'(NIL NIL "somebody" "example.test")'.repeat(9_000)})` }),
  ),
};

for (const [name, lines] of Object.entries(passedOn)) {
  test(`goes on to the library as it came: ${name}`, async () => {
    const pieces = Array.from({ length: 40 }, () => Math.ceil(lines.length / 40));
    const { rows, rest } = await tapped(Buffer.from(lines), pieces);
    assert.equal(rest, lines);
    assert.deepEqual(rows, []);
  });
}

test('wherever the stream is cut, the same rows come and the same rest goes on', async () => {
  const parts = [
    ...Object.values(taken),
    ...Object.values(passedOn).filter((one) => one.length < 5_000),
  ];
  const lines = parts.map((part) => `${part}* 1 EXPUNGE\r\n`).join('');
  const octets = Buffer.from(lines);
  const whole = await tapped(octets);
  assert.equal(whole.rows.length, Object.keys(taken).length);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 60 }),
      async (pieces) => {
        assert.deepEqual(await tapped(octets, pieces), whole);
      },
    ),
    { numRuns: 60 },
  );
});

test('octets of a message are no response, also with a size that begins with many zeros', async () => {
  const body = taken.plain ?? '';
  for (const zeros of ['', '000', '0'.repeat(15), '0'.repeat(60)]) {
    const lines = `* 1 FETCH (UID 2 BODY[] {${zeros}${body.length}}\r\n${body})\r\n* 9 EXISTS\r\n`;
    for (const pieces of [[], [30, 20, 20, 20], Array.from({ length: 100 }, () => 1)]) {
      const { rows, rest } = await tapped(Buffer.from(lines), pieces);
      assert.deepEqual(rows, []);
      assert.equal(rest, lines);
    }
  }
});

test('nothing is taken before it was asked for, nor afterwards', async () => {
  const tap = new RowTap();
  const rows: FetchedRow[] = [];
  const rest: Buffer[] = [];
  tap.on('data', (piece: Buffer) => rest.push(piece));
  const line = taken.plain ?? '';
  tap.write(line + line.slice(0, 20));
  const release = tap.takeRows({ row: (row) => rows.push(row), settle: () => undefined });
  tap.write(`${line.slice(20)}${line}${line.slice(0, 20)}`);
  release();
  tap.write(line.slice(20));
  tap.end(line);
  await once(tap, 'end');
  assert.equal(rows.length, 1);
  assert.equal(Buffer.concat(rest).toString(), line.repeat(4));
});

test('nothing more is read while rows are being stored', async () => {
  const tap = new RowTap();
  let rows = 0;
  const stored = Promise.withResolvers<void>();
  tap.takeRows({
    row: () => {
      rows += 1;
    },
    settle: () => (rows === 1 ? stored.promise : undefined),
  });
  tap.resume();
  tap.write(taken.plain);
  tap.write(taken.plain);
  await turn();
  assert.equal(rows, 1);
  stored.resolve();
  tap.end();
  await once(tap, 'end');
  assert.equal(rows, 2);
});
