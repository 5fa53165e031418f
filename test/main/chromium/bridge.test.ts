import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxFrameLength } from '../../../app/contract/frames.ts';
import { PageBridge } from '../../../main/chromium/bridge.ts';
import { appOrigin } from '../../../main/chromium/flags.ts';
import { FakeCdp } from '../../support/fake-cdp.ts';

async function open() {
  const cdp = new FakeCdp();
  cdp.answers.set('Runtime.evaluate', { result: { type: 'function', objectId: 'receiver-1' } });
  const frames: string[] = [];
  const links: string[] = [];
  const bridge = new PageBridge({
    cdp,
    sessionId: 's',
    frameId: 'main',
    onFrame: (json) => frames.push(json),
    onOpenExternal: (url) => links.push(url),
  });
  await bridge.install();
  const name = cdp.last('Runtime.addBinding')?.params.name;
  const context = (id: number, origin: string, auxData: object): void =>
    bridge.handle({
      method: 'Runtime.executionContextCreated',
      params: { context: { id, origin, auxData } },
      sessionId: 's',
    });
  const called = (executionContextId: number, payload: unknown, binding: unknown = name): void =>
    bridge.handle({
      method: 'Runtime.bindingCalled',
      params: { name: binding, payload, executionContextId },
      sessionId: 's',
    });
  return { cdp, bridge, frames, links, context, called };
}

const main = { isDefault: true, frameId: 'main' };
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('hears the main frame’s own context of the app’s origin', async () => {
  const { frames, links, context, called } = await open();
  context(1, appOrigin, main);
  called(1, 'f{"a":1}');
  called(1, 'ohttps://example.org/');
  assert.deepEqual(frames, ['{"a":1}']);
  assert.deepEqual(links, ['https://example.org/']);
});

test('does not hear a frame, another world, another origin or another binding', async () => {
  const { frames, context, called } = await open();
  called(1, 'f"before any context"');
  context(1, appOrigin, main);
  context(2, appOrigin, { isDefault: true, frameId: 'child' });
  context(3, appOrigin, { isDefault: false, frameId: 'main' });
  called(2, 'f"child"');
  called(3, 'f"isolated world"');
  called(1, 'f"other binding"', 'guess');
  assert.deepEqual(frames, []);
  context(4, 'https://evil.example', main);
  called(4, 'f"other origin"');
  called(1, 'f"document that is gone"');
  assert.deepEqual(frames, []);
});

test('does not hear a document after it went away', async () => {
  const { bridge, frames, context, called } = await open();
  context(1, appOrigin, main);
  bridge.handle({ method: 'Runtime.executionContextsCleared', params: {}, sessionId: 's' });
  called(1, 'f"late"');
  context(2, appOrigin, main);
  bridge.handle({
    method: 'Runtime.executionContextDestroyed',
    params: { executionContextId: 2 },
    sessionId: 's',
  });
  called(2, 'f"late"');
  assert.deepEqual(frames, []);
});

test('drops what is too long or of no known kind', async () => {
  const { frames, links, context, called } = await open();
  context(1, appOrigin, main);
  called(1, `f${'x'.repeat(maxFrameLength)}`);
  called(1, `f${'x'.repeat(maxFrameLength + 1)}`);
  called(1, 'x"unknown"');
  called(1, '');
  called(1, 42);
  assert.deepEqual(
    frames.map(({ length }) => length),
    [maxFrameLength],
  );
  assert.deepEqual(links, []);
});

test('passes frames as an argument of a held function, in order, early ones first', async () => {
  const { cdp, bridge, context, called } = await open();
  context(1, appOrigin, main);
  bridge.deliver('"early"');
  assert.equal(cdp.last('Runtime.callFunctionOn'), undefined);
  called(1, 'r');
  await settle();
  bridge.deliver('"`);alert(1)//"');
  const calls = cdp.sent.filter(({ method }) => method === 'Runtime.callFunctionOn');
  assert.deepEqual(
    calls.map(({ params }) => params.arguments),
    [[{ value: '"early"' }], [{ value: '"`);alert(1)//"' }]],
  );
  assert.deepEqual(new Set(calls.map(({ params }) => params.functionDeclaration)).size, 1);
  assert.equal(calls[0]?.params.objectId, 'receiver-1');
});

test('a new document gets nothing that was meant for the last one', async () => {
  const { cdp, bridge, context, called } = await open();
  context(1, appOrigin, main);
  bridge.deliver('"for the first"');
  context(2, appOrigin, main);
  called(2, 'r');
  await settle();
  assert.equal(cdp.last('Runtime.callFunctionOn'), undefined);
});

test('names its binding anew each time', async () => {
  const names = await Promise.all([open(), open()]);
  const [first, second] = names.map(({ cdp }) => cdp.last('Runtime.addBinding')?.params.name);
  assert.match(String(first), /^_[0-9a-f]{32}$/);
  assert.notEqual(first, second);
});
