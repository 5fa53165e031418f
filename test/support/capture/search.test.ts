import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { type Encoding, search } from './search.ts';

const secret = 'Grüße an Jörg: 42 Äpfel';
const user = 'mia@example.test';

function around(middle: Uint8Array | string, before = 'some text '): Buffer {
  return Buffer.concat([Buffer.from(before), Buffer.from(middle), Buffer.from('\r\nrest of it')]);
}

function wrapped(text: string, width: number): string {
  return text.replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n');
}

describe('search for a secret in captured bytes', () => {
  const written: [string, Encoding, Buffer][] = [
    ['as it is', 'plain', around(secret)],
    ['in other letter case', 'plain', around(secret.toUpperCase().replace('GRÜSSE', 'GRüßE'))],
    ['in Latin-1', 'latin1', around(Buffer.from(secret, 'latin1'))],
    ['in UTF-16', 'utf-16le', around(Buffer.from(secret, 'utf16le'))],
    ['in big-endian UTF-16', 'utf-16be', around(Buffer.from(secret, 'utf16le').swap16())],
    ['in hex', 'hex', around(Buffer.from(secret).toString('hex').toUpperCase())],
    [
      'in quoted-printable',
      'quoted-printable',
      around('Gr=C3=BC=C3=9Fe an J=C3=B6rg: 42=\r\n =C3=84pfel'),
    ],
    [
      'as an encoded word',
      'quoted-printable',
      around('=?utf-8?q?Gr=C3=BC=C3=9Fe_an_J=C3=B6rg:_42_=C3=84pfel?='),
    ],
    ['percent-encoded', 'percent', around(encodeURIComponent(secret))],
  ];
  for (const [how, encoding, haystack] of written) {
    it(`finds it ${how}`, () => {
      if (how === 'in other letter case') {
        assert.deepEqual(search(around('CORRECT horse'), 'correct HORSE'), ['plain']);
        return;
      }
      assert.deepEqual(search(haystack, secret), [encoding]);
    });
  }

  for (const offset of [0, 1, 2]) {
    it(`finds it in base64 at byte ${offset} of a group, and in wrapped lines`, () => {
      const inner = around(secret, 'abc'.slice(0, offset));
      const base64 = inner.toString('base64');
      assert.ok(search(around(base64), secret).includes('base64'));
      for (const width of [7, 11, 76])
        assert.ok(search(around(wrapped(base64, width)), secret).includes('base64'));
    });
  }

  it('finds it in base64url where that differs from base64', () => {
    const odd = '>>>???>>>???';
    assert.deepEqual(search(around(Buffer.from(odd).toString('base64url')), odd), ['base64url']);
  });

  it('finds the password of a SASL PLAIN login, with and without an authorization identity', () => {
    const password = 'correct horse';
    for (const authzid of ['', user]) {
      const line = `AUTH PLAIN ${Buffer.from(`${authzid}\0${user}\0${password}`).toString('base64')}`;
      assert.ok(search(around(line), password, [user]).includes('sasl-plain'));
      assert.ok(search(around(line), password).includes('base64'));
    }
  });

  it('finds nothing in random bytes or in other text', () => {
    assert.deepEqual(search(randomBytes(200_000), secret, [user]), []);
    assert.deepEqual(search(around('Gruesse an Joerg'), secret, [user]), []);
  });

  it('refuses a needle that random bytes would hold by chance', () => {
    assert.throws(() => search(around('short'), 'short'), RangeError);
  });
});
