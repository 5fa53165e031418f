import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type CaptureProxy, startCaptureProxy } from './capture-proxy.ts';

describe('capture proxy', () => {
  const echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    // Only after the other side has ended, and not at once.
    socket.on('end', () => setTimeout(() => socket.end(', GOODBYE'), 30));
    socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
  });
  let proxy: CaptureProxy;
  before(async () => {
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const address = echo.address();
    proxy = await startCaptureProxy(
      typeof address === 'object' && address !== null ? address.port : 0,
    );
  });
  after(async () => {
    await proxy.stop();
    echo.close();
  });

  it('relays both ways, records both ways, and finds a secret that passed in one write per byte', async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    socket.setNoDelay(true);
    let reply = '';
    socket.on('data', (chunk: Buffer) => {
      reply += chunk.toString();
    });
    for (const byte of 'my secret words') socket.write(byte);
    while (reply.length < 15) await once(socket, 'data');
    assert.equal(reply, 'MY SECRET WORDS');
    assert.deepEqual(proxy.contains('my secret words'), ['plain']);
    assert.ok(proxy.captured().includes('MY SECRET WORDS'));
    assert.deepEqual(proxy.contains('another secret'), []);
    assert.equal(proxy.connections, 1);
    proxy.cut();
    await once(socket, 'close');
  });

  it('passes on the end of one direction and still relays the other', async () => {
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    let reply = '';
    socket.on('data', (chunk: Buffer) => {
      reply += chunk.toString();
    });
    socket.end('close me');
    await once(socket, 'end');
    assert.equal(reply, 'CLOSE ME, GOODBYE');
  });
});
