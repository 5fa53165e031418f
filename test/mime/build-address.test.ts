import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatRecipient,
  parseAddress,
  parseRecipients,
  sameAddress,
  wireAddress,
} from '../../app/mime/build-address.ts';

test('accepts addresses as people write them', () => {
  for (const address of [
    'ada@example.test',
    'ada+tag@sub.example.test',
    "o'hara@example.test",
    'ada@localhost',
    'ada@münchen.example',
    'jürgen@example.test',
    'ada@xn--mnchen-3ya.example',
  ]) {
    assert.equal(parseAddress(` ${address} `), address);
  }
});

test('refuses what is no address or could be read in two ways', () => {
  for (const text of [
    '',
    'ada',
    '@example.test',
    'ada@',
    'a@b@example.test',
    'a b@example.test',
    '.ada@example.test',
    'ada.@example.test',
    'a..b@example.test',
    '"a b"@example.test',
    'ada@exam ple.test',
    'ada@-example.test',
    'ada@example..test',
    'ada@[127.0.0.1]',
    'ada@example.test/x',
    'ada@example.test:25',
    'ada@exa\u00admple.test',
    'ada@\u202eexample.test',
    'ada\r\n@example.test',
    'ada@example.test\r\nRCPT TO:<x@y>',
    'user@good.test(x)evil.test',
    `${'a'.repeat(65)}@example.test`,
    `ada@${'a.'.repeat(200)}test`,
  ]) {
    assert.throws(() => parseAddress(text), { code: 'address.invalid' }, JSON.stringify(text));
  }
});

test('reads names, quotes, separators and line ends', () => {
  assert.deepEqual(
    parseRecipients('Bob <bob@x.test>, "Doe, \\"J\\"" <j@x.test>; <c@x.test>\nd@x.test,,'),
    [
      { name: 'Bob', address: 'bob@x.test' },
      { name: 'Doe, "J"', address: 'j@x.test' },
      { name: '', address: 'c@x.test' },
      { name: '', address: 'd@x.test' },
    ],
  );
});

test('drops nothing quietly: an entry that is no mailbox is an error that names it', () => {
  for (const [text, address] of [
    ['a@x.test, nobody', 'nobody'],
    ['x <a@x.test> <c@x.test>', 'x <a@x.test> <c@x.test>'],
    ['x@exa mple.test', 'x@exa mple.test'],
    ['"open <a@x.test>', '"open <a@x.test>'],
    ['group: a@x.test;', 'group: a@x.test'],
  ] as const) {
    assert.throws(() => parseRecipients(text), { code: 'address.invalid', params: { address } });
  }
});

test('takes one mailbox once, however its domain is written', () => {
  const found = parseRecipients('a@MÜNCHEN.example, A@xn--mnchen-3ya.example');
  assert.equal(found.length, 1);
  assert.ok(sameAddress('a@münchen.example', 'A@XN--MNCHEN-3YA.example'));
});

test('on the wire the domain is ASCII', () => {
  assert.equal(wireAddress('ada@münchen.example'), 'ada@xn--mnchen-3ya.example');
});

test('a formatted recipient parses back to itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
      const text = formatRecipient({ name, address: 'ada@example.test' });
      const [back, ...more] = parseRecipients(`${text}, bob@example.test`);
      assert.equal(back?.address, 'ada@example.test');
      assert.deepEqual(more, [{ name: '', address: 'bob@example.test' }]);
    }),
    { numRuns: 300 },
  );
});
