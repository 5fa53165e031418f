/** Records apart from sockets: what is gathered, and what is refused before it is held. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../app/leg/limits.ts';
import { RecordOpener, RecordSealer } from '../../app/leg/records.ts';
import { createSealKeys } from '../support/sealed-pair.ts';

test('content gathered before a large piece stays in the record, in order', () => {
  const { client, server } = createSealKeys();
  const sealer = new RecordSealer(client.send);
  const opener = new RecordOpener(server.receive);
  const pieces = ['MAIL FROM:<a@test>\r\n', 'x'.repeat(4_000), 'y'.repeat(40_000), 'z'];
  for (const piece of pieces) sealer.append(Buffer.from(piece));
  const got: string[] = [];
  opener.push(sealer.sealData(), (content) => got.push(content.toString()));
  assert.equal(got.join(''), pieces.join(''));
});

test('a working buffer that was let go comes back empty', () => {
  const { client, server } = createSealKeys();
  const sealer = new RecordSealer(client.send);
  const opener = new RecordOpener(server.receive);
  const got: string[] = [];
  for (const piece of ['a'.repeat(limits.recordContent), 'b', 'c'.repeat(5_000)]) {
    sealer.append(Buffer.from(piece));
    opener.push(sealer.sealData(), (content) => got.push(content.toString()));
    sealer.release();
    assert.equal(got.splice(0).join(''), piece);
  }
});

for (const length of [0, 1, 16]) {
  test(`a length of ${length} is refused as soon as it is read`, () => {
    const opener = new RecordOpener(createSealKeys().server.receive);
    assert.throws(() => opener.push(Buffer.of(0, length), () => assert.fail('delivered')), {
      code: 'leg.protocol',
    });
  });
}

test('every single bit of a record counts', () => {
  const whole = (): { record: Buffer; opener: RecordOpener } => {
    const { client, server } = createSealKeys();
    const sealer = new RecordSealer(client.send);
    sealer.append(Buffer.from('250 ok\r\n'));
    const record = sealer.sealData();
    return { record, opener: new RecordOpener(server.receive) };
  };
  const bits = whole().record.length * 8;
  for (let bit = 0; bit < bits; bit += 1) {
    const { record, opener } = whole();
    const at = Math.floor(bit / 8);
    record[at] = (record[at] ?? 0) ^ (1 << (bit % 8));
    const delivered = () => assert.fail(`delivered with bit ${bit} flipped`);
    try {
      opener.push(record, delivered);
      // A length made larger: the rest is waited for, and nothing was given.
      assert.ok(bit < 16);
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error && error.code === 'leg.protocol');
    }
  }
});

test('nothing is kept of a chunk’s memory, wherever records are cut', () => {
  const lengths = [1, 300, limits.recordContent, 9_000, 2];
  for (const size of [1_000, 8_193, 40_000, 65_536, 65_538]) {
    const { client, server } = createSealKeys();
    const sealer = new RecordSealer(client.send);
    const opener = new RecordOpener(server.receive);
    const stream = Buffer.concat(
      lengths.map((length, at) => {
        sealer.append(Buffer.alloc(length, at + 1));
        return sealer.sealData();
      }),
    );
    const got: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) {
      const chunk = Buffer.from(stream.subarray(at, at + size));
      opener.push(chunk, (content) => got.push(content));
      chunk.fill(0xff);
    }
    assert.deepEqual(
      got.map((content) => content.length),
      lengths,
    );
    assert.ok(got.every((content, at) => content.every((octet) => octet === at + 1)));
  }
});
