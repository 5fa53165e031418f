import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LegError } from '../../app/errors.ts';
import {
  cardServes,
  decodeBase64,
  encodeKeyCard,
  type IdentityLink,
  type KeyCard,
  parseKeyCard,
  signSuccessor,
  succeeds,
  validSealKeys,
} from '../../app/leg/key-card.ts';
import { generateIdentity, generateSealKeyPair, type KeyPair, sign } from '../../app/leg/keys.ts';
import type { SealKey } from '../../app/leg/types.ts';

const identity = generateIdentity();
const suite = 'nk-25519-aesgcm-sha256';
const sealKey = (keyId: string, from: string, until: string): SealKey => ({
  suite,
  keyId,
  publicKey: generateSealKeyPair().publicKey,
  validFrom: new Date(from),
  validUntil: new Date(until),
});
const november = sealKey('2026-11', '2026-11-01T00:00:00Z', '2026-12-08T00:00:00Z');
const card: KeyCard = {
  identity: identity.publicKey,
  names: ['mail.example.org', '127.0.0.1'],
  sealKeys: [november],
};
const lines = encodeKeyCard(card, identity.secretKey);
const invalid = (error: unknown) => error instanceof LegError && error.code === 'leg.card-invalid';

/** Signs any lines, so that a case fails for its own reason and not for the signature. */
function signed(unsigned: readonly string[], key = identity.secretKey): string[] {
  const input = Buffer.from(`letterlock key card v1\n${unsigned.join('\n')}\n`, 'latin1');
  return [...unsigned, `signature ${Buffer.from(sign(input, key)).toString('base64')}`];
}
const body = lines.slice(0, -1);
const replaced = (index: number, line: string) =>
  signed(body.map((old, at) => (at === index ? line : old)));
const inserted = (index: number, ...more: string[]) =>
  signed([...body.slice(0, index), ...more, ...body.slice(index)]);
const sealLine = body.at(-1) ?? '';
const sealIndex = body.length - 1;
const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64');

test('reads what it wrote', () => {
  assert.deepEqual(parseKeyCard(lines), card);
  assert.deepEqual(parseKeyCard(signed(body)), card);
});

test('a card with links reads back, and both links are verified', () => {
  const next = generateIdentity();
  const before = generateIdentity();
  const full: KeyCard = {
    ...card,
    successor: {
      identity: next.publicKey,
      signature: signSuccessor(identity.secretKey, next.publicKey),
    },
    predecessors: [
      {
        identity: before.publicKey,
        signature: signSuccessor(before.secretKey, identity.publicKey),
      },
    ],
  };
  assert.deepEqual(parseKeyCard(encodeKeyCard(full, identity.secretKey)), full);
});

const chainOf = (older: readonly KeyPair[]) =>
  older.map(({ publicKey, secretKey }, at) => ({
    identity: publicKey,
    signature: signSuccessor(secretKey, (older[at - 1] ?? identity).publicKey),
  }));
const older = Array.from({ length: 5 }, () => generateIdentity());

test('a card succeeds every identity of its chain, and no other', () => {
  const full: KeyCard = { ...card, predecessors: chainOf(older.slice(0, 4)) };
  const read = parseKeyCard(encodeKeyCard(full, identity.secretKey));
  assert.deepEqual(read, full);
  assert.deepEqual(
    [...older, identity].map(({ publicKey }) => succeeds(read, publicKey)),
    [true, true, true, true, false, false],
  );
});

test('refuses a chain that is too long, broken, out of order or in a circle', () => {
  const [first, second, third] = chainOf(older);
  assert.ok(first && second && third);
  const chains: Record<string, IdentityLink[]> = {
    'too long': chainOf(older),
    'with a gap': [first, third],
    'out of order': [second, first],
    'from its own end': [second],
    'with one twice': [first, first],
    'in a circle': chainOf([...older.slice(0, 2), ...older.slice(0, 1)]),
    'back to itself': chainOf([...older.slice(0, 1), identity]),
  };
  for (const [what, predecessors] of Object.entries(chains)) {
    const make = () => encodeKeyCard({ ...card, predecessors }, identity.secretKey);
    assert.throws(make, { code: 'leg.card-invalid' }, what);
  }
});

