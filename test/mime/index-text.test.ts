/** Words of a message for search: structure, encodings, names, hostile input. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { textOfHtml } from '../../app/mime/html-text.ts';
import { extractText } from '../../app/mime/index-text.ts';
import { mimeLimits } from '../../app/mime/limits.ts';
import { parseMessage } from '../../app/mime/parse-message.ts';
import { demoMessages, demoPerson } from '../support/demo-mail/index.ts';

const message = (...lines: string[]) => Buffer.from(lines.join('\r\n'));

test('reads encoded headers, folded lines and several To fields', () => {
  const text = extractText(
    message(
      'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
      ' aus Bern',
      'From: =?utf-8?b?5qOu55Sw?= <haruka@example.com>',
      'To: one@example.com',
      'To: two@example.com',
      'Cc: three@example.com',
      '',
      'x',
    ),
  );
  assert.deepEqual(
    [text.subject, text.from, text.to, text.cc],
    [
      'Grüße aus Bern',
      '森田 <haruka@example.com>',
      'one@example.com two@example.com',
      'three@example.com',
    ],
  );
});

test('decodes base64, quoted-printable and old charsets', () => {
  const body = (encoding: string, charset: string, text: string) =>
    extractText(
      message(
        `Content-Type: text/plain; charset=${charset}`,
        `Content-Transfer-Encoding: ${encoding}`,
        '',
        text,
      ),
    ).body.trim();
  assert.equal(body('base64', 'utf-8', 'SMOkZmVu'), 'Häfen');
  assert.equal(
    body('quoted-printable', 'iso-8859-1', 'H=E4fen und=\r\n mehr = so=zz'),
    'Häfen und mehr = so=zz',
  );
  assert.equal(body('7bit', 'iso-2022-jp', '\x1b$B?9ED\x1b(B'), '森田');
  assert.equal(body('8bit', 'no-such-charset', 'Häfen'), 'Häfen');
});

test('takes the richer of two versions, and html as words', () => {
  const both = (plain: string, html: string) =>
    extractText(
      message(
        'Content-Type: multipart/alternative; boundary="b"',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        plain,
        '--b',
        'Content-Type: text/html',
        '',
        html,
        '--b--',
      ),
    ).body;
  assert.match(both('See the web page.', `<p>pelican ${'long text '.repeat(20)}</p>`), /pelican/);
  assert.match(
    both('A pelican sat on the pier.', '<p>A pelican sat on the pier.</p>'),
    /^A pelican/,
  );
});

test('names attachments, and does not read them', () => {
  const text = extractText(
    message(
      'Content-Type: multipart/mixed; boundary=outer',
      '',
      '--outer',
      'Content-Type: text/plain',
      '',
      'see the plan',
      '--outer',
      'Content-Type: text/plain; name="=?utf-8?q?Pl=C3=A4ne.txt?="',
      'Content-Disposition: attachment',
      '',
      'secretword',
      '--outer',
      'Content-Type: application/pdf',
      'Content-Disposition: attachment; filename*0*=utf-8\'\'J%C3%A4nner; filename*1=" report.pdf"',
      '',
      'secretword',
      '--outer--',
    ),
  );
  assert.deepEqual(text.names.split('\n'), ['Pläne.txt', 'Jänner report.pdf']);
  assert.equal(text.body.trim(), 'see the plan');
});

test('reads a message within a message', () => {
  const text = extractText(
    message(
      'Content-Type: message/rfc822',
      '',
      'Subject: inner pelican',
      'Content-Type: text/plain',
      '',
      'inner heron',
    ),
  );
  assert.match(text.body, /inner pelican[\s\S]*inner heron/);
});

test('finds the words that the full parser finds in the demo mail', async () => {
  for (const { id, raw } of await demoMessages(demoPerson, new Date('2026-11-20T10:00:00Z'))) {
    const parsed = await parseMessage(raw);
    const { body, names, subject, snippet } = extractText(raw);
    assert.equal(subject, parsed.subject, id);
    const words = new Set(body.split(/\s+/));
    const missed = (parsed.text ?? '').split(/\s+/).filter((word) => !words.has(word));
    assert.deepEqual(
      missed.filter((word) => /^\p{L}+$/u.test(word)),
      [],
      id,
    );
    for (const part of parsed.parts.filter(({ inline }) => !inline)) {
      if (part.mimeType !== 'text/calendar')
        assert.ok(names.includes(part.fileName), `${id} ${part.fileName}`);
    }
    assert.ok(snippet.length <= mimeLimits.snippetLength, id);
  }
});

test('never throws, and keeps within its limits, whatever comes', () => {
  const piece = fc.constantFrom(
    'Content-Type: multipart/mixed; boundary=b\r\n',
    'Content-Type: multipart/alternative; boundary="b',
    'Content-Type: message/rfc822\r\n',
    'Content-Type: text/html; charset=utf-16\r\n',
    'Content-Transfer-Encoding: base64\r\n',
    'Content-Transfer-Encoding: quoted-printable\r\n',
    "Content-Disposition: attachment; filename*0*=x''%zz; filename*1=\"a\\",
    '\r\n\r\n',
    '\n',
    '--b\r\n',
    '--b--\r\n',
    '<style><p>&#x110000;&amp;',
    '=3D=\r\n=',
    '\0\xff',
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ maxLength: 20 })), { maxLength: 60 }),
      (parts) => {
        const { body, snippet, subject } = extractText(Buffer.from(parts.join(''), 'latin1'));
        assert.ok(body.isWellFormed() && subject.isWellFormed());
        assert.ok(body.length <= mimeLimits.indexTextLength);
        assert.ok(snippet.length <= mimeLimits.snippetLength);
      },
    ),
    { numRuns: 500 },
  );
});

test('stops at its limits for hostile structure', () => {
  const nested = Array.from({ length: 5_000 }, (_, index) => [
    `Content-Type: multipart/mixed; boundary=b${index}`,
    '',
    `--b${index}`,
  ]).flat();
  assert.equal(extractText(message(...nested)).body, '');
  const many = extractText(
    message(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      ...Array.from({ length: 5_000 }, () => '--b\r\n\r\nx'),
    ),
  );
  assert.ok(many.body.length <= mimeLimits.parts * 4);
  const long = extractText(message('Subject: x', '', 'word '.repeat(1_000_000)));
  assert.equal(long.body.length, mimeLimits.indexTextLength);
});

test('html becomes words: blocks apart, inline together, hidden text left out', () => {
  const text = (html: string) => textOfHtml(html, 1_000).replace(/\s+/g, ' ').trim();
  assert.equal(text('<p>One</p><p>t<b>w</b>o</p>'), 'One two');
  assert.equal(text('<STYLE>p{}</STYLE>a<!-- b -->c<script>d</script>'), 'ac');
  assert.equal(
    text('1 < 2 &amp;&nbsp;Gr&uuml;&szlig;e &Ouml;l &#8364; &unknown;'),
    '1 < 2 & Grüße Öl € &unknown;',
  );
  assert.equal(text('<title>x</title><p>rest'), 'rest');
});
