import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { CdpError, type CdpEvent, CdpPipe } from '../../../main/chromium/cdp.ts';

function open() {
  const output = new PassThrough();
  const input = new PassThrough();
  const cdp = new CdpPipe(output, input);
  const events: CdpEvent[] = [];
  cdp.onEvent((event) => events.push(event));
  const written = (): string => String(output.read() ?? '');
  return { cdp, input, events, written };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('writes a command as JSON that ends with NUL and returns its result', async () => {
  const { cdp, input, written } = open();
  const answer = cdp.send('Page.enable', { a: 1 }, 's');
  assert.equal(written(), '{"id":1,"method":"Page.enable","params":{"a":1},"sessionId":"s"}\0');
  input.write('{"id":1,"result":{"ok":true}}\0');
  assert.deepEqual(await answer, { ok: true });
});

test('reads messages split at every octet and several in one chunk', async () => {
  const text = Buffer.from('{"method":"A","params":{"t":"ü€"}}\0{"method":"B"}\0');
  for (let at = 0; at <= text.length; at += 1) {
    const { input, events } = open();
    input.write(text.subarray(0, at));
    await settle();
    input.write(text.subarray(at));
    await settle();
    assert.deepEqual(
      events.map(({ method, params }) => [method, params]),
      [
        ['A', { t: 'ü€' }],
        ['B', {}],
      ],
    );
  }
});

test('rejects a command that the browser refuses, without closing', async () => {
  const { cdp, input } = open();
  const refused = cdp.send('No.such');
  input.write('{"id":1,"error":{"code":-32601,"message":"not found"}}\0');
  await assert.rejects(refused, CdpError);
  const next = cdp.send('Page.enable');
  input.write('{"id":2,"result":{}}\0');
  assert.deepEqual(await next, {});
});

test('rejects what is open and what comes after when the browser goes away', async () => {
  const { cdp, input } = open();
  const waiting = cdp.send('Page.enable');
  let closed = 0;
  cdp.onClose(() => {
    closed += 1;
  });
  input.end();
  await assert.rejects(waiting, CdpError);
  await assert.rejects(cdp.send('Page.enable'), CdpError);
  assert.equal(closed, 1);
  const late = new Promise<void>((resolve) => cdp.onClose(resolve));
  await late;
});

test('ends the connection at a message that is no JSON', async () => {
  const { cdp, input } = open();
  const waiting = cdp.send('Page.enable');
  input.write('nonsense\0');
  await assert.rejects(waiting, CdpError);
});

test('ignores answers to nothing and messages of no known shape', async () => {
  const { input, events } = open();
  input.write('{"id":99,"result":{}}\0[1]\0null\0{"x":1}\0{"method":"A"}\0');
  await settle();
  assert.deepEqual(
    events.map(({ method }) => method),
    ['A'],
  );
});
