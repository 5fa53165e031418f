import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { LegError } from '../../app/errors.ts';
import { limits } from '../../app/leg/limits.ts';
import { RecordOpener, RecordSealer } from '../../app/leg/records.ts';
import { SealedDuplex } from '../../app/leg/sealed-duplex.ts';
import { createSealedEnd, createSealedPair, createSealKeys } from '../support/sealed-pair.ts';

function record(sealer: RecordSealer, content: Uint8Array): Buffer {
  sealer.append(content);
  return sealer.sealData();
}

/** What a stream ended with: its code, and everything it delivered before. */
async function outcome(stream: Duplex): Promise<{ code: string; text: string }> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const text = () => Buffer.concat(chunks).toString();
  return new Promise((resolve) => {
    stream.once('error', (error) => {
      resolve({ code: error instanceof LegError ? error.code : error.message, text: text() });
    });
    stream.once('end', () => resolve({ code: 'end', text: text() }));
  });
}

describe('sealed duplex', () => {
  test('carries text both ways and ends both directions', async () => {
    const { client, server } = createSealedPair();
    const closed = Promise.all([once(client, 'close'), once(server, 'close')]);
    server.write('to the client');
    const [greeting] = await once(client, 'data');
    assert.equal(greeting.toString(), 'to the client');
    client.end('to the server');
    assert.equal((await buffer(server)).toString(), 'to the server');
    await closed;
  });

  test('carries megabytes in writes of every awkward size', async () => {
    const { client, server } = createSealedPair();
    const sizes = [
      1, 65_517, 65_518, 65_519, 65_536, 40_000, 40_000, 131_036, 131_037, 1_500_000, 3,
    ];
    const pieces = sizes.map((size, at) => Buffer.alloc(size, at + 1));
    const received = buffer(server);
    for (const piece of pieces) {
      if (!client.write(piece)) await once(client, 'drain');
    }
    client.end();
    assert.ok((await received).equals(Buffer.concat(pieces)));
  });

  test('small writes of one tick share one record', async () => {
    const { client, wire, keys } = createSealedEnd();
    for (let at = 0; at < 100; at += 1) client.write('x');
    const [chunk] = await once(wire, 'data');
    const contents: string[] = [];
    new RecordOpener(keys.receive).push(chunk, (content) => contents.push(content.toString()));
    assert.deepEqual(contents, ['x'.repeat(100)]);
    client.destroy();
  });

  test('what a caller does to its buffer after the write does not reach the wire', async () => {
    const { client, server } = createSealedPair();
    const piece = Buffer.from('before');
    client.write(piece, () => piece.fill('!'));
    piece.fill('?');
    client.end();
    assert.equal((await buffer(server)).toString(), 'before');
  });

  test('delivers a record that comes an octet at a time', async () => {
    const { client, wire, keys } = createSealedEnd();
    const sealer = new RecordSealer(keys.send);
    const all = Buffer.concat([record(sealer, Buffer.from('slow')), sealer.sealClose()]);
    const done = outcome(client);
    for (const octet of all) {
      wire.write(Buffer.of(octet));
      await tick();
    }
    assert.deepEqual(await done, { code: 'end', text: 'slow' });
  });

  test('octets that were read with the handshake come first', async () => {
    const { client, server } = createSealKeys();
    const sealer = new RecordSealer(server.send);
    const early = record(sealer, Buffer.from('one '));
    const inner = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const stream = new SealedDuplex(inner, client, early.subarray(0, early.length - 3));
    // The socket may deliver before anyone reads from the stream.
    inner.resume();
    inner.push(early.subarray(-3));
    await tick();
    inner.push(record(sealer, Buffer.from('two')));
    inner.push(sealer.sealClose());
    assert.equal((await buffer(stream)).toString(), 'one two');
  });

  test('a paused reader holds the sender back', async () => {
    const { client, server } = createSealedPair();
    let written = 0;
    const piece = Buffer.alloc(65_536);
    while (written < 64 && client.write(piece)) {
      written += 1;
      await tick();
    }
    assert.ok(written < 20, `${written} pieces were taken without a reader`);
    client.end();
    assert.equal((await buffer(server)).length, (written + 1) * piece.length);
  });

  test('one huge write does not pass to the socket all at once', async () => {
    const { client, server } = createSealedPair();
    client.write(Buffer.alloc(8_000_000));
    await tick();
    assert.equal(client.writableNeedDrain, true);
    client.end();
    assert.equal((await buffer(server)).length, 8_000_000);
  });

  test('what is left of a write is sent when a slow socket drains, without another write', async () => {
    const { client, server } = createSealKeys();
    const waiting: (() => void)[] = [];
    const opener = new RecordOpener(server.receive);
    let received = 0;
    const inner = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        opener.push(chunk, (content) => {
          received += content.length;
        });
        waiting.push(done);
      },
    });
    const stream = new SealedDuplex(inner, client);
    const written = new Promise((resolve) => stream.write(Buffer.alloc(70_000), resolve));
    await tick();
    assert.deepEqual([received, waiting.length], [limits.recordContent, 1]);
    waiting.shift()?.();
    assert.ok(!(await written));
    await tick();
    assert.equal(received, 70_000);
    stream.destroy();
  });

  test('a socket that takes all at once is not waited for', () => {
    let records = 0;
    const inner = new Duplex({
      read() {},
      write(_chunk, _encoding, done) {
        records += 1;
        done();
      },
      writableHighWaterMark: 1,
    });
    const stream = new SealedDuplex(inner, createSealKeys().client);
    stream.write(Buffer.alloc(10 * limits.recordContent));
    assert.equal(records, 10);
    stream.destroy();
  });

  test('emits timeout for a silent socket and stays open', async () => {
    const { socket, peer, close } = await tcpPair();
    const stream = new SealedDuplex(socket, createSealKeys().client);
    stream.setKeepAlive(true).setNoDelay(true).setTimeout(20);
    await once(stream, 'timeout');
    assert.equal(stream.destroyed, false);
    assert.equal(stream.remotePort, peer.localPort);
    stream.destroy();
    close();
  });
});

