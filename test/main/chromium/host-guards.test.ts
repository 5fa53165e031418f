import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { appUrl } from '../../../main/chromium/flags.ts';
import { type LaunchedWindow, launchWindow } from '../../support/chromium-window.ts';

const entry = fileURLToPath(new URL('../../support/tiny-host.ts', import.meta.url));
let profileDir: string;
let window: LaunchedWindow;
/** Closed at the end, also when a test failed before it could. */
const sockets: { close(): unknown }[] = [];

before(async () => {
  profileDir = await mkdtemp(join(tmpdir(), 'letterlock-host-'));
  window = await launchWindow({ profileDir, entry });
});
after(async () => {
  for (const socket of sockets) socket.close();
  await window?.close();
  await rm(profileDir, { recursive: true, force: true });
});

/** Waits for a line of the host's output; fails with all of it. */
async function said(pattern: RegExp): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 50) {
    if (pattern.test(window.output())) return;
    await sleep(50);
  }
  assert.match(window.output(), pattern);
}

/** A listener that counts connections. */
async function listen(): Promise<{ port: number; count(): number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    socket.end();
  });
  sockets.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert(address !== null && typeof address === 'object');
  return { port: address.port, count: () => connections };
}

/** Takes the app's CSP away, to see what stands behind it. */
async function withoutCsp<T>(work: () => Promise<T>): Promise<T> {
  const session = await window.page.context().newCDPSession(window.page);
  await session.send('Page.setBypassCSP', { enabled: true });
  await window.page.reload();
  try {
    return await work();
  } finally {
    await session.send('Page.setBypassCSP', { enabled: false });
    await window.page.reload();
    await session.detach();
  }
}

test('frames go up to the engine and down to the page', async () => {
  await window.page.waitForFunction(
    () => document.getElementById('answer')?.textContent === '{"echo":{"hello":"up"}}',
  );
});

test('a frame of five million characters arrives whole', async () => {
  const length = await window.page.evaluate(async () => {
    const seen = (globalThis as unknown as { frames_: string[] }).frames_;
    const before = seen.length;
    (
      window as unknown as { letterlockHost: { postFrame(json: string): void } }
    ).letterlockHost.postFrame(JSON.stringify('x\u0000"ü€'.repeat(1_000_000)));
    while (seen.length === before) await new Promise((done) => setTimeout(done, 20));
    return (JSON.parse(seen.at(-1) ?? '{}') as { echo: string }).echo.length;
  });
  assert.equal(length, 5_000_000);
});

test('the page is served with its CSP and the frame without any script', async () => {
  const refused = await window.page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.injected = true';
    document.body.append(script);
    return 'injected' in globalThis;
  });
  assert.equal(refused, false);
});

test('the binding leaves no name in the page and is not heard from a frame', async () => {
  const names = () =>
    Object.getOwnPropertyNames(globalThis).filter((name) => /^_[0-9a-f]{32}$/.test(name));
  assert.deepEqual(await window.page.evaluate(names), []);
  const frame = window.page
    .frames()
    .find((candidate) => candidate.url().endsWith('/message-frame.html'));
  assert(frame !== undefined);
  assert.equal(await frame.evaluate(() => 'letterlockHost' in globalThis), false);
  // No script runs in the frame; the test's own evaluation is the script that should not be.
  await frame.evaluate(() => {
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      if (!/^_[0-9a-f]{32}$/.test(name)) continue;
      const binding: unknown = Reflect.get(globalThis, name);
      if (typeof binding === 'function') binding('f{"evil":"frame"}');
    }
  });
  await window.page.evaluate(() =>
    (
      window as unknown as { letterlockHost: { postFrame(json: string): void } }
    ).letterlockHost.postFrame('{"after":"frame"}'),
  );
  await said(/^up \{"after":"frame"\}$/m);
  assert.doesNotMatch(window.output(), /evil/);
});

