import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addressText,
  firstName,
  hasRecipient,
  nameContradicts,
  parseMailto,
  plainName,
  shortName,
} from '../../../renderer/mail/addresses.ts';

const person = (name: string, address: string) => ({ name, address });

test('direction, control and zero-width characters are taken out of names', () => {
  assert.equal(plainName('invoice\u202Egpj.exe'), 'invoicegpj.exe');
  assert.equal(plainName('A\u0000\u200Bnn\u00ADa\r\n  B'), 'Anna B');
});

test('joiners that scripts and emoji need stay', () => {
  assert.equal(plainName('می\u200Cخواهم'), 'می\u200Cخواهم');
});

test('a name that poses as another address gives way to the real one', () => {
  const posing = person('billing@bank.example', 'x@mailer.example');
  assert.equal(nameContradicts(posing), true);
  assert.equal(shortName(posing), 'x@mailer.example');
});

test('a name that repeats its own address is not a contradiction', () => {
  assert.equal(nameContradicts(person('Ann@Example.org', 'ann@example.org')), false);
});

test('a name with specials is quoted in a recipient field', () => {
  assert.equal(
    addressText(person('Weber, "Jo"', 'j@w.example')),
    '"Weber, \\"Jo\\"" <j@w.example>',
  );
  assert.equal(addressText(person('山田 葵', 'a@y.example')), '山田 葵 <a@y.example>');
  assert.equal(addressText(person('', 'a@y.example')), 'a@y.example');
});

test('sending needs something around an @', () => {
  assert.equal(hasRecipient('Teresa'), false);
  assert.equal(hasRecipient('Teresa <t@o.example>'), true);
});

test('a mailto link never attaches files and never hides recipients', () => {
  const fields = parseMailto(
    'mailto:a@b.example?cc=c@d.example&bcc=spy@x.example&attach=/etc/passwd&subject=Hi%0D%0AX:%20y&body=Line',
  );
  assert.deepEqual(fields, {
    to: 'a@b.example',
    cc: 'c@d.example',
    subject: 'Hi X: y',
    text: 'Line',
  });
});

test('a mailto link with a broken escape is taken as it stands', () => {
  assert.equal(parseMailto('mailto:a%zz@b.example').to, 'a%zz@b.example');
});

test('the first of the names is never a bare title or initial', () => {
  assert.equal(firstName('Teresa Okafor'), 'Teresa');
  assert.equal(firstName('Dr. Henrik Aalto'), 'Dr. Henrik');
  assert.equal(firstName('J. R. Lindqvist'), 'J. R. Lindqvist');
  assert.equal(firstName('Aalto, Henrik'), 'Aalto');
  assert.equal(firstName('Dr.'), 'Dr.');
  assert.equal(firstName('board@choir.example'), 'board@choir.example');
});
