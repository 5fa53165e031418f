import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { callFrame, maxFrameLength } from '../../../app/contract/frames.ts';
import { methods } from '../../../app/contract/index.ts';
import {
  type FrameWindow,
  forwardFrames,
  frameListener,
  type SenderFrame,
  tellResume,
} from '../../../main/electron/frames.ts';
import { protocolHandler } from '../../../main/electron/protocol.ts';
import { electronKeySources, type KeyService } from '../../../main/electron/secrets.ts';
import type { EngineLink } from '../../../main/engine-link.ts';

function open(mainFrame: SenderFrame = { url: 'letterlock://app/', origin: 'letterlock://app' }) {
  const up: string[] = [];
  const down: string[] = [];
  const links: string[] = [];
  const listeners: ((json: string) => void)[] = [];
  let destroyed = false;
  const engine: EngineLink = {
    postFrame: (json) => up.push(json),
    onFrame: (listener) => listeners.push(listener),
    readPart: async () => undefined,
    stop: async () => undefined,
  };
  const window: FrameWindow = {
    webContents: {
      mainFrame,
      send: (_channel, json) => down.push(json),
      isDestroyed: () => destroyed,
    },
  };
  const options = { window, engine, openExternal: (url: string) => links.push(url) };
  forwardFrames(options);
  return {
    up,
    down,
    links,
    listen: frameListener(options),
    mainFrame,
    emit: (json: string) => {
      for (const listener of listeners) listener(json);
    },
    destroy: () => {
      destroyed = true;
    },
  };
}

test('takes frames and links from the main frame of its own window', () => {
  const { listen, mainFrame, up, links } = open();
  listen({ senderFrame: mainFrame }, 'frame', '{"a":1}');
  listen({ senderFrame: mainFrame }, 'open', 'https://example.org/');
  assert.deepEqual(up, ['{"a":1}']);
  assert.deepEqual(links, ['https://example.org/']);
});

test('takes nothing from another frame, a gone frame or another address', () => {
  const { listen, up } = open();
  const twin = { url: 'letterlock://app/', origin: 'letterlock://app' };
  listen({ senderFrame: twin }, 'frame', '1');
  listen({ senderFrame: null }, 'frame', '2');
  assert.deepEqual(up, []);
  for (const url of ['letterlock://app/message-frame.html', 'https://evil.example/', '']) {
    const led = open({ url, origin: 'letterlock://app' });
    led.listen({ senderFrame: led.mainFrame }, 'frame', '3');
    assert.deepEqual(led.up, [], url);
  }
});

test('drops what is no text, too long or of no known kind', () => {
  const { listen, mainFrame, up, links } = open();
  const event = { senderFrame: mainFrame };
  listen(event, 'frame', { toString: () => 'x' });
  listen(event, 'frame', 'x'.repeat(maxFrameLength + 1));
  listen(event, 'frame', undefined);
  listen(event, '__proto__', 'x');
  listen(event, undefined, 'x');
  assert.deepEqual([up, links], [[], []]);
});

test('passes the engine’s frames down for as long as the window lives', () => {
  const { emit, down, destroy } = open();
  emit('"one"');
  destroy();
  emit('"two"');
  assert.deepEqual(down, ['"one"']);
});

test('answers its scheme from the assets, and other addresses with 404', async () => {
  const handle = protocolHandler(async (method, path) => {
    if (path === '/broken') throw new Error('unreadable');
    return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: Buffer.from(method) };
  });
  const ours = await handle(new Request('letterlock://app/'));
  assert.equal(ours.status, 200);
  assert.equal(ours.headers.get('content-type'), 'text/plain');
  assert.equal(await ours.text(), 'GET');
  assert.equal((await handle(new Request('letterlock://other/'))).status, 404);
  assert.equal((await handle(new Request('letterlock://app/broken'))).status, 500);
});

test('Electron’s plain-text backend counts as no keyring', async () => {
  const service = (
    backend: ReturnType<KeyService['getSelectedStorageBackend']>,
    available = true,
  ): KeyService => ({
    isAsyncEncryptionAvailable: async () => available,
    encryptStringAsync: async (text) => Buffer.from(text),
    decryptStringAsync: async (sealed) => ({ shouldReEncrypt: false, result: sealed.toString() }),
    getSelectedStorageBackend: () => backend,
  });
  const kinds = async (platform: NodeJS.Platform, keys: KeyService) =>
    (await electronKeySources('/p', platform, keys)).map(({ storage }) => storage);
  assert.deepEqual(await kinds('linux', service('basic_text')), ['file']);
  assert.deepEqual(await kinds('linux', service('unknown')), ['file']);
  assert.deepEqual(await kinds('linux', service('gnome_libsecret', false)), ['file']);
  assert.deepEqual(await kinds('linux', service('gnome_libsecret')), ['system', 'file']);
  assert.deepEqual(await kinds('darwin', service('unknown')), ['system', 'file']);
});

test('the engine hears when the computer woke', () => {
  const power = new EventEmitter();
  const up: string[] = [];
  tellResume(power, { postFrame: (json) => up.push(json) });
  assert.equal(up.length, 0);
  power.emit('resume');
  const frame = callFrame.parse(JSON.parse(up[0] ?? ''));
  assert.equal(frame.method, 'network.changed');
  assert.deepEqual(methods['network.changed'].input.parse(frame.input), {});
});
