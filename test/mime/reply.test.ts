import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddressDto, MessageBody } from '../../app/contract/index.ts';
import { replyDraft as draftOf, type ReplyKind, replySubject } from '../../app/mime/reply.ts';
import { textOfHtml } from '../../app/mime/reply-text.ts';

const self: AddressDto = { name: 'Ada', address: 'ada@example.test' };
const bob: AddressDto = { name: 'Bob', address: 'bob@example.test' };
const carol: AddressDto = { name: '', address: 'carol@example.test' };

const own = { identityId: 'own:a1', ...self, isDefault: true };

function replyDraft(message: MessageBody, kind: ReplyKind, identity: AddressDto) {
  assert.equal(identity, self);
  return draftOf(message, { kind, identities: [own], format: 'plain' });
}

function body(patch: Partial<MessageBody> = {}): MessageBody {
  return {
    ref: { accountId: 'a1', mailboxId: 1, uidValidity: 1, uid: 7 },
    from: [bob],
    replyTo: [],
    to: [self],
    cc: [],
    bcc: [],
    subject: 'Lunch',
    sentAt: '2026-05-03T10:00:00Z',
    receivedAt: '2026-05-03T10:00:01Z',
    messageId: '<m1@example.test>',
    references: ['<m0@example.test>'],
    text: 'Hi Ada,\n\n> earlier\nBob\n',
    truncated: false,
    parts: [],
    seen: true,
    flagged: false,
    ...patch,
  };
}

test('a reply goes to Reply-To when there is one, else to the author', () => {
  assert.equal(replyDraft(body(), 'reply', self).content.to, 'Bob <bob@example.test>');
  const withReplyTo = body({ replyTo: [carol] });
  assert.equal(replyDraft(withReplyTo, 'reply', self).content.to, 'carol@example.test');
});

test('reply-all reaches everyone once and never oneself', () => {
  const message = body({
    to: [{ ...self, address: 'ADA@Example.test' }, carol],
    cc: [bob, { name: 'Dan', address: 'dan@example.test' }, carol],
  });
  const { content } = replyDraft(message, 'reply-all', self);
  assert.equal(content.to, 'Bob <bob@example.test>');
  assert.equal(content.cc, 'carol@example.test, Dan <dan@example.test>');
});

test('an answer to one’s own message goes to those it was written to', () => {
  const message = body({ from: [self], to: [bob], cc: [carol] });
  assert.equal(replyDraft(message, 'reply', self).content.to, 'Bob <bob@example.test>');
  assert.equal(replyDraft(message, 'reply-all', self).content.cc, 'carol@example.test');
  const note = body({ from: [self], to: [self] });
  assert.equal(replyDraft(note, 'reply', self).content.to, 'Ada <ada@example.test>');
});

test('a stranger’s broken address is left out rather than copied', () => {
  const message = body({ to: [self, { name: 'x', address: 'evil@x\r\nBcc: y@z' }] });
  assert.equal(replyDraft(message, 'reply-all', self).content.cc, '');
});

test('the thread goes on: In-Reply-To and References of the answered message', () => {
  assert.deepEqual(replyDraft(body(), 'reply', self).thread, {
    messageId: '<m1@example.test>',
    references: ['<m0@example.test>'],
  });
  assert.equal(replyDraft(body(), 'forward', self).thread, undefined);
});

test('the prefix of a subject stands once', () => {
  for (const subject of ['Lunch', 'Re: Lunch', 'RE: re: Lunch', 'AW: Re[2]: Lunch', 'Sv:Lunch']) {
    assert.equal(replySubject(subject, 'reply'), 'Re: Lunch');
  }
  assert.equal(replySubject('Fw: WG: Fwd: Lunch', 'forward'), 'Fwd: Lunch');
  assert.equal(replySubject('Re: Lunch', 'forward'), 'Fwd: Re: Lunch');
  assert.equal(replySubject('Report: Lunch', 'reply'), 'Re: Report: Lunch');
});

test('the answered text is quoted under a line that says whose it is', () => {
  const { text } = replyDraft(body(), 'reply', self).content;
  assert.equal(
    text,
    '\n\nOn 3 May 2026 at 10:00 UTC, Bob <bob@example.test> wrote:\n> Hi Ada,\n>\n>> earlier\n> Bob\n',
  );
});

test('a forwarded message names its people and keeps its text', () => {
  const { content } = replyDraft(body({ cc: [carol] }), 'forward', self);
  assert.equal(content.to, '');
  assert.equal(content.inReplyTo, undefined);
  assert.match(content.text, /From: Bob <bob@example\.test>\n.*\nSubject: Lunch\n/);
  assert.match(content.text, /\nCc: carol@example\.test\n\nHi Ada,\n/);
});

