/** How a sealed stream ends when its socket does: early, late, without a word, with writes waiting. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { test } from 'node:test';
import { LegError } from '../../app/errors.ts';
import { RecordOpener, RecordSealer } from '../../app/leg/records.ts';
import { SealedDuplex } from '../../app/leg/sealed-duplex.ts';
import { createSealedEnd, createSealKeys } from '../support/sealed-pair.ts';

/** What a stream delivered and how it ended. */
async function outcome(stream: SealedDuplex): Promise<{ code: string; text: string }> {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const code = await new Promise<string>((resolve) => {
    stream.on('end', () => resolve('end'));
    stream.on('error', (error) => resolve(error instanceof LegError ? error.code : String(error)));
  });
  return { code, text };
}

function sealedRecord(sealer: RecordSealer, text: string): Buffer {
  sealer.append(Buffer.from(text));
  return sealer.sealData();
}

test('a socket that goes without end and without error is a truncation', async () => {
  const [inner] = duplexPair();
  const stream = new SealedDuplex(inner, createSealKeys().client);
  const done = outcome(stream);
  inner.destroy();
  assert.deepEqual(await done, { code: 'leg.truncated', text: '' });
});

test('after the peer’s close record, a write that waits is released when the socket goes', async () => {
  const [inner, wire] = duplexPair();
  const keys = createSealKeys();
  const stream = new SealedDuplex(inner, keys.client);
  stream.on('error', () => undefined);
  stream.resume();
  const released = new Promise((resolve) => stream.write(Buffer.alloc(4_000_000), resolve));
  wire.write(new RecordSealer(keys.server.send).sealClose());
  await once(stream, 'end');
  inner.destroy();
  assert.ok((await released) instanceof Error);
});

test('octets read with the handshake are delivered before the cut, or before the end', async () => {
  for (const closes of [false, true]) {
    const [inner, wire] = duplexPair();
    const keys = createSealKeys();
    const sealer = new RecordSealer(keys.server.send);
    const record = sealedRecord(sealer, '250 ok');
    const early = closes ? Buffer.concat([record, sealer.sealClose()]) : record;
    const stream = new SealedDuplex(inner, keys.client, early);
    wire.end();
    assert.deepEqual(await outcome(stream), {
      code: closes ? 'end' : 'leg.truncated',
      text: '250 ok',
    });
  }
});

test('octets read with the handshake are delivered while the socket is silent', async () => {
  const [inner] = duplexPair();
  const keys = createSealKeys();
  const early = sealedRecord(new RecordSealer(keys.server.send), '220 hello');
  const stream = new SealedDuplex(inner, keys.client, early);
  const [chunk] = await once(stream, 'data');
  assert.equal(String(chunk), '220 hello');
  stream.destroy();
});

test('destroySoon sends what was written and the close record, then lets go', async () => {
  const { client, wire, keys } = createSealedEnd();
  client.on('error', () => undefined);
  const opener = new RecordOpener(keys.receive);
  let got = '';
  wire.on('data', (chunk: Buffer) => {
    opener.push(chunk, (content) => {
      got += content.toString();
    });
  });
  client.write('QUIT\r\n');
  client.destroySoon();
  await once(client, 'close');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(got, 'QUIT\r\n');
  assert.ok(opener.closed);
});
