import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { fingerprintWords } from '../../app/leg/fingerprint.ts';

test('eight words of the list, the first 88 bits of the digest', () => {
  const identity = Buffer.alloc(32, 3);
  const input = Buffer.concat([Buffer.from('letterlock fingerprint v1\n'), identity]);
  // The openssl command is the independent reader here.
  const digest = execFileSync('openssl', ['dgst', '-sha256', '-binary'], { input });
  const bits = [...digest].map((octet) => octet.toString(2).padStart(8, '0')).join('');
  const expected = Array.from({ length: 8 }, (_, index) => {
    return wordlist[Number.parseInt(bits.slice(index * 11, index * 11 + 11), 2)];
  });
  assert.equal(fingerprintWords(identity), expected.join(' '));
});

test('another key has other words', () => {
  assert.notEqual(fingerprintWords(Buffer.alloc(32, 1)), fingerprintWords(Buffer.alloc(32, 2)));
});