test('HTML is quoted as text: hidden elements and comments are not in it', () => {
  const html =
    '<head><title>t</title></head><style>x</style><!-- c --><p>One &amp; <b>two</b></p><div>&#x41;&#66;</div><script>evil()';
  assert.equal(textOfHtml(html), 'One & two\n\nAB');
  const { text } = replyDraft(body({ text: undefined, html }), 'reply', self).content;
  assert.match(text, /> One & two\n>\n> AB\n$/);
});

test('a body made to be slow to read is read in one pass', () => {
  for (const piece of ['<', '<!--', '<style>', '&#', '<p', '</']) {
    const html = piece.repeat(200_000);
    assert.equal(typeof textOfHtml(html), 'string');
  }
});

const board: AddressDto = { name: 'Board', address: 'board@choir.test' };
const identities = [own, { identityId: 'i2', ...board, isDefault: false }];

test('the answer comes from the address that the message went to, and not to any of one’s own', () => {
  const message = body({ to: [board, carol], cc: [self] });
  const { content } = draftOf(message, { kind: 'reply-all', identities, format: 'plain' });
  assert.equal(content.identityId, 'i2');
  assert.equal(content.to, 'Bob <bob@example.test>');
  assert.equal(content.cc, 'carol@example.test');
  const elsewhere = body({ to: [carol] });
  const other = draftOf(elsewhere, { kind: 'reply', identities, format: 'plain' });
  assert.equal(other.content.identityId, 'own:a1');
});

test('an answer to all goes where Mail-Followup-To says, an answer to one does not', () => {
  const list: AddressDto = { name: '', address: 'list@example.test' };
  const message = body({ to: [list], cc: [carol], followupTo: [list, self] });
  const all = draftOf(message, { kind: 'reply-all', identities, format: 'plain' }).content;
  assert.deepEqual([all.to, all.cc], ['list@example.test', '']);
  const one = draftOf(message, { kind: 'reply', identities, format: 'plain' }).content;
  assert.equal(one.to, 'Bob <bob@example.test>');
});

const picture = {
  partId: '1',
  fileName: 'a.png',
  mimeType: 'image/png',
  sizeBytes: 3,
  contentId: 'pic@x',
  inline: true,
};
const rich = body({
  text: 'other words',
  html: '<style>.k{display:none}</style><p>Hello <b>Ada</b></p><p class="k">kobold</p><img src="cid:pic@x">',
  parts: [picture],
});

test('a rich answer quotes what can be seen, with its pictures, and says the same in plain text', () => {
  const { content, pictures } = draftOf(rich, { kind: 'reply', identities, format: 'rich' });
  const [named = ''] = pictures.values();
  assert.deepEqual([...pictures.keys()], ['pic@x']);
  assert.match(named, /^[0-9a-f-]{36}@inline$/);
  assert.match(content.html ?? '', /<blockquote type="cite"[^>]*><p>Hello <b>Ada<\/b><\/p>/);
  assert.ok(content.html?.includes(`<img src="cid:${named}">`));
  assert.match(content.text, /wrote:\n> Hello Ada\n$/);
  assert.doesNotMatch(`${content.html}${content.text}`, /kobold|other words/);
  assert.match(content.html ?? '', /Bob &lt;bob@example\.test&gt; wrote:/);
});

test('a rich forward has the header above the whole message, which is no quotation', () => {
  const { content } = draftOf(rich, { kind: 'forward', identities, format: 'rich' });
  assert.doesNotMatch(content.html ?? '', /blockquote|kobold/);
  assert.match(content.html ?? '', /<b>Subject:<\/b> Lunch<br>.*<p>Hello <b>Ada<\/b><\/p>/);
});

test('plain text is quoted richly with its lines, and nothing in it is html', () => {
  const message = body({ text: 'a <b>\n  c & d' });
  const { content } = draftOf(message, { kind: 'reply', identities, format: 'rich' });
  assert.match(content.html ?? '', /<div>a &lt;b&gt;<br>&nbsp; ?(?:&nbsp;)?c &amp; d<\/div>/);
});

test('the words around a quotation are those of the window', () => {
  const words = {
    locale: 'de',
    attribution: 'Am {date} schrieb {author}:',
    forwarded: 'Weitergeleitete Nachricht',
    from: 'Von',
    date: 'Datum',
    subject: 'Betreff',
    to: 'An',
    cc: 'Kopie',
  };
  const name = '$& {date}';
  const message = body({ from: [{ name, address: bob.address }], cc: [carol] });
  const reply = draftOf(message, { kind: 'reply', identities, format: 'plain', words });
  assert.match(
    reply.content.text,
    /\n\nAm 3\. Mai 2026 um 10:00 UTC schrieb "\$& \{date\}" <bob@example\.test>:\n/,
  );
  const forward = draftOf(message, { kind: 'forward', identities, format: 'plain', words });
  assert.match(forward.content.text, /- Weitergeleitete Nachricht -.*\nVon: .*\nDatum: /);
  const odd = draftOf(message, {
    kind: 'reply',
    identities,
    format: 'plain',
    words: { ...words, locale: 'no such locale' },
  });
  assert.match(odd.content.text, /Am 3 May 2026/);
});
