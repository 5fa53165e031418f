import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LegError } from '../../app/errors.ts';
import { acceptHandshake, startInitiator } from '../../app/leg/handshake.ts';
import { generateSealKeyPair } from '../../app/leg/keys.ts';
import { InitiatorState, ResponderState } from '../../app/leg/noise/handshake-state.ts';
import { referencePrimitives } from '../../app/leg/noise/primitives.ts';
import { encodePrologue, type PrologueFields, Transcript } from '../../app/leg/transcript.ts';

const suite = 'nk-25519-aesgcm-sha256';
const seal = generateSealKeyPair();
const fields: PrologueFields = {
  service: 'imap',
  suite,
  keyId: '2026-11',
  serverName: 'mail.example.org',
  transcript: new Transcript().digest(),
};
const prologue = encodePrologue(fields);
const sealFailed = (error: unknown) =>
  error instanceof LegError && error.code === 'leg.seal-failed';

function initiate(withPrologue = prologue) {
  return startInitiator({
    suite,
    keyId: fields.keyId,
    sealPublicKey: seal.publicKey,
    prologue: withPrologue,
  });
}

function accept(message1: Uint8Array, withPrologue = prologue, pair = seal) {
  return acceptHandshake({
    suite,
    keyId: fields.keyId,
    sealPublicKey: pair.publicKey,
    sealSecretKey: pair.secretKey,
    prologue: withPrologue,
    message1,
  });
}

describe('handshake', () => {
  test('both sides share keys and hash', () => {
    const initiator = initiate();
    const { message2, keys } = accept(initiator.message1);
    const own = initiator.finish(message2);
    assert.equal(initiator.message1.length, 48);
    assert.equal(message2.length, 48);
    assert.deepEqual(own.handshakeHash, keys.handshakeHash);
    const text = Buffer.from('hello');
    const none = new Uint8Array(0);
    const up = keys.receive.decryptWithAd(none, own.send.encryptWithAd(none, text));
    const down = own.receive.decryptWithAd(none, keys.send.encryptWithAd(none, text));
    assert.deepEqual([Buffer.from(up), Buffer.from(down)], [text, text]);
  });

  const others: [string, Partial<PrologueFields>][] = [
    ['service', { service: 'submission' }],
    ['suite', { suite: 'other' }],
    ['key id', { keyId: '2026-12' }],
    ['server name', { serverName: 'mail.example.net' }],
    ['transcript', { transcript: Buffer.alloc(32) }],
  ];
  for (const [name, change] of others) {
    test(`fails when the two sides differ in the ${name}`, () => {
      const { message1 } = initiate();
      assert.throws(() => accept(message1, encodePrologue({ ...fields, ...change })), sealFailed);
    });
  }

  test('fails against a server with another static key', () => {
    const { message1 } = initiate();
    assert.throws(() => accept(message1, prologue, generateSealKeyPair()), sealFailed);
  });

  test('refuses message 1 and 2 of any other length', () => {
    const initiator = initiate();
    const { message2 } = accept(initiator.message1);
    for (const length of [0, 1, 31, 32, 47, 49, 200]) {
      const wrong = Buffer.concat([initiator.message1, Buffer.alloc(200)]).subarray(0, length);
      assert.throws(() => accept(wrong), sealFailed);
      const wrong2 = Buffer.concat([message2, Buffer.alloc(200)]).subarray(0, length);
      assert.throws(() => initiate().finish(wrong2), sealFailed);
    }
  });

  test('refuses message 1 and 2 with any single bit changed', () => {
    const initiator = initiate();
    const { message2 } = accept(initiator.message1);
    for (const octet of [0, 15, 31, 32, 47]) {
      const bad1 = Buffer.from(initiator.message1);
      bad1[octet] = (bad1[octet] ?? 0) ^ 1;
      assert.throws(() => accept(bad1), sealFailed);
    }
    const bad2 = Buffer.from(message2);
    bad2[40] = (bad2[40] ?? 0) ^ 1;
    assert.throws(() => initiator.finish(bad2), sealFailed);
  });

  test('refuses an ephemeral or static key that is zero or of low order', () => {
    const lowOrder = [
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    ];
    for (const point of lowOrder) {
      const key = Buffer.from(point, 'hex');
      assert.throws(() => accept(Buffer.concat([key, Buffer.alloc(16)])), sealFailed);
      const options = { suite, keyId: 'k', sealPublicKey: key, prologue };
      assert.throws(() => startInitiator(options), sealFailed);
    }
  });

  test('refuses messages that carry a payload', () => {
    const options = {
      primitives: referencePrimitives,
      protocolName: 'Noise_NK_25519_AESGCM_SHA256',
      prologue,
    };
    const payload = Buffer.from('x');
    const talkative = new InitiatorState(options, seal.publicKey);
    assert.throws(() => accept(talkative.writeMessage1(payload)), sealFailed);
    const initiator = initiate();
    const responder = new ResponderState(options, seal);
    responder.readMessage1(initiator.message1);
    const { message } = responder.writeMessage2(payload);
    assert.throws(() => initiator.finish(message), sealFailed);
  });

  test('a message 2 works only once', () => {
    const initiator = initiate();
    const { message2 } = accept(initiator.message1);
    initiator.finish(message2);
    assert.throws(() => initiator.finish(message2), sealFailed);
  });

  test('refuses a suite that it does not know', () => {
    const options = { suite: 'nope', keyId: 'k', sealPublicKey: seal.publicKey, prologue };
    assert.throws(() => startInitiator(options), sealFailed);
  });
});

describe('transcript', () => {
  test('does not depend on how octets were cut or how the directions interleave', () => {
    const one = new Transcript();
    one.server('* OK hi\r\n');
    one.client('a CAPABILITY\r\n');
    const two = new Transcript();
    two.client('a CAPA');
    two.server('* OK');
    two.client('BILITY\r\n');
    two.server(' hi\r\n');
    assert.deepEqual(one.digest(), two.digest());
  });

  test('tells a client octet from a server octet', () => {
    const one = new Transcript();
    one.client('x');
    const two = new Transcript();
    two.server('x');
    assert.notDeepEqual(one.digest(), two.digest());
  });
});
