import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { reset } from '../../gateway/close-stream.ts';

async function pair(t: TestContext): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true });
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const place = server.address();
  assert.ok(typeof place === 'object' && place !== null);
  const accepted = once(server, 'connection');
  const near = connect({ port: place.port, host: '127.0.0.1', allowHalfOpen: true });
  await once(near, 'connect');
  const [far] = await accepted;
  t.after(() => far.destroy());
  return { near, far };
}

const handles = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

test('a reset tells the other side that the stream was broken off', async (t) => {
  const { near, far } = await pair(t);
  const broken = once(far, 'error');
  reset(near);
  assert.match(String(await broken), /ECONNRESET/);
});

test('a reset while the end is on its way leaves no handle behind, and is no error', async (t) => {
  const { near, far } = await pair(t);
  far.on('error', () => undefined).resume();
  const errors: unknown[] = [];
  near.on('error', (error) => errors.push(error));
  const before = handles();
  near.end();
  // Two ticks later the system was asked for the end and has not answered.
  await new Promise<void>((done) => process.nextTick(() => process.nextTick(done)));
  assert.equal(near.writableFinished, false);
  const closed = once(near, 'close');
  reset(near);
  await closed;
  far.destroy();
  await once(far, 'close');
  assert.deepEqual(errors, []);
  assert.equal(handles(), before - 2, 'both handles are gone');
});