describe('a sealed stream that is tampered with', () => {
  const text = (value: string) => Buffer.from(value);

  async function feed(make: (sealer: RecordSealer) => Buffer[], end = true) {
    const { client, wire, keys } = createSealedEnd();
    const done = outcome(client);
    for (const chunk of make(new RecordSealer(keys.send))) wire.write(chunk);
    if (end) wire.end();
    const result = await done;
    return { ...result, destroyed: client.destroyed };
  }

  const flip = (octets: Buffer, at: number) => {
    const copy = Buffer.from(octets);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };

  test('an end without close record is a truncation, not an end', async () => {
    const { code } = await feed((sealer) => [record(sealer, text('250 ok'))]);
    assert.equal(code, 'leg.truncated');
  });

  test('an end inside a record is a truncation', async () => {
    const { code, text: got } = await feed((sealer) => [
      record(sealer, text('a')),
      record(sealer, text('b')).subarray(0, 9),
    ]);
    assert.deepEqual([code, got], ['leg.truncated', 'a']);
  });

  test('a flipped bit anywhere ends it and delivers nothing of the record', async () => {
    const length = 2 + 1 + 3 + 16;
    for (let at = 0; at < length; at += 1) {
      const { code, text: got } = await feed((sealer) => [flip(record(sealer, text('bad')), at)]);
      assert.notEqual(code, 'end');
      assert.equal(got, '');
    }
  });

  test('nothing after a bad record is delivered', async () => {
    const { code, text: got } = await feed((sealer) => {
      const bad = flip(record(sealer, text('bad')), 5);
      return [Buffer.concat([bad, record(sealer, text('good'))])];
    }, false);
    assert.deepEqual([code, got], ['leg.protocol', '']);
  });

  const orders: [string, (a: Buffer, b: Buffer) => Buffer[], string][] = [
    ['dropped', (_a, b) => [b], ''],
    ['duplicated', (a) => [a, a], 'a'],
    ['swapped', (a, b) => [b, a], ''],
  ];
  for (const [name, order, delivered] of orders) {
    test(`a ${name} record ends it`, async () => {
      const { code, text: got } = await feed((sealer) =>
        order(record(sealer, text('a')), record(sealer, text('b'))),
      );
      assert.deepEqual([code, got], ['leg.protocol', delivered]);
    });
  }

  test('a record of another session ends it', async () => {
    const other = new RecordSealer(createSealKeys().server.send);
    const { code } = await feed(() => [record(other, text('replayed'))]);
    assert.equal(code, 'leg.protocol');
  });

  test('its own record sent back ends it', async () => {
    const { client, wire } = createSealedEnd();
    client.write('mine');
    const [chunk] = await once(wire, 'data');
    const done = outcome(client);
    wire.write(chunk);
    assert.deepEqual(await done, { code: 'leg.protocol', text: '' });
  });

  for (const length of [0, 1, 15, 16]) {
    test(`refuses a record of length ${length}`, async () => {
      const head = Buffer.of(0, length);
      const { code } = await feed(() => [head], false);
      assert.equal(code, 'leg.protocol');
    });
  }

  test('takes a record of length 65535', async () => {
    const { code, text: got } = await feed((sealer) => {
      const full = record(sealer, Buffer.alloc(limits.recordContent, 'x'));
      assert.equal(full.readUInt16BE(), 65_535);
      return [full, sealer.sealClose()];
    });
    assert.deepEqual([code, got.length], ['end', limits.recordContent]);
  });

  /** Seals any plaintext, as a peer that holds the keys but breaks the rules. */
  async function feedPlain(...plains: number[][]) {
    const { client, wire, keys } = createSealedEnd();
    const done = outcome(client);
    for (const plain of plains) {
      const sealed = keys.send.encryptWithAd(new Uint8Array(0), Uint8Array.from(plain));
      wire.write(Buffer.concat([Buffer.of(0, sealed.length), sealed]));
    }
    return done;
  }

  test('refuses an unknown record type, an empty data record, a close with content', async () => {
    for (const plain of [[0x00], [0x03, 65], [0x01], [0x02, 65]]) {
      assert.deepEqual(await feedPlain(plain), { code: 'leg.protocol', text: '' });
    }
  });

  test('refuses anything after the close record', async () => {
    const { client, wire, keys } = createSealedEnd();
    const sealer = new RecordSealer(keys.send);
    const failed = once(client, 'error');
    client.resume();
    wire.write(Buffer.concat([sealer.sealClose(), record(sealer, text('late'))]));
    const [error] = await failed;
    assert.equal(error.code, 'leg.protocol');
  });

  test('a reset connection is a truncation', async () => {
    const { socket, peer, close } = await tcpPair();
    const stream = new SealedDuplex(socket, createSealKeys().client);
    const done = outcome(stream);
    peer.resetAndDestroy();
    assert.equal((await done).code, 'leg.truncated');
    close();
  });

  test('a write that waits is released with an error when the stream goes', async () => {
    const { client } = createSealedEnd();
    const released = new Promise((resolve) => client.write(Buffer.alloc(4_000_000), resolve));
    client.on('error', () => undefined);
    await tick();
    client.destroy();
    assert.ok((await released) instanceof Error);
  });
});

