/** Reading messages: honest ones, odd ones and hostile ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { limits } from '../../app/contract/index.ts';
import { RequestError } from '../../app/errors.ts';
import { mimeLimits } from '../../app/mime/limits.ts';
import { parseMessage } from '../../app/mime/parse-message.ts';
import { limitParts } from '../../app/mime/part-limit.ts';

const bytes = (...lines: string[]) => Buffer.from(lines.join('\r\n'), 'latin1');

test('reads headers, text, html and parts', async () => {
  const parsed = await parseMessage(
    bytes(
      'From: "Ada L." <ada@example.test>',
      'To: Mia <mia@example.test>, team: x@example.test, y@example.test;',
      'Subject: =?utf-8?B?w4VycyBtYWls?=',
      'Date: Mon, 2 Nov 2026 10:00:00 +0100',
      'Message-ID: <m1@example.test>',
      'References: <a@x> <b@x>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="b"',
      '',
      '--b',
      'Content-Type: text/plain; charset=iso-8859-1',
      '',
      'gr\xfc\xdfe',
      '--b',
      'Content-Type: application/pdf; name="x.pdf"',
      'Content-Disposition: attachment',
      'Content-Transfer-Encoding: base64',
      '',
      'AQID',
      '--b--',
    ),
  );
  assert.deepEqual(parsed.from, [{ name: 'Ada L.', address: 'ada@example.test' }]);
  assert.equal(parsed.to.length, 3);
  assert.equal(parsed.subject, 'Års mail');
  assert.equal(parsed.sentAt?.toISOString(), '2026-11-02T09:00:00.000Z');
  assert.equal(parsed.messageId, '<m1@example.test>');
  assert.deepEqual(parsed.references, ['<a@x>', '<b@x>']);
  assert.equal(parsed.text?.trim(), 'grüße');
  assert.equal(parsed.parts[0]?.fileName, 'x.pdf');
  assert.deepEqual([...(parsed.parts[0]?.bytes ?? [])], [1, 2, 3]);
  assert.equal(parsed.truncated, false);
});

test('shows every From, so that a second one cannot hide', async () => {
  const { from } = await parseMessage(
    bytes('From: a@one.test', 'From: <b@two.test>, <c@three.test>', '', 'x'),
  );
  assert.deepEqual(
    from.map(({ address }) => address),
    ['a@one.test', 'b@two.test', 'c@three.test'],
  );
});

test('takes control and direction characters out of names (Mailsploit)', async () => {
  const word = Buffer.from('potus@whitehouse.gov\0\n\u202E').toString('base64');
  const { from } = await parseMessage(
    bytes(`From: =?utf-8?B?${word}?= <evil@example.test>`, '', 'x'),
  );
  assert.deepEqual(from, [{ name: 'potus@whitehouse.gov', address: 'evil@example.test' }]);
});

test('a nonsense date is none', async () => {
  const { sentAt } = await parseMessage(bytes('Date: yesterday-ish', '', 'x'));
  assert.equal(sentAt, undefined);
});

test('an unknown charset does not stop the reading', async () => {
  const { text } = await parseMessage(
    bytes('Content-Type: text/plain; charset=x-klingon', '', 'still here'),
  );
  assert.match(text ?? '', /still here/);
});

test('nesting beyond the limit is unreadable, not fatal', async () => {
  const depth = mimeLimits.nestingDepth + 10;
  const lines: string[] = [];
  for (let level = 0; level < depth; level++) {
    lines.push(`Content-Type: multipart/mixed; boundary="b${level}"`, '', `--b${level}`);
  }
  await assert.rejects(parseMessage(bytes(...lines, '', 'x')), { code: 'message.unreadable' });
});

test('headers beyond the limit are unreadable, not fatal', async () => {
  const line = `X-Pad: ${'x'.repeat(900)}`;
  const many = Array.from({ length: mimeLimits.headersSizeBytes / 900 + 10 }, () => line);
  await assert.rejects(parseMessage(bytes(...many, '', 'x')), { code: 'message.unreadable' });
});

test('a message over the size limit is refused unparsed', async () => {
  const huge = Buffer.alloc(mimeLimits.messageSizeBytes + 1);
  await assert.rejects(parseMessage(huge), { code: 'message.unreadable' });
});

function siblings(count: number, boundary = 'b'): Buffer {
  const part = `--${boundary}\r\nContent-Type: text/x-a\r\n\r\nx\r\n`;
  return Buffer.from(
    `Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n${part.repeat(count)}`,
  );
}

test('looks at so many siblings and says that there are more', async () => {
  const most = await parseMessage(siblings(mimeLimits.parts));
  assert.equal(most.truncated, false);
  const more = await parseMessage(siblings(mimeLimits.parts + 100));
  assert.equal(more.truncated, true);
  assert.ok(more.parts.length <= mimeLimits.parts);
});

test('counts boundaries that end in two dashes', () => {
  assert.equal(limitParts(siblings(mimeLimits.parts + 5, 'odd--')).cut, true);
});

test('lines of dashes in a plain text are not parts', () => {
  const text = Buffer.from(`Subject: diff\r\n\r\n${'-- a/file\r\n'.repeat(5_000)}`);
  assert.equal(limitParts(text).cut, false);
});

test('a declared boundary that is hidden in pieces still meets a limit', () => {
  const head = 'Content-Type: multipart/mixed; boundary*0=b; boundary*1=c\r\n\r\n';
  const raw = Buffer.from(head + '--bc\r\n\r\nx\r\n'.repeat(mimeLimits.dashLines + 10));
  assert.equal(limitParts(raw).cut, true);
});

test('recipients beyond the limit are left out', async () => {
  const to = Array.from({ length: 3_000 }, (_, index) => `u${index}@example.test`).join(', ');
  const parsed = await parseMessage(bytes(`To: ${to}`, '', 'x'));
  assert.equal(parsed.to.length, limits.recipients);
});

test('text over the limit is cut and says so', async () => {
  const parsed = await parseMessage(
    Buffer.from(`Content-Type: text/plain\r\n\r\n${'word '.repeat(limits.textLength / 5 + 10)}`),
  );
  assert.equal(parsed.text?.length, limits.textLength);
  assert.equal(parsed.truncated, true);
});

test('any bytes give a message or message.unreadable', async () => {
  const word = fc.constantFrom(
    'Content-Type: multipart/mixed; boundary=b\r\n',
    'Content-Type: message/rfc822\r\n',
    'Content-Type: text/html; charset=utf-7\r\n',
    '--b\r\n',
    '--b--\r\n',
    '\r\n',
    '\r\n\r\n',
    'From: <',
    '=?utf-8?B?',
    '?=',
    '\0',
    'Content-Transfer-Encoding: base64\r\n',
    '=\r\n',
    'To: a:b;,',
    "Content-Disposition: attachment; filename*0*=utf-8''%",
    'Date: ',
    'References: <<<>>>\r\n',
  );
  const messages = fc.array(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 20 })), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(messages, async (pieces) => {
      try {
        await parseMessage(Buffer.from(pieces.join(''), 'latin1'));
      } catch (error) {
        assert.ok(error instanceof RequestError);
      }
    }),
    { numRuns: 500 },
  );
});
