import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  looksLikeAddress,
  readRecipient,
  readRecipients,
  recipientOf,
  recipientsText,
  splitEntries,
  withRecipients,
} from '../../../../renderer/views/composer/recipients.ts';

test('entries end at commas, semicolons and line ends, not inside quotes or angle brackets', () => {
  assert.deepEqual(splitEntries('a@b.c, d@e.f;g@h.i\nj@k.l'), ['a@b.c', 'd@e.f', 'g@h.i', 'j@k.l']);
  assert.deepEqual(splitEntries('"Okafor, Teresa" <t@o.example>; "a\\"b;c" <x@y.z>'), [
    '"Okafor, Teresa" <t@o.example>',
    '"a\\"b;c" <x@y.z>',
  ]);
  assert.deepEqual(splitEntries(' , ;\n '), []);
  assert.deepEqual(splitEntries('"left open, and on\nnext@one.example'), [
    '"left open, and on',
    'next@one.example',
  ]);
});

test('an entry is an address, or a name with an address', () => {
  assert.deepEqual(readRecipient('Ana Sousa <ana@sousa.example>'), {
    text: 'Ana Sousa <ana@sousa.example>',
    name: 'Ana Sousa',
    address: 'ana@sousa.example',
    valid: true,
  });
  assert.equal(readRecipient('"Sousa, \\"A\\"" <ana@sousa.example>').name, 'Sousa, "A"');
  assert.equal(readRecipient('mailto:ana@sousa.example').address, 'ana@sousa.example');
});

test('what can be no address is kept and marked', () => {
  for (const text of [
    'ana',
    'ana@',
    '@sousa.example',
    'a b@c.d',
    'a@b..c',
    '.a@b.c',
    'Ana <ana>',
  ]) {
    const person = readRecipient(text);
    assert.equal(person.valid, false, text);
    assert.equal(person.text, text);
  }
  for (const text of ['ana@localhost', 'änne@münchen.example', "o'neil+mail@x.example"]) {
    assert.equal(looksLikeAddress(text), true, text);
  }
});

test('a field keeps every entry and what is still being typed', () => {
  const list = readRecipients('Ana <a@b.c>; broken, d@e.f');
  assert.equal(recipientsText(list, ' ter '), 'Ana <a@b.c>, broken, d@e.f, ter');
  assert.deepEqual(readRecipients(recipientsText(list)), list);
});

test('nobody is in a field twice, whatever the case', () => {
  const list = readRecipients('a@b.c');
  assert.equal(withRecipients(list, readRecipients('A@B.C, d@e.f, d@e.f')).length, 2);
  assert.deepEqual(
    withRecipients(list, readRecipients('d@e.f'), 0).map(({ address }) => address),
    ['d@e.f', 'a@b.c'],
  );
});

test('a suggested person with specials in the name reads back as the same', () => {
  const person = recipientOf({ name: 'Okafor, "T"', address: 't@o.example' });
  assert.equal(person.name, 'Okafor, "T"');
  assert.deepEqual(readRecipients(recipientsText([person])), [person]);
});