describe('rekey', () => {
  test('both ends change keys at the same record', () => {
    const { client, server } = createSealKeys();
    const sealer = new RecordSealer(client.send, 3);
    const opener = new RecordOpener(server.receive, 3);
    const got: string[] = [];
    for (let at = 0; at < 10; at += 1) {
      opener.push(record(sealer, Buffer.from(`${at}`)), (content) => got.push(content.toString()));
    }
    assert.equal(got.join(''), '0123456789');
  });

  test('the key changes before record number 65,536 and not earlier', () => {
    const { client, server } = createSealKeys();
    client.send.setNonce(limits.rekeyRecords - 1);
    server.receive.setNonce(limits.rekeyRecords - 1);
    const sealer = new RecordSealer(client.send);
    const old = record(sealer, Buffer.from('old'));
    const changed = record(sealer, Buffer.from('new'));
    const got: string[] = [];
    // An opener that never rekeys reads the first record and not the second.
    const opener = new RecordOpener(server.receive, Number.MAX_SAFE_INTEGER);
    opener.push(old, (content) => got.push(content.toString()));
    assert.throws(() => opener.push(changed, () => undefined), LegError);
    server.receive.rekey();
    got.push(server.receive.open(changed.subarray(2)).subarray(1).toString());
    assert.deepEqual(got, ['old', 'new']);
  });
});

async function tcpPair(): Promise<{ socket: Socket; peer: Socket; close: () => void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  const socket = connect(address.port, '127.0.0.1');
  socket.pause();
  const [[peer]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
  return {
    socket,
    peer,
    close: () => {
      peer.destroy();
      server.close();
    },
  };
}
