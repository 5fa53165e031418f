import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateIdentity, sign, verify } from '../../app/leg/keys.ts';

const message = Buffer.from('letter');

test('verifies its own signature, and no other', () => {
  const identity = generateIdentity();
  const signature = sign(message, identity.secretKey);
  assert.equal(verify(signature, message, identity.publicKey), true);
  assert.equal(verify(signature, Buffer.from('lettre'), identity.publicKey), false);
  assert.equal(verify(signature, message, generateIdentity().publicKey), false);
});

test('refuses a key of low order, under which one signature fits every message', () => {
  const neutral = Buffer.alloc(32);
  neutral[0] = 1;
  const signature = Buffer.concat([neutral, Buffer.alloc(32)]);
  assert.equal(verify(signature, message, neutral), false);
});

test('refuses signatures and keys of another length without throwing', () => {
  const identity = generateIdentity();
  const signature = sign(message, identity.secretKey);
  for (const length of [0, 63, 65]) {
    assert.equal(verify(Buffer.alloc(length), message, identity.publicKey), false);
  }
  for (const length of [0, 31, 33]) {
    assert.equal(verify(signature, message, Buffer.alloc(length)), false);
  }
});