test('every kind of request to another origin is refused without CSP too, and reaches nobody', async () => {
  const { port, count } = await listen();
  const udp = createSocket('udp4');
  let datagrams = 0;
  udp.on('message', () => {
    datagrams += 1;
  });
  sockets.push(udp);
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const results = await withoutCsp(() =>
    window.page.evaluate(
      async ({ tcpPort, udpPort }) => {
        const url = `http://127.0.0.1:${tcpPort}/`;
        const failed = (start: (fail: () => void) => void) =>
          new Promise<string>((done) => {
            start(() => done('failed'));
            setTimeout(() => done('silent'), 3_000);
          });
        const peer = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${udpPort}` }] });
        peer.createDataChannel('x');
        await peer.setLocalDescription();
        navigator.sendBeacon(url, 'x');
        return {
          fetch: await fetch(url, { mode: 'no-cors' }).then(
            () => 'answered',
            () => 'failed',
          ),
          image: await failed((fail) => {
            const image = new Image();
            image.onerror = fail;
            image.src = url;
          }),
          webSocket: await failed((fail) => {
            new WebSocket(`ws://127.0.0.1:${tcpPort}/`).onerror = fail;
          }),
          eventSource: await failed((fail) => {
            new EventSource(url).onerror = fail;
          }),
          localhost: await fetch(`http://localhost:${tcpPort}/`, { mode: 'no-cors' }).then(
            () => 'answered',
            () => 'failed',
          ),
        };
      },
      { tcpPort: port, udpPort: udp.address().port },
    ),
  );
  await sleep(500);
  assert.deepEqual(results, {
    fetch: 'failed',
    image: 'failed',
    webSocket: 'failed',
    eventSource: 'failed',
    localhost: 'failed',
  });
  assert.equal(count(), 0);
  assert.equal(datagrams, 0);
});

test('a worker never runs, even without CSP', async () => {
  const outcome = await withoutCsp(() =>
    window.page.evaluate(
      () =>
        new Promise<string>((done) => {
          const source = new Blob(['postMessage("ran")'], { type: 'text/javascript' });
          const worker = new Worker(URL.createObjectURL(source));
          worker.onmessage = () => done('ran');
          worker.onerror = () => done('refused');
          setTimeout(() => done('silent'), 1_500);
        }),
    ),
  );
  assert.notEqual(outcome, 'ran');
});

test('a new window is closed and the app stays', async () => {
  // Not within the call, and without an opener: the page would wait for a window that the test's
  // own debugger holds at its start and the host has closed meanwhile. app-window.test.ts has both.
  await window.page.evaluate(() => {
    setTimeout(() => {
      globalThis.open('about:blank', '_blank', 'noopener');
      globalThis.open('/', '_blank', 'noopener');
    });
  });
  await said(/window-refused/);
  for (let waited = 0; waited < 5_000 && window.page.context().pages().length > 1; waited += 50) {
    await sleep(50);
  }
  assert.deepEqual(
    window.page
      .context()
      .pages()
      .map((page) => page.url()),
    [appUrl],
  );
});

test('the app cannot be led to another address', async () => {
  const { port, count } = await listen();
  await window.page.evaluate((target) => {
    Reflect.set(globalThis, 'marker', 1);
    setTimeout(() => {
      location.href = target;
    });
  }, `http://127.0.0.1:${port}/`);
  await said(new RegExp(`request-refused .*127.0.0.1:${port}`));
  await window.page.evaluate(() => {
    setTimeout(() => {
      location.href = '/message-frame.html';
    });
  });
  await sleep(500);
  assert.equal(window.page.url(), appUrl);
  assert.equal(await window.page.evaluate(() => Reflect.get(globalThis, 'marker')), 1);
  assert.equal(count(), 0);
});

test('a page made of script in the main frame is replaced by the app', async () => {
  await window.page
    .evaluate(() => {
      location.href = URL.createObjectURL(
        new Blob(['<h1>not the app</h1>'], { type: 'text/html' }),
      );
    })
    .catch(() => undefined);
  await said(/navigation-undone/);
  await window.page.waitForURL(appUrl);
  await window.page.waitForFunction(() => document.getElementById('answer') !== null);
});

test('permissions are denied, but for telling of new mail', async () => {
  const states = await window.page.evaluate(() =>
    Promise.all(
      (['geolocation', 'notifications', 'camera', 'microphone'] as PermissionName[]).map(
        async (name) => (await navigator.permissions.query({ name })).state,
      ),
    ),
  );
  assert.deepEqual(states, ['denied', 'granted', 'denied', 'denied']);
});

test('a dialog of the page does not hang it', async () => {
  assert.equal(await window.page.evaluate(() => confirm('really?')), false);
});

test('a link that the page opens reaches the host', async () => {
  await window.page.evaluate(() => {
    const host = (window as unknown as { letterlockHost: { openExternal(url: string): void } })
      .letterlockHost;
    host.openExternal('https://example.org/');
  });
  await said(/^open https:\/\/example\.org\/$/m);
});

test('a page that died is brought back once', async () => {
  const before = window.output().match(/^up \{"hello":"up"\}$/gm)?.length ?? 0;
  const session = await window.page.context().newCDPSession(window.page);
  session.send('Page.crash').catch(() => undefined);
  await said(/page-crashed/);
  for (let waited = 0; waited < 10_000; waited += 50) {
    if ((window.output().match(/^up \{"hello":"up"\}$/gm)?.length ?? 0) > before) return;
    await sleep(50);
  }
  assert.fail(`the page did not come back:\n${window.output()}`);
});
