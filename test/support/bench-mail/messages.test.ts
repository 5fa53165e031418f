import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { type MadeMessage, makeMessages } from './messages.ts';
import { languages } from './vocabulary.ts';

const made = [...makeMessages(1_000, 5)];
const share = (holds: (message: MadeMessage) => boolean) => made.filter(holds).length / made.length;

test('the same seed gives the same octets, another one others', () => {
  const hash = (seed: number) => {
    const sum = createHash('sha256');
    for (const { raw } of makeMessages(50, seed)) sum.update(raw);
    return sum.digest('hex');
  };
  assert.equal(hash(1), hash(1));
  assert.notEqual(hash(1), hash(2));
});

test('sizes, flags and dates are as described', () => {
  const total = made.reduce((sum, { raw }) => sum + raw.length, 0);
  assert.ok(Math.abs(total / made.length - 13_600) < 2_500, `${total / made.length} octets each`);
  const seen = share(({ flags }) => flags.includes('\\Seen'));
  assert.ok(Math.abs(seen - 0.7) < 0.06, `${seen} seen`);
  const large = share(({ raw }) => raw.length > 50_000);
  assert.ok(Math.abs(large - 0.05) < 0.03, `${large} large`);
  const times = made.map(({ receivedAt }) => receivedAt.getTime());
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
  const years = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / (365.25 * 86_400_000);
  assert.ok(years > 5.9 && years <= 6, `${years} years`);
});

test('every message can be read: text, subject, conversation, attachment', async () => {
  const ids = new Set<string>();
  let answers = 0;
  let files = 0;
  const letters = new Set<string>();
  for (const { raw } of made) {
    assert.ok(!/[^\r]\n/.test(raw.toString('latin1')), 'only CRLF ends a line');
    const mail = await PostalMime.parse(raw);
    const first = mail.subject?.replace(/^Re: /, '').split(' ')[0] ?? '';
    assert.ok(first !== '' && !first.includes('=?'), mail.subject);
    assert.ok((mail.text ?? '').length > 100);
    for (const letter of mail.text ?? '') letters.add(letter);
    if (mail.inReplyTo !== undefined) {
      answers += 1;
      assert.ok(ids.has(mail.inReplyTo), 'answers something before it');
      assert.ok(mail.references?.endsWith(mail.inReplyTo));
    }
    if (mail.messageId !== undefined) ids.add(mail.messageId);
    files += mail.attachments.length;
  }
  assert.ok(answers > 300, `${answers} answers`);
  assert.ok(files > 20, `${files} attachments`);
  for (const letter of 'eüéłřя会お') assert.ok(letters.has(letter), letter);
});

test('no language says a word twice', () => {
  for (const { words } of languages) assert.equal(new Set(words).size, words.length);
});
