import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeFlowed } from '../../app/mime/flowed.ts';

/** As RFC 3676 §4 says that a reader does it. */
function decode(text: string): string {
  const lines: string[] = [];
  let open: { depth: number; text: string } | undefined;
  for (const raw of text.split('\r\n')) {
    const depth = /^>*/.exec(raw)?.[0].length ?? 0;
    const line = raw.slice(depth).replace(/^ /, '');
    const soft = line.endsWith(' ') && line !== '-- ';
    const joined = open !== undefined && open.depth === depth ? open.text + line : line;
    if (open !== undefined && open.depth !== depth) lines.push('>'.repeat(open.depth) + open.text);
    if (soft) open = { depth, text: joined };
    else {
      lines.push(`${'>'.repeat(depth)}${depth > 0 && joined !== '' ? ' ' : ''}${joined}`);
      open = undefined;
    }
  }
  if (open !== undefined) lines.push(open.text);
  return lines.join('\n');
}

test('long lines are folded at spaces, and a reader can flow them together again', () => {
  const text = `Dear all,\n\n${'many words '.repeat(30).trim()}\n> ${'quoted words '.repeat(20).trim()}\n`;
  const flowed = encodeFlowed(text);
  for (const line of flowed.split('\r\n')) assert.ok(line.length <= 78, line);
  assert.equal(decode(flowed), text);
});

test('the mark above a signature stays, and spaces at line ends do not join lines', () => {
  assert.equal(encodeFlowed('a  \nb\n-- \nAda'), 'a\r\nb\r\n-- \r\nAda');
});

test('lines whose beginning would mean something are stuffed', () => {
  assert.equal(encodeFlowed(' x\nFrom here\n> q'), '  x\r\n From here\r\n> q');
});

test('a word longer than a line stays whole', () => {
  const word = `https://example.test/${'x'.repeat(200)}`;
  assert.equal(encodeFlowed(`see ${word} there`), `see \r\n${word} \r\nthere`);
});

test('whatever is written can be flowed together again', () => {
  const word = fc.stringMatching(/^[a-zA-Zäß.,!-]{1,90}$/);
  const line = fc.tuple(
    fc.constantFrom('', '> ', '>> '),
    fc.array(word, { minLength: 1, maxLength: 40 }),
  );
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (lines) => {
      const text = lines.map(([quote, words]) => quote + words.join(' ')).join('\n');
      assert.equal(decode(encodeFlowed(text)), text);
    }),
  );
});
