/**
 * The published vectors are what our code makes, and our readers take them. The reader that knows
 * nothing of our code is in reader.py. docs/protocol.md, appendix A.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { fingerprintWords } from '../../app/leg/fingerprint.ts';
import { acceptHandshake, startInitiator } from '../../app/leg/handshake.ts';
import { parseKeyCard } from '../../app/leg/key-card.ts';
import { type Primitives, referencePrimitives } from '../../app/leg/noise/primitives.ts';
import { RecordOpener } from '../../app/leg/records.ts';
import { encodePrologue, Transcript } from '../../app/leg/transcript.ts';
import { parseSealRequest } from '../../gateway/seal-request.ts';
import { makeVectors } from '../../scripts/make-vectors.ts';
import { fixedPrimitives } from '../../scripts/vectors/fixed.ts';
import { readVectors, vectorPath } from './files.ts';

const octets = z
  .string()
  .regex(/^(?:[0-9a-f]{2})*$/)
  .transform((text) => Buffer.from(text, 'hex'));

const secrets = {
  sealSecretKey: octets,
  serverEphemeralSecretKey: octets,
  serverKemCoins: octets.optional(),
  handshakeHash: octets,
  suite: z.string(),
};

const cardsSchema = z.object({
  cards: z.array(
    z.object({
      lines: z.array(z.string()),
      identity: octets,
      fingerprint: z.object({ words: z.string() }),
      names: z.array(z.string()),
      sealKeys: z.array(z.object({ suite: z.string(), keyId: z.string(), publicKey: octets })),
      predecessors: z.array(z.object({ identity: octets })),
    }),
  ),
  refused: z.array(z.object({ name: z.string(), lines: z.array(z.string()) })),
});

const recordsSchema = z.array(z.object({ number: z.number(), plaintext: octets, record: octets }));

const handshakeSchema = z.object({
  ...secrets,
  keyId: z.string(),
  sealPublicKey: octets,
  prologue: octets,
  message1: octets,
  message2: octets,
  clientEphemeralSecretKey: octets,
  clientKemSeed: octets.optional(),
  refusedMessages1: z.array(z.object({ name: z.string(), message: octets })),
  refusedMessages2: z.array(z.object({ name: z.string(), message: octets })),
  records: z.object({ clientToServer: recordsSchema, serverToClient: recordsSchema }),
});

const side = z.enum(['client', 'server']);
const sessionSchema = z.object({
  ...secrets,
  service: z.enum(['imap', 'submission']),
  steps: z.array(
    z.union([
      z.object({ from: side, clear: z.string() }),
      z.object({ from: side, record: octets, data: z.string() }),
      z.object({ from: side, record: octets, close: z.literal(true) }),
    ]),
  ),
});

test('every file is made again octet for octet', async () => {
  for (const [name, text] of await makeVectors()) {
    assert.equal(readFileSync(vectorPath(name), 'utf8'), text, name);
  }
});

describe('key cards', () => {
  const { cards, refused } = cardsSchema.parse(readVectors('key-card.json'));

  test('read as described', () => {
    for (const expected of cards) {
      const card = parseKeyCard(expected.lines);
      assert.deepEqual(Buffer.from(card.identity), expected.identity);
      assert.deepEqual(card.names, expected.names);
      assert.equal(fingerprintWords(card.identity), expected.fingerprint.words);
      assert.deepEqual(
        card.sealKeys.map(({ suite, keyId, publicKey }) => [suite, keyId, Buffer.from(publicKey)]),
        expected.sealKeys.map(({ suite, keyId, publicKey }) => [suite, keyId, publicKey]),
      );
      assert.deepEqual(
        (card.predecessors ?? []).map(({ identity }) => Buffer.from(identity)),
        expected.predecessors.map(({ identity }) => identity),
      );
    }
  });

  for (const { name, lines } of refused) {
    test(`refused: ${name}`, () => {
      assert.throws(() => parseKeyCard(lines), { code: 'leg.card-invalid' });
    });
  }
});

type Secrets = z.infer<z.ZodObject<typeof secrets>>;

function accept(
  document: Secrets,
  keyId: string,
  sealPublicKey: Uint8Array,
  prologue: Uint8Array,
  message1: Uint8Array,
) {
  const { suite, sealSecretKey, serverEphemeralSecretKey, serverKemCoins } = document;
  const random = [serverEphemeralSecretKey, ...(serverKemCoins ? [serverKemCoins] : [])];
  const { primitives } = fixedPrimitives(...random);
  return acceptHandshake({
    suite,
    keyId,
    sealSecretKey,
    sealPublicKey,
    prologue,
    message1,
    primitives,
  });
}

for (const name of ['handshake-nk.json', 'handshake-nkhfs.json'] as const) {
  describe(name, () => {
    const document = handshakeSchema.parse(readVectors(name));
    const { keyId, sealPublicKey, prologue, message1, message2, records } = document;

    test('is accepted with the same answer, and its records open', () => {
      const { message2: made, keys } = accept(document, keyId, sealPublicKey, prologue, message1);
      assert.deepEqual(Buffer.from(made), message2);
      assert.deepEqual(Buffer.from(keys.handshakeHash), document.handshakeHash);
      const opener = new RecordOpener(keys.receive);
      const heard: Buffer[] = [];
      for (const { number, record } of records.clientToServer) {
        keys.receive.setNonce(number);
        opener.push(Buffer.from(record), (content) => heard.push(Buffer.from(content)));
      }
      const data = records.clientToServer.filter(({ plaintext }) => plaintext[0] === 1);
      assert.deepEqual(
        heard,
        data.map(({ plaintext }) => plaintext.subarray(1)),
      );
      assert.equal(opener.closed, true);
    });

    const initiate = (change: Partial<Primitives> = {}) => {
      const { suite, clientEphemeralSecretKey, clientKemSeed } = document;
      const random = [clientEphemeralSecretKey, ...(clientKemSeed ? [clientKemSeed] : [])];
      const primitives = { ...fixedPrimitives(...random).primitives, ...change };
      return startInitiator({ suite, keyId, sealPublicKey, prologue, primitives });
    };

    for (const { name: what, message } of document.refusedMessages1) {
      test(`message 1 refused: ${what}`, () => {
        assert.throws(() => accept(document, keyId, sealPublicKey, prologue, message), {
          code: 'leg.seal-failed',
        });
      });
    }

    for (const { name: what, message } of document.refusedMessages2) {
      test(`message 2 refused: ${what}`, () => {
        const initiator = initiate();
        assert.deepEqual(Buffer.from(initiator.message1), message1);
        assert.throws(() => initiator.finish(message), { code: 'leg.seal-failed' });
      });
    }

    test('only the check for zeros refuses the ephemeral of small order', () => {
      const dh: Primitives['dh'] = (secretKey, publicKey) => {
        try {
          return referencePrimitives.dh(secretKey, publicKey);
        } catch {
          return new Uint8Array(32);
        }
      };
      const [forged] = document.refusedMessages2;
      assert.equal(forged?.name, 'an ephemeral of small order');
      assert.doesNotThrow(() => initiate({ dh }).finish(forged.message));
    });

    test('fails when one bit of message 1, prologue or seal key is another', () => {
      const flip = (given: Uint8Array) =>
        Uint8Array.from(given, (octet, at) => (at === given.length - 1 ? octet ^ 1 : octet));
      const failed = { code: 'leg.seal-failed' };
      assert.throws(() => accept(document, keyId, sealPublicKey, prologue, flip(message1)), failed);
      assert.throws(() => accept(document, keyId, sealPublicKey, flip(prologue), message1), failed);
      assert.throws(() => accept(document, keyId, flip(sealPublicKey), prologue, message1), failed);
    });
  });
}

for (const name of ['session-smtp.json', 'session-imap.json'] as const) {
  test(`${name} is followed from its octets alone`, () => {
    const document = sessionSchema.parse(readVectors(name));
    const { service, steps } = document;
    const transcript = new Transcript();
    const said = { client: '', server: '' };
    let last = '';
    const records: { from: 'client' | 'server'; record: Buffer }[] = [];
    for (const step of steps) {
      if ('record' in step) {
        records.push(step);
        if ('data' in step) said[step.from] += step.data;
        continue;
      }
      // The last line of the client is the XSEAL that is taken: hashed is what came before it.
      if (step.from === 'client') last = step.clear;
      else if (isSealed(step.clear)) continue;
      else if (last !== '') transcript.client(last);
      if (step.from === 'server') transcript.server(step.clear);
    }
    const request = parseSealRequest(last.slice(last.indexOf('XSEAL ') + 6).trimEnd());
    assert.ok(request);
    const { suite, keyId, serverName, message1 } = request;
    const fields = { service, suite, keyId, serverName, transcript: transcript.digest() };
    const sealPublicKey = sealKeyOnCard(steps, suite, keyId);
    const prologue = encodePrologue(fields);
    const { message2, keys } = accept(document, keyId, sealPublicKey, prologue, message1);
    const reply = steps.findLast((step) => 'clear' in step);
    assert.ok(reply && 'clear' in reply);
    assert.ok(reply.clear.includes(Buffer.from(message2).toString('base64')));
    const opener = new RecordOpener(keys.receive);
    let heard = '';
    for (const { from, record } of records) {
      if (from !== 'client') continue;
      opener.push(Buffer.from(record), (content) => {
        heard += content.toString('latin1');
      });
    }
    assert.equal(heard, said.client);
    assert.equal(opener.closed, true);
    assert.deepEqual(Buffer.from(keys.handshakeHash), document.handshakeHash);
  });
}

function isSealed(reply: string): boolean {
  return /^(?:220 [A-Za-z0-9+/=]{60,}|\S+ OK \[XSEAL )/.test(reply);
}

function sealKeyOnCard(steps: readonly object[], suite: string, keyId: string): Uint8Array {
  const text = steps.map((step) => ('clear' in step ? String(step.clear) : '')).join('');
  const lines = text
    .split('\r\n')
    .map((line) => line.replace(/^(?:250[- ]|\* XPUBKEY )/, ''))
    .filter((line) =>
      /^(letterlock-key-card|identity|name|seal|successor|predecessor|signature) /.test(line),
    );
  const card = parseKeyCard(lines);
  const key = card.sealKeys.find((each) => each.suite === suite && each.keyId === keyId);
  assert.ok(key);
  return key.publicKey;
}
