import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { InitiatorState, ResponderState } from '../../../app/leg/noise/handshake-state.ts';
import { type Primitives, referencePrimitives } from '../../../app/leg/noise/primitives.ts';

interface Vector {
  protocol_name: string;
  init_prologue: string;
  init_ephemeral: string;
  init_remote_static: string;
  resp_prologue: string;
  resp_static: string;
  resp_ephemeral: string;
  handshake_hash: string;
  messages: { payload: string; ciphertext: string }[];
}

const file = new URL('../../vectors/noise/nk-25519-aesgcm-sha256.json', import.meta.url);
const { vectors }: { vectors: Vector[] } = JSON.parse(readFileSync(file, 'utf8'));

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const withRandom = (secret: string): Primitives => ({
  ...referencePrimitives,
  random: () => bytes(secret),
});

for (const vector of vectors) {
  describe(vector.protocol_name, () => {
    const [message1, message2, ...transport] = vector.messages;
    assert.ok(message1 && message2);

    function run() {
      const protocolName = vector.protocol_name;
      const initiator = new InitiatorState(
        {
          primitives: withRandom(vector.init_ephemeral),
          protocolName,
          prologue: bytes(vector.init_prologue),
        },
        bytes(vector.init_remote_static),
      );
      const secretKey = bytes(vector.resp_static);
      const responder = new ResponderState(
        {
          primitives: withRandom(vector.resp_ephemeral),
          protocolName,
          prologue: bytes(vector.resp_prologue),
        },
        { secretKey, publicKey: referencePrimitives.publicKey(secretKey) },
      );
      const first = initiator.writeMessage1(bytes(message1?.payload ?? ''));
      const firstPayload = responder.readMessage1(bytes(message1?.ciphertext ?? ''));
      const second = responder.writeMessage2(bytes(message2?.payload ?? ''));
      const read = initiator.readMessage2(bytes(message2?.ciphertext ?? ''));
      return { first, firstPayload, second, read };
    }

    test('writes and reads the handshake messages octet for octet', () => {
      const { first, firstPayload, second, read } = run();
      assert.equal(hex(first), message1.ciphertext);
      assert.equal(hex(firstPayload), message1.payload);
      assert.equal(hex(second.message), message2.ciphertext);
      assert.equal(hex(read.payload), message2.payload);
    });

    test('both roles end with the published handshake hash', () => {
      const { second, read } = run();
      assert.equal(hex(second.result.handshakeHash), vector.handshake_hash);
      assert.equal(hex(read.result.handshakeHash), vector.handshake_hash);
    });

    test('writes and reads the transport messages octet for octet', () => {
      const { second, read } = run();
      assert.ok(transport.length >= 4);
      for (const [index, message] of transport.entries()) {
        const [from, to] =
          index % 2 === 0 ? [read.result, second.result] : [second.result, read.result];
        const none = new Uint8Array(0);
        const sent = from.send.encryptWithAd(none, bytes(message.payload));
        assert.equal(hex(sent), message.ciphertext);
        assert.equal(
          hex(to.receive.decryptWithAd(none, bytes(message.ciphertext))),
          message.payload,
        );
      }
    });
  });
}
