import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import PostalMime from 'postal-mime';
import { buildMessageFile, createMessageId, type OutgoingMessage } from '../../app/mime/build.ts';

const dir = mkdtempSync(join(tmpdir(), 'build-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const base: OutgoingMessage = {
  messageId: '<1@example.test>',
  date: new Date('2026-05-03T10:00:00Z'),
  from: { name: 'Ada Lovelace', address: 'ada@example.test' },
  to: [{ name: '', address: 'bob@example.test' }],
  cc: [],
  subject: 'Hello',
  text: 'Hi\n',
  attachments: [],
};
let count = 0;

async function build(patch: Partial<OutgoingMessage> = {}) {
  count += 1;
  const path = join(dir, `${count}.eml`);
  const sizeBytes = await buildMessageFile({ ...base, ...patch }, path);
  const raw = readFileSync(path);
  assert.equal(raw.length, sizeBytes);
  return { raw, text: raw.toString('latin1'), path };
}

test('every line ends with CRLF, whatever the text came with', async () => {
  const file = join(dir, 'lf.txt');
  writeFileSync(file, 'a\nb\r\nc\r');
  const { text } = await build({
    text: 'one\ntwo\r\nthree\rfour ü\n',
    attachments: [{ fileName: 'lf.txt', mimeType: 'text/plain', path: file }],
  });
  assert.doesNotMatch(text, /(^|[^\r])\n|\r(?!\n)/);
});

test('names neither this program, nor this computer, nor its time zone', async () => {
  const { text } = await build();
  assert.doesNotMatch(text, /x-mailer|user-agent|nodemailer|letterlock|127\.0\.0\.1/i);
  assert.ok(!text.includes(hostname()));
  assert.match(text, /^Date: Sun, 03 May 2026 10:00:00 \+0000\r$/m);
});

test('a Message-ID is fresh and lies in the address’s own domain', () => {
  const id = createMessageId('ada@münchen.example');
  assert.match(id, /^<[0-9a-f-]{36}@xn--mnchen-3ya\.example>$/);
  assert.notEqual(id, createMessageId('ada@münchen.example'));
});

test('no value can add a header', async () => {
  const evil = 'x\r\nX-Evil: 1\nX-Evil: 2\rX-Evil: 3\u2028X-Evil: 4';
  const { text } = await build({
    subject: evil,
    from: { name: evil, address: 'ada@example.test' },
    to: [{ name: evil, address: 'bob@example.test' }],
    inReplyTo: `<a@b>${evil}`,
    references: ['<ok@example.test>', `<a@b>${evil}`, evil],
    attachments: [{ fileName: evil, mimeType: evil, path: '/dev/null' }],
  });
  assert.doesNotMatch(text, /^x-evil/im);
  assert.match(text, /^References: <ok@example\.test>\r$/m);
  assert.doesNotMatch(text, /^In-Reply-To/m);
});

test('an attachment comes back byte for byte, under a name that hides nothing', async () => {
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_value, index) => (index * 7) % 256));
  const file = join(dir, 'bytes');
  writeFileSync(file, bytes);
  const { raw } = await build({
    attachments: [
      { fileName: '../../etc/räksmörgås\u202egpj.exe', mimeType: 'application/zip', path: file },
    ],
  });
  const [attachment] = (await PostalMime.parse(raw)).attachments;
  assert.ok(attachment && attachment.content instanceof ArrayBuffer);
  assert.deepEqual(Buffer.from(attachment.content), bytes);
  assert.equal(attachment.filename, 'räksmörgåsgpj.exe');
});

test('a type that would need a structure of its own goes as plain bytes', async () => {
  for (const mimeType of ['multipart/mixed', 'message/rfc822', 'text/plain; charset="x', '']) {
    const { text } = await build({
      attachments: [{ fileName: 'a.bin', mimeType, path: '/dev/null' }],
    });
    assert.match(text, /^Content-Type: application\/octet-stream; name=a\.bin\r$/m);
  }
});