const stranger = generateIdentity();
const link = (type: string, signature: Uint8Array) =>
  `${type} ed25519 ${base64(stranger.publicKey)} ${base64(signature)}`;
const goodSuccessor = link('successor', signSuccessor(identity.secretKey, stranger.publicKey));
const goodPredecessor = link('predecessor', signSuccessor(stranger.secretKey, identity.publicKey));

describe('refuses a card', () => {
  const identityLine = body[1] ?? '';
  const key = base64(november.publicKey);
  const times = '2026-11-01T00:00:00Z 2026-12-08T00:00:00Z';
  const withSeal = (line: string) => replaced(sealIndex, line);
  const keys = (count: number) =>
    Array.from({ length: count }, (_, at) => `seal ${suite} k${at} ${key} ${times}`);
  const cases: [string, string[]][] = [
    ['that is empty', []],
    ['of another version', replaced(0, 'letterlock-key-card 2')],
    ['without identity', signed(body.filter((line) => !line.startsWith('identity')))],
    ['with two identities', inserted(2, identityLine)],
    ['without seal key', signed(body.slice(0, -1))],
    ['without signature', body],
    ['with two signatures', signed(lines)],
    ['with a line after the signature', [...lines, 'name late.example.org']],
    ['with an unknown line type', inserted(2, 'comment hello')],
    ['with an empty line', inserted(2, '')],
    ['with a blank at the end of a line', replaced(1, `${identityLine} `)],
    ['with two blanks in a line', replaced(1, identityLine.replace(' ', '  '))],
    ['with a tab', replaced(1, identityLine.replace(' ', '\t'))],
    ['with a carriage return in a line', replaced(2, 'name mail.example.org\r')],
    ['with a character beyond ASCII', replaced(2, 'name mäil.example.org')],
    ['with an upper-case name', replaced(2, 'name Mail.example.org')],
    ['with a name twice', inserted(3, 'name mail.example.org')],
    ['with a name over 253 octets', inserted(3, `name ${'a'.repeat(254)}`)],
    ['with 17 names', inserted(3, ...Array.from({ length: 15 }, (_, at) => `name n${at}.org`))],
    ['with a name after a seal key', signed([...body, 'name late.example.org'])],
    ['with another identity algorithm', replaced(1, identityLine.replace('ed25519', 'rsa'))],
    ['with an identity of 31 octets', replaced(1, `identity ed25519 ${base64(Buffer.alloc(31))}`)],
    ['with an identity of 33 octets', replaced(1, `identity ed25519 ${base64(Buffer.alloc(33))}`)],
    ['with a seal key of no octets', withSeal(`seal ${suite} k  ${times}`)],
    ['with a seal key of 31 octets', withSeal(sealLine.replace(key, base64(Buffer.alloc(31))))],
    ['with base64 without padding', withSeal(sealLine.replace(key, key.slice(0, -1)))],
    ['with base64 of the url alphabet', withSeal(sealLine.replace(key, `${'-_'.repeat(21)}A=`))],
    ['with stray bits in base64', withSeal(sealLine.replace(key, `${'A'.repeat(42)}B=`))],
    ['with an empty key id', withSeal(`seal ${suite}  ${key} ${times}`)],
    ['with a key id of 33 octets', withSeal(`seal ${suite} ${'k'.repeat(33)} ${key} ${times}`)],
    ['with an upper-case key id', withSeal(`seal ${suite} K ${key} ${times}`)],
    ['with a key id twice', signed([...body, sealLine])],
    ['with nine seal keys', signed([...body.slice(0, -1), ...keys(9)])],
    ['with a missing time', withSeal(`seal ${suite} k ${key} 2026-11-01T00:00:00Z`)],
    ['with a time in another zone', withSeal(sealLine.replace('00:00Z', '00:00+01:00'))],
    ['with a fraction of a second', withSeal(sealLine.replace('00:00Z', '00:00.5Z'))],
    ['with 31 November', withSeal(sealLine.replace('2026-11-01', '2026-11-31'))],
    ['with a key that ends as it begins', withSeal(sealLine.replace('2026-12-08', '2026-11-01'))],
    ['with a line of 513 octets', inserted(2, `name ${'a'.repeat(508)}`)],
    ['with 33 lines', inserted(2, ...Array.from({ length: 29 }, (_, at) => `name n${at}.org`))],
    ['signed by another key', signed(body, generateIdentity().secretKey)],
    ['with one signed line changed', lines.map((line) => line.replace('2026-12', '2027-12'))],
    ['with signed lines swapped', [0, 1, 3, 2, 4, 5].map((at) => lines[at] ?? '')],
    ['with two successors', signed([...body, goodSuccessor, goodSuccessor])],
    [
      'with a successor signed by another',
      signed([...body, link('successor', signSuccessor(stranger.secretKey, stranger.publicKey))]),
    ],
    [
      'with a predecessor that did not sign it',
      signed([...body, link('predecessor', signSuccessor(identity.secretKey, identity.publicKey))]),
    ],
    [
      'with the predecessor before the successor',
      signed([...body, goodPredecessor, goodSuccessor]),
    ],
  ];
  for (const [title, bad] of cases)
    test(title, () => assert.throws(() => parseKeyCard(bad), invalid));
});

