/** The inactivity timer that imapflow's watchdog rests on. */
import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { mock, test } from 'node:test';
import { legTransport } from '../../app/imap/leg-transport.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function open() {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const [stream, peer] = duplexPair();
  let connected = false;
  const socket = legTransport(stream).connect({ host: 'h', port: 1, secure: false }, () => {
    connected = true;
    socket.resume();
  });
  let timeouts = 0;
  socket.on('timeout', () => {
    timeouts += 1;
  });
  await turn();
  assert.ok(connected);
  return { socket, stream, peer, timeouts: () => timeouts, end: () => mock.timers.reset() };
}

test('silence gives a timeout, and again after as much silence', async () => {
  const { socket, timeouts, end } = await open();
  socket.setTimeout(1_000);
  mock.timers.tick(999);
  assert.equal(timeouts(), 0);
  mock.timers.tick(1);
  assert.equal(timeouts(), 1);
  mock.timers.tick(1_000);
  assert.equal(timeouts(), 2);
  end();
});

test('what is read puts the timeout off', async () => {
  const { socket, peer, timeouts, end } = await open();
  socket.setTimeout(1_000);
  mock.timers.tick(900);
  peer.write('x');
  await turn();
  mock.timers.tick(900);
  assert.equal(timeouts(), 0);
  mock.timers.tick(100);
  assert.equal(timeouts(), 1);
  end();
});

test('no timeout comes after 0 was set, nor after the stream is gone', async () => {
  const { socket, timeouts, end } = await open();
  socket.setTimeout(1_000);
  socket.setTimeout(0);
  mock.timers.tick(5_000);
  assert.equal(timeouts(), 0);
  socket.setTimeout(1_000);
  socket.destroy();
  await turn();
  mock.timers.tick(5_000);
  assert.equal(timeouts(), 0);
  end();
});
