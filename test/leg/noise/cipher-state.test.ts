import assert from 'node:assert/strict';
import { createDecipheriv } from 'node:crypto';
import { test } from 'node:test';
import { CipherState, maxNonce } from '../../../app/leg/noise/cipher-state.ts';
import { referencePrimitives } from '../../../app/leg/noise/primitives.ts';

const key = Buffer.alloc(32, 7);
const ad = new Uint8Array(0);
const plain = Buffer.from('twelve drops');
const create = () => new CipherState(referencePrimitives, key);

function openAt(nonce: Buffer, ciphertext: Uint8Array, withKey: Uint8Array = key): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', withKey, nonce);
  decipher.setAuthTag(ciphertext.subarray(-16));
  return Buffer.concat([decipher.update(ciphertext.subarray(0, -16)), decipher.final()]);
}

test('the nonce is four zero octets and the counter big-endian, beyond 32 bits too', () => {
  const state = create();
  state.setNonce(0x0001_0203_0405);
  const ciphertext = state.encryptWithAd(ad, plain);
  const nonce = Buffer.from('000000000000010203 0405'.replace(' ', '').padStart(24, '0'), 'hex');
  assert.deepEqual(openAt(nonce, ciphertext), plain);
});

test('no nonce is used twice', () => {
  const state = create();
  assert.notDeepEqual(state.encryptWithAd(ad, plain), state.encryptWithAd(ad, plain));
  assert.equal(state.nonce, 2);
});

test('refuses to encrypt or decrypt when the counter is used up', () => {
  const state = create();
  state.setNonce(maxNonce);
  assert.throws(() => state.encryptWithAd(ad, plain), /nonce exhausted/);
  assert.throws(() => state.decryptWithAd(ad, Buffer.alloc(20)), /nonce exhausted/);
});

test('a refused ciphertext does not move the counter', () => {
  const sender = create();
  const receiver = create();
  const good = sender.encryptWithAd(ad, plain);
  const bad = Buffer.from(good);
  bad[0] = (bad[0] ?? 0) ^ 1;
  assert.throws(() => receiver.decryptWithAd(ad, bad));
  assert.equal(receiver.nonce, 0);
  assert.deepEqual(Buffer.from(receiver.decryptWithAd(ad, good)), plain);
});

test('refuses a ciphertext with any single bit changed', () => {
  const good = create().encryptWithAd(ad, plain);
  for (let bit = 0; bit < good.length * 8; bit += 1) {
    const bad = Buffer.from(good);
    bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => create().decryptWithAd(ad, bad));
  }
});

test('refuses a ciphertext shorter than its tag', () => {
  assert.throws(() => create().decryptWithAd(ad, Buffer.alloc(15)), /shorter/);
});

test('associated data is authenticated', () => {
  const sealed = create().encryptWithAd(Buffer.from('one'), plain);
  assert.throws(() => create().decryptWithAd(Buffer.from('two'), sealed));
});

test('rekey takes 32 octets of the last nonce and keeps the counter', () => {
  const state = create();
  state.encryptWithAd(ad, plain);
  const nonce = Buffer.from('00000000ffffffffffffffff', 'hex');
  const next = referencePrimitives.createAead(key).seal(nonce, ad, Buffer.alloc(32)).text;
  state.rekey();
  const ciphertext = state.encryptWithAd(ad, plain);
  assert.deepEqual(openAt(Buffer.from('000000000000000000000001', 'hex'), ciphertext, next), plain);
});