test('takes sixteen names and eight seal keys', () => {
  const names = Array.from({ length: 16 }, (_, at) => `n${at}.example.org`);
  const sealKeys = Array.from({ length: 8 }, (_, at) => ({ ...november, keyId: `k${at}` }));
  const big = { ...card, names, sealKeys };
  assert.deepEqual(parseKeyCard(encodeKeyCard(big, identity.secretKey)), big);
});

test('does not write a card that no reader takes', () => {
  assert.throws(() => encodeKeyCard(card, generateIdentity().secretKey), invalid);
  assert.throws(() => encodeKeyCard({ ...card, sealKeys: [] }, identity.secretKey), invalid);
});

test('a key of a suite that is not known yet does not spoil the card', () => {
  const future = { ...november, suite: 'hfs-25519-mlkem768', keyId: 'pq' };
  const both = { ...card, sealKeys: [november, future] };
  assert.deepEqual(parseKeyCard(encodeKeyCard(both, identity.secretKey)), both);
});

test('serves the names it lists, or any when it lists none', () => {
  assert.equal(cardServes(card, 'MAIL.example.org'), true);
  assert.equal(cardServes(card, 'other.example.org'), false);
  assert.equal(cardServes({ ...card, names: [] }, 'other.example.org'), true);
});

test('only keys of the suite that are valid now are used, the longest first', () => {
  const later = sealKey('2026-12', '2026-12-01T00:00:00Z', '2027-01-08T00:00:00Z');
  const keys = [november, later, { ...later, suite: 'other' }];
  const at = (time: string) => validSealKeys(keys, suite, new Date(time)).map((key) => key.keyId);
  assert.deepEqual(at('2026-10-31T23:59:59Z'), []);
  assert.deepEqual(at('2026-11-01T00:00:00Z'), ['2026-11']);
  assert.deepEqual(at('2026-12-05T00:00:00Z'), ['2026-12', '2026-11']);
  assert.deepEqual(at('2026-12-08T00:00:00Z'), ['2026-12']);
  assert.deepEqual(at('2027-01-08T00:00:00Z'), []);
});

test('base64 is canonical and of the expected length', () => {
  assert.deepEqual(decodeBase64('AAECAw==', 4), Uint8Array.of(0, 1, 2, 3));
  for (const text of ['AAECAw', 'AAECAx==', 'AAECAw==\n', 'AAECAwQ=', '', '====']) {
    assert.throws(() => decodeBase64(text, 4));
  }
});
