/** How contents are packed. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { pack, packText, unpack } from '../../app/content/codec.ts';
import { usualWords } from '../../app/content/usual-words.ts';

test('what was packed is read again, octet for octet', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.nat(100), (bytes, times) => {
      const long = Buffer.concat(Array.from({ length: times + 1 }, () => bytes));
      assert.equal(Buffer.compare(long, unpack(pack(long))), 0);
      assert.equal(Buffer.compare(long, unpack(packText(long))), 0);
    }),
  );
  const large = Buffer.alloc(300_000, 'a word of mail ');
  assert.equal(Buffer.compare(large, unpack(pack(large))), 0);
  assert.ok(pack(large).length < 1_000);
  assert.equal(Buffer.compare(large, unpack(packText(large))), 0);
});

test('the set of usual words is part of the format and stays as it is', () => {
  const hash = createHash('sha256').update(usualWords).digest('hex');
  assert.equal(hash, '828148e829eea1179e445474caca7657e062530595fbc38ab66eb9e4720210d1');
});

test('octets of an unknown or broken format are a storage error', () => {
  for (const bytes of [[], [9, 1, 2], [2, 1, 2, 3], [3, 0], [1, 255]]) {
    assert.throws(() => unpack(Uint8Array.from(bytes)), { code: 'storage.failed' });
  }
});