test('the text survives as it was typed, but for spaces at line ends', async () => {
  const typed = 'Grüße 🎉\n\n> quoted\n.\nFrom here\n   spaces  \n';
  const { raw } = await build({ text: typed, subject: 'Grüße 🎉' });
  const parsed = await PostalMime.parse(raw);
  assert.equal(parsed.text, typed.replace(/ +\n/, '\n'));
  assert.equal(parsed.subject, 'Grüße 🎉');
});

test('long threads keep their first message and the latest ones', async () => {
  const references = Array.from({ length: 300 }, (_value, index) => `<${index}@example.test>`);
  const { text } = await build({ inReplyTo: '<299@example.test>', references });
  const header = /^References: ((?:.*\r\n[ \t])*.*)\r$/m.exec(text)?.[1] ?? '';
  const ids = header.split(/\s+/);
  assert.equal(ids.length, 50);
  assert.equal(ids[0], '<0@example.test>');
  assert.equal(ids.at(-1), '<299@example.test>');
});

test('the file is the person’s alone and appears whole or not at all', async () => {
  const { path } = await build();
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const before = readdirSync(dir);
  const attachments = [{ fileName: 'x', mimeType: 'a/b', path: join(dir, 'missing') }];
  await assert.rejects(buildMessageFile({ ...base, attachments }, join(dir, 'no.eml')), {
    code: 'storage.failed',
  });
  assert.deepEqual(readdirSync(dir), before);
});

test('rich mail: alternatives, the pictures that the html shows beside it, files around them', async () => {
  const file = join(dir, 'p.png');
  writeFileSync(file, 'png');
  const picture = { fileName: 'p.png', mimeType: 'image/png', path: file };
  const { raw, text } = await build({
    text: 'Hi',
    html: `<p>Hi <b>you</b> <img src="cid:in@inline"><img src="cid:gone@inline">
      <img src="data:image/png;base64,aGVsbG8="><script>bad()</script></p>`,
    replyTo: 'desk@example.test',
    attachments: [
      { ...picture, contentId: 'in@inline' },
      { ...picture, contentId: 'not-shown@inline' },
      { fileName: 'a.pdf', mimeType: 'application/pdf', path: file },
    ],
  });
  const kinds = [...text.matchAll(/^Content-Type: ([a-z/]+)/gm)].map(([, kind]) => kind);
  assert.deepEqual(kinds, [
    'multipart/mixed',
    'multipart/alternative',
    'text/plain',
    'multipart/related',
    'text/html',
    'image/png',
    'image/png',
    'image/png',
    'application/pdf',
  ]);
  const parsed = await PostalMime.parse(raw);
  assert.equal(parsed.text?.trim(), 'Hi');
  assert.match(parsed.html ?? '', /<p>Hi <b>you<\/b> <img src="cid:in@inline">/);
  assert.doesNotMatch(parsed.html ?? '', /script|gone@inline|data:image/);
  assert.deepEqual(parsed.replyTo, [{ name: '', address: 'desk@example.test' }]);
  const about = parsed.attachments.map(({ filename, disposition, related }) => [
    filename,
    disposition,
    related === true,
  ]);
  assert.deepEqual(about, [
    ['p.png', 'inline', true],
    ['picture-1.png', 'inline', true],
    ['p.png', 'attachment', false],
    ['a.pdf', 'attachment', false],
  ]);
  const shown = [...(parsed.html ?? '').matchAll(/cid:([^"]+)/g)].map(([, id]) => `<${id}>`);
  const related = parsed.attachments.filter((each) => each.related === true);
  assert.deepEqual(
    shown,
    related.map(({ contentId }) => contentId),
  );
});

test('rich mail without files is two alternatives and nothing else; flowed is said of plain text', async () => {
  const { text } = await build({ html: '<p>Hi</p>' });
  const kinds = [...text.matchAll(/^Content-Type: ([a-z/]+)/gm)].map(([, kind]) => kind);
  assert.deepEqual(kinds, ['multipart/alternative', 'text/plain', 'text/html']);
  assert.match(text, /^Content-Type: text\/plain; charset=utf-8; format=flowed\r$/m);
});
