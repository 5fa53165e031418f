/** The bad network itself: honest when told so, harmful when not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { Rng } from '../fuzz/support/rng.ts';
import { type FaultProxy, startFaultProxy } from '../support/trial/fault-proxy.ts';

const octets = Buffer.alloc(64 * 1024, 'abc');
const echo = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.pipe(socket);
});
let target = 0;

before(async () => {
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address: AddressInfo | string | null = echo.address();
  target = address !== null && typeof address === 'object' ? address.port : 0;
});
after(() => {
  echo.close();
});

/** What comes back; undefined when the connection breaks. */
async function roundTrip(proxy: FaultProxy): Promise<Buffer | undefined> {
  const socket = connect(proxy.port, '127.0.0.1');
  socket.end(octets);
  return buffer(socket).catch(() => undefined);
}

test('an honest network passes every octet', async () => {
  const proxy = await startFaultProxy({ targetPort: target, rng: new Rng(1), corrupts: true });
  try {
    for (let count = 0; count < 5; count += 1) {
      assert.deepEqual(await roundTrip(proxy), octets);
    }
    assert.equal(proxy.counts.connections, 5);
  } finally {
    await proxy.stop();
  }
});

test('a bad network breaks and corrupts, and one that becomes honest passes what it held', async () => {
  const proxy = await startFaultProxy({ targetPort: target, rng: new Rng(2), corrupts: true });
  try {
    proxy.misbehave();
    const trips = Array.from({ length: 40 }, () => roundTrip(proxy));
    while (Object.values(proxy.counts).reduce((sum, count) => sum + count, 0) < 60) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    proxy.behave();
    const came = await Promise.all(trips);
    const whole = came.filter((bytes) => bytes?.equals(octets) === true).length;
    const changed = came.filter((bytes) => bytes?.length === octets.length).length - whole;
    assert.ok(whole > 0, 'some pass');
    assert.ok(whole + changed < came.length, 'some break');
    assert.ok(changed > 0, 'some come changed');
    assert.deepEqual(await roundTrip(proxy), octets);
  } finally {
    await proxy.stop();
  }
});

test('a network that may not corrupt changes no octet', async () => {
  const proxy = await startFaultProxy({ targetPort: target, rng: new Rng(3), corrupts: false });
  try {
    proxy.misbehave();
    const trips = Array.from({ length: 40 }, () => roundTrip(proxy));
    while (proxy.counts.connections + proxy.counts.refused < 40) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    proxy.behave();
    for (const bytes of await Promise.all(trips)) {
      if (bytes !== undefined) assert.ok(octets.subarray(0, bytes.length).equals(bytes));
    }
    assert.equal(proxy.counts.corrupt, 0);
  } finally {
    await proxy.stop();
  }
});
