import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { LegError } from '../../app/errors.ts';
import { acceptHandshake, startInitiator } from '../../app/leg/handshake.ts';
import { generateSealKeyPair } from '../../app/leg/keys.ts';
import { InitiatorState, ResponderState } from '../../app/leg/noise/handshake-state.ts';
import { type Primitives, referencePrimitives } from '../../app/leg/noise/primitives.ts';
import { suiteFacts } from '../../app/leg/suites.ts';
import { encodePrologue, type PrologueFields, Transcript } from '../../app/leg/transcript.ts';

const seal = generateSealKeyPair();
const sealFailed = (error: unknown) =>
  error instanceof LegError && error.code === 'leg.seal-failed';

/** Where each field of a message ends, in octets from its start. */
const layouts = [
  { suite: 'nk-25519-aesgcm-sha256', message1: [32, 48], message2: [32, 48] },
  {
    suite: 'nkhfs-25519-mlkem768-aesgcm-sha256',
    message1: [32, 32 + 1184, 32 + 1200, 1248],
    message2: [32, 32 + 1088, 32 + 1104, 1152],
  },
];

for (const layout of layouts) {
  const { suite } = layout;
  const fields: PrologueFields = {
    service: 'imap',
    suite,
    keyId: '2026-11',
    serverName: 'mail.example.org',
    transcript: new Transcript().digest(),
  };
  const prologue = encodePrologue(fields);
  const lengths = { message1: layout.message1.at(-1) ?? 0, message2: layout.message2.at(-1) ?? 0 };
  const noiseOptions = {
    primitives: referencePrimitives,
    protocolName: suiteFacts(suite)?.noiseName ?? '',
    hybrid: suiteFacts(suite)?.hybrid ?? false,
    prologue,
  };

  const initiate = (withPrologue = prologue) =>
    startInitiator({
      suite,
      keyId: fields.keyId,
      sealPublicKey: seal.publicKey,
      prologue: withPrologue,
    });

  const accept = (message1: Uint8Array, withPrologue = prologue, pair = seal) =>
    acceptHandshake({
      suite,
      keyId: fields.keyId,
      sealPublicKey: pair.publicKey,
      sealSecretKey: pair.secretKey,
      prologue: withPrologue,
      message1,
    });

  describe(`handshake of ${suite}`, () => {
    test('both sides share keys and hash', () => {
      const initiator = initiate();
      const { message2, keys } = accept(initiator.message1);
      const own = initiator.finish(message2);
      assert.equal(initiator.message1.length, lengths.message1);
      assert.equal(message2.length, lengths.message2);
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
      for (const [message, take] of [
        [initiator.message1, accept],
        [message2, (wrong: Uint8Array) => initiate().finish(wrong)],
      ] as const) {
        for (const length of [0, 1, 31, 32, 47, 49, message.length - 1, message.length + 1]) {
          const wrong = Buffer.concat([message, Buffer.alloc(200)]).subarray(0, length);
          assert.throws(() => take(wrong), sealFailed);
        }
      }
    });

    test('refuses message 1 and 2 with a bit changed at either end of any field', () => {
      const places = (ends: readonly number[]) => [0, ...ends.flatMap((end) => [end - 1, end])];
      const { message1 } = initiate();
      for (const octet of places(layout.message1).filter((place) => place < lengths.message1)) {
        assert.throws(() => accept(flip(message1, octet)), sealFailed, `octet ${octet}`);
      }
      for (const octet of places(layout.message2).filter((place) => place < lengths.message2)) {
        const initiator = initiate();
        const { message2 } = accept(initiator.message1);
        assert.throws(() => initiator.finish(flip(message2, octet)), sealFailed, `octet ${octet}`);
      }
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
        const message = Buffer.concat([key, Buffer.alloc(lengths.message1 - 32)]);
        assert.throws(() => accept(message), sealFailed);
        const options = { suite, keyId: 'k', sealPublicKey: key, prologue };
        assert.throws(() => startInitiator(options), sealFailed);
      }
    });

    test('refuses messages that carry a payload', () => {
      const payload = Buffer.from('x');
      const talkative = new InitiatorState(noiseOptions, seal.publicKey);
      assert.throws(() => accept(talkative.writeMessage1(payload)), sealFailed);
      const initiator = initiate();
      const responder = new ResponderState(noiseOptions, seal);
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

    test('a state refuses message 2 before message 1', () => {
      const initiator = new InitiatorState(noiseOptions, seal.publicKey);
      assert.throws(() => initiator.readMessage2(Buffer.alloc(lengths.message2)));
      assert.throws(() => new ResponderState(noiseOptions, seal).writeMessage2(Buffer.alloc(0)));
    });

    test('a state refuses a message that ends before its last field', () => {
      const initiator = new InitiatorState(noiseOptions, seal.publicKey);
      const message1 = initiator.writeMessage1(Buffer.alloc(0));
      for (const end of layout.message1.slice(0, -1)) {
        const responder = new ResponderState(noiseOptions, seal);
        assert.throws(() => responder.readMessage1(message1.subarray(0, end)));
        assert.throws(() => responder.writeMessage2(Buffer.alloc(0)), /before message 1/);
      }
    });
  });
}

describe('hybrid handshake', () => {
  const suite = 'nkhfs-25519-mlkem768-aesgcm-sha256';
  const options = {
    suite,
    keyId: 'k',
    sealPublicKey: seal.publicKey,
    prologue: Buffer.from('test'),
  };
  const acceptWith = (message1: Uint8Array, change: Partial<Primitives>) =>
    acceptHandshake({
      ...options,
      sealSecretKey: seal.secretKey,
      message1,
      primitives: { ...referencePrimitives, ...change },
    });

  test('fails for a ciphertext that is sealed correctly but made for another key', () => {
    const initiator = startInitiator(options);
    const stranger = ml_kem768.keygen();
    const { message2 } = acceptWith(initiator.message1, {
      kemEncapsulate: () => ml_kem768.encapsulate(stranger.publicKey),
    });
    assert.throws(() => initiator.finish(message2), sealFailed);
  });

  test('fails for a ciphertext with one bit changed before it was sealed', () => {
    const initiator = startInitiator(options);
    const { message2 } = acceptWith(initiator.message1, {
      kemEncapsulate: (publicKey) => {
        const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey);
        return { cipherText: flip(cipherText, 500), sharedSecret };
      },
    });
    assert.throws(() => initiator.finish(message2), sealFailed);
  });

  test('refuses a public key with a coefficient out of range, sealed correctly', () => {
    const pair = referencePrimitives.kemKeyPair(randomBytes(64));
    const initiator = startInitiator({
      ...options,
      primitives: {
        ...referencePrimitives,
        kemKeyPair: () => ({ ...pair, publicKey: Buffer.alloc(1184, 0xff) }),
      },
    });
    assert.throws(() => acceptWith(initiator.message1, {}), sealFailed);
  });

  test('is made of the given random octets alone', () => {
    const seeded = (start: number): Primitives => {
      let counter = start;
      return {
        ...referencePrimitives,
        random: (length) => {
          counter += 1;
          return Buffer.alloc(length, counter);
        },
      };
    };
    const run = () => {
      const initiator = startInitiator({ ...options, primitives: seeded(0) });
      const { message2 } = acceptWith(initiator.message1, seeded(100));
      return [initiator.message1, message2, initiator.finish(message2).handshakeHash];
    };
    assert.deepEqual(run(), run());
  });

  test('uses the key encapsulation: without its secret the keys differ', () => {
    const initiator = startInitiator(options);
    const { message2 } = acceptWith(initiator.message1, {
      kemEncapsulate: (publicKey) => ({
        cipherText: ml_kem768.encapsulate(publicKey).cipherText,
        sharedSecret: Buffer.alloc(32),
      }),
    });
    assert.throws(() => initiator.finish(message2), sealFailed);
  });
});

test('refuses a suite that it does not know', () => {
  const options = { suite: 'nope', keyId: 'k', sealPublicKey: seal.publicKey };
  const prologue = Buffer.from('test');
  assert.throws(() => startInitiator({ ...options, prologue }), sealFailed);
});

function flip(octets: Uint8Array, at: number): Buffer {
  const flipped = Buffer.from(octets);
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  return flipped;
}

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
