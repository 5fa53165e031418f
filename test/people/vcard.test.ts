import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ContactDto } from '../../app/contract/index.ts';
import { contactInput } from '../../app/contract/index.ts';
import { readVcards } from '../../app/people/vcard-read.ts';
import { writeVcard } from '../../app/people/vcard-write.ts';

const card = (...lines: string[]) => ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n');
const only = (text: string) => {
  const { contacts, failed } = readVcards(text);
  assert.equal(failed, 0);
  assert.equal(contacts.length, 1);
  return contacts[0];
};

test('reads version 4.0 as RFC 6350 has it', () => {
  const found = only(
    card(
      'VERSION:4.0',
      'FN:Simon Perreault',
      'N:Perreault;Simon;;;ing. jr,M.Sc.',
      'ORG;TYPE=work:Viagenie\\, Inc.;Research',
      'EMAIL;TYPE=work;PREF=1:simon.perreault@viagenie.example',
      'item1.EMAIL;TYPE="home,internet":simon@home.example',
      'TEL;VALUE=uri;TYPE="work,voice":tel:+1-418-656-9254;ext=102',
      'NOTE:One\\nTwo\\; three \\\\ four',
      'PHOTO:data:image/png;base64,AAAA',
    ),
  );
  assert.deepEqual(found, {
    name: 'Simon Perreault',
    givenName: 'Simon',
    familyName: 'Perreault',
    emails: [
      { address: 'simon.perreault@viagenie.example', kind: 'work' },
      { address: 'simon@home.example', kind: 'home' },
    ],
    phones: [{ number: '+1-418-656-9254;ext=102', kind: 'work' }],
    organization: 'Viagenie, Inc., Research',
    note: 'One\nTwo; three \\ four',
  });
});

test('reads version 2.1: quoted-printable over several lines, its character set, bare types', () => {
  const found = only(
    card(
      'VERSION:2.1',
      'N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg',
      'FN;CHARSET=UTF-8;QUOTED-PRINTABLE:J=C3=B6rg =',
      'M=C3=BCller',
      'EMAIL;INTERNET;HOME:joerg@example.test',
      'TEL;WORK;VOICE:0123',
      'NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=NO-SUCH:a=0D=0Ab',
    ),
  );
  assert.equal(found?.name, 'Jörg Müller');
  assert.equal(found?.familyName, 'Müller');
  assert.equal(found?.givenName, 'Jörg');
  assert.deepEqual(found?.emails, [{ address: 'joerg@example.test', kind: 'home' }]);
  assert.deepEqual(found?.phones, [{ number: '0123', kind: 'work' }]);
  assert.equal(found?.note, 'a\r\nb');
});

test('folded lines are whole again, with any line ends', () => {
  const text = card('VERSION:3.0', 'FN:A very long na', ' me indeed', 'EMAIL:a@b.', '\ttest');
  for (const end of ['\r\n', '\n', '\r']) {
    const found = only(`\ufeff${text.replaceAll('\r\n', end)}`);
    assert.equal(found?.name, 'A very long name indeed');
    assert.equal(found?.emails[0]?.address, 'a@b.test');
  }
});

test('a name is found wherever the card has one', () => {
  assert.equal(only(card('N:Doe;Jane'))?.name, 'Jane Doe');
  assert.equal(only(card('ORG:Choir;Board'))?.name, 'Choir, Board');
  assert.equal(only(card('EMAIL:mailto:jane@x.test'))?.name, 'jane@x.test');
});

test('a card that cannot be used costs only itself', () => {
  const file = readVcards(
    `${card('NOTE:nobody')}BEGIN:VCARD\r\nFN:no end\r\n${card('FN:Jane', 'EMAIL:not an address')}junk\r\nBEGIN:VCARD`,
  );
  assert.deepEqual(
    file.contacts.map(({ name, emails }) => [name, emails.length]),
    [['Jane', 0]],
  );
  assert.equal(file.failed, 3);
});

test('a picture of megabytes is passed over', () => {
  const photo = `PHOTO;ENCODING=b:${'A'.repeat(3_000_000)}`;
  const folded = Array.from({ length: 40_000 }, () => ` ${'B'.repeat(72)}`);
  assert.equal(
    only(card('FN:Jane', photo, 'PHOTO;ENCODING=b:A', ...folded, 'TEL:1'))?.phones.length,
    1,
  );
});

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map((said) =>
  said
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .toWellFormed(),
);
const filled = text.filter((said) => said !== '');
const kind = fc.constantFrom('home' as const, 'work' as const, 'other' as const);
const address = fc
  .tuple(fc.stringMatching(/^[a-z0-9]{1,12}$/), fc.stringMatching(/^[a-z]{1,9}$/))
  .map(([local, domain]) => `${local}@${domain}.test`);
const contact = fc.record(
  {
    contactId: fc.uuid(),
    name: filled,
    givenName: filled,
    familyName: filled,
    emails: fc.uniqueArray(fc.record({ address, kind }, { noNullPrototype: true }), {
      selector: (each) => each.address,
    }),
    phones: fc.array(fc.record({ number: filled, kind }, { noNullPrototype: true }), {
      maxLength: 4,
    }),
    organization: filled,
    note: fc.array(filled, { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n')),
    savedAt: fc.constant('2026-05-03T09:12:00.000Z'),
  },
  { requiredKeys: ['contactId', 'name', 'emails', 'phones', 'savedAt'], noNullPrototype: true },
);

test('what is written is read back the same, in both versions and within 75 octets a line', () => {
  fc.assert(
    fc.property(contact, fc.constantFrom('3.0' as const, '4.0' as const), (one, version) => {
      const entry: ContactDto = one;
      const written = writeVcard(entry, version);
      for (const line of written.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75);
      const { contactId: _contactId, savedAt: _savedAt, ...rest } = entry;
      const phones = rest.phones.map((each) => ({
        ...each,
        number: each.number.slice(0, 100).trim(),
      }));
      assert.deepEqual(only(written), { ...rest, phones });
    }),
    { numRuns: 300 },
  );
});

test('whatever a file holds, what comes of it fits the contract', () => {
  const piece = fc.constantFrom(
    ...[
      'BEGIN:VCARD\r\n',
      'END:VCARD\r\n',
      'FN:',
      'N:;;',
      'EMAIL;TYPE=',
      'TEL:',
      '\r\n ',
      '\r\n',
      '=\r\n',
      '\\',
      ';',
      ':',
    ],
    ...[
      'NOTE;ENCODING=QUOTED-PRINTABLE:',
      '=C3',
      '=ZZ',
      '"',
      'a@b.test',
      'x',
      '\u202e',
      '\ud800',
      ',',
      'CHARSET=utf-16:',
    ],
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ maxLength: 6 })), { maxLength: 60 }),
      (pieces) => {
        for (const one of readVcards(pieces.join('')).contacts) {
          assert.ok(contactInput.safeParse(one).success);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
