import assert from 'node:assert/strict';
import { type Duplex, duplexPair } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { LegError } from '../../app/errors.ts';
import { DotWatch } from '../../app/submission/dot-watch.ts';

function create(beforeDot?: () => void): { watch: DotWatch; peer: Duplex; heard: () => string } {
  const [leg, peer] = duplexPair();
  let heard = '';
  peer.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1');
  });
  const watch = new DotWatch(leg, { idleMs: 5_000, afterDotMs: 5_000 });
  watch.begin(beforeDot);
  return { watch, peer, heard: () => heard };
}

const write = (watch: DotWatch, bytes: string | Buffer) =>
  new Promise<void>((resolve, reject) => {
    watch.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
const tick = () => new Promise((resolve) => setImmediate(resolve));

test('the final dot is seen wherever the text is cut into pieces', async () => {
  const text = Buffer.from('Subject: x\r\n\r\n..\r\n. \r\n.x\r\n\r\n.\r\n');
  for (let size = 1; size <= text.length; size += 1) {
    const { watch } = create();
    await write(watch, 'DATA\r\n');
    for (let at = 0; at < text.length; at += size) {
      assert.equal(watch.dotStarted, false, `at ${at} of pieces of ${size}`);
      await write(watch, text.subarray(at, at + size));
    }
    assert.equal(watch.dotStarted, true, `pieces of ${size}`);
    watch.destroy();
  }
});

test('no text without the terminator is taken for the end', async () => {
  const piece = fc.constantFrom('.', '\r', '\n', '\r\n', '..', 'a', '\r\n..', '.\r', '\r\n.a');
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      const { watch } = create();
      await write(watch, 'DATA\r\n');
      for (const each of pieces) await write(watch, each);
      assert.equal(watch.dotStarted, `\r\n${pieces.join('')}`.includes('\r\n.\r\n'));
      watch.destroy();
    }),
    { numRuns: 300 },
  );
});

test('a dot outside DATA is no final dot', async () => {
  const { watch } = create();
  await write(watch, 'AUTH PLAIN x\r\n');
  await write(watch, '\r\n.\r\n');
  assert.equal(watch.dotStarted, false);
  watch.destroy();
});

test('the empty message’s dot counts', async () => {
  const { watch } = create();
  await write(watch, 'DATA\r\n');
  await write(watch, '.\r\n');
  assert.equal(watch.dotStarted, true);
  watch.destroy();
});

test('the owner is told before the dot leaves; a throw keeps it back and is remembered', async () => {
  const failure = new Error('disk full');
  const { watch, heard } = create(() => {
    throw failure;
  });
  await write(watch, 'DATA\r\n');
  await write(watch, 'text\r\n');
  await assert.rejects(write(watch, '.\r\n'));
  await tick();
  assert.equal(heard(), 'DATA\r\ntext\r\n');
  assert.equal(watch.dotStarted, false);
  assert.equal(watch.legError, failure);
});

test('only a whole reply after the dot has a code', async () => {
  const { watch, peer } = create();
  watch.resume();
  await write(watch, 'DATA\r\n');
  peer.write('354 go\r\n');
  await tick();
  await write(watch, '.\r\n');
  for (const piece of ['250-first\r\n', '25', '0 qu', 'eued\r']) {
    peer.write(piece);
    await tick();
    assert.equal(watch.replyCode, undefined);
  }
  peer.write('\n');
  await tick();
  assert.equal(watch.replyCode, 250);
  watch.destroy();
});

test('the library may alter the error that it gets; the leg’s own stays whole', async () => {
  const { watch, peer } = create();
  const errors: Error[] = [];
  watch.on('error', (error) => errors.push(error));
  const own = new LegError('leg.truncated');
  peer.on('error', () => undefined);
  const [leg] = duplexPair();
  const broken = new DotWatch(leg, { idleMs: 5_000, afterDotMs: 5_000 });
  broken.on('error', (error) => Object.assign(error, { code: 'ESOCKET' }));
  leg.destroy(own);
  await tick();
  await tick();
  assert.equal(broken.legError, own);
  assert.equal(own.code, 'leg.truncated');
  watch.destroy();
});

test('silence ends the leg', async () => {
  const [leg] = duplexPair();
  const watch = new DotWatch(leg, { idleMs: 20, afterDotMs: 5_000 });
  await new Promise((resolve) => watch.once('close', resolve));
  assert.equal(watch.timedOut, true);
  assert.equal(leg.destroyed, true);
});
