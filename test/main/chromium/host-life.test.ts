import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBrowser } from '../../../main/chromium/find-browser.ts';
import { windowFlags } from '../../../main/chromium/flags.ts';
import { ProfileLock } from '../../../main/profile.ts';
import { listeningSockets, listProcesses, processTree } from '../../support/processes.ts';
import { type Display, openDisplay } from '../../support/xvfb.ts';

const entry = fileURLToPath(new URL('../../support/tiny-host.ts', import.meta.url));
let display: Display;
let profileDir: string;
let host: ChildProcess;
let exited: Promise<unknown[]>;
let output = '';

before(async () => {
  display = await openDisplay();
});
after(() => display.close());

/** The host exactly as shipped: no wrapper, no debugging port. */
beforeEach(async () => {
  output = '';
  profileDir = await mkdtemp(join(tmpdir(), 'letterlock-life-'));
  host = spawn(process.execPath, [entry, '--profile', profileDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DISPLAY: display.name },
  });
  host.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  exited = once(host, 'exit');
  await said(/^up \{"hello":"up"\}$/m);
});
afterEach(async () => {
  host.kill('SIGKILL');
  await exited;
  await untilGone();
  await rm(profileDir, { recursive: true, force: true, maxRetries: 5 });
});

async function said(pattern: RegExp): Promise<void> {
  for (let waited = 0; waited < 30_000 && !pattern.test(output); waited += 50) await sleep(50);
  assert.match(output, pattern);
}

function browserProcesses(): string[] {
  return listProcesses()
    .filter(({ command, pid }) => command.includes(profileDir) && pid !== host.pid)
    .map(({ command }) => command);
}

/** Browsers themselves, without the helpers that each starts and ends as it likes. */
function browsers(): string[] {
  return browserProcesses().filter((command) => !command.includes(' --type='));
}

async function untilGone(): Promise<void> {
  for (let waited = 0; waited < 10_000 && browserProcesses().length > 0; waited += 50) {
    await sleep(50);
  }
}

test('neither host nor browser listens on any TCP port', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The way of looking is itself looked at: it finds a port that is there.
  assert.equal(listeningSockets([process.pid]).length > 0, true);
  server.close();
  assert(host.pid !== undefined);
  const tree = processTree(host.pid);
  assert.equal(tree.length > 3, true, 'the browser is below the host');
  assert.deepEqual(listeningSockets(tree), []);
});

test('a termination signal closes window and browser and leaves no process', async () => {
  assert.equal(browserProcesses().length > 0, true);
  host.kill('SIGTERM');
  const [code] = await exited;
  assert.equal(code, 0);
  assert.match(output, /^end closed$/m);
  await untilGone();
  assert.deepEqual(browserProcesses(), []);
});

test('a host that is killed takes its browser with it', async () => {
  assert.equal(browserProcesses().length > 0, true);
  host.kill('SIGKILL');
  await exited;
  await untilGone();
  assert.deepEqual(browserProcesses(), []);
});

test('the folder of the browser is for its owner alone', async () => {
  const { mode } = await stat(join(profileDir, 'browser'));
  assert.equal(mode & 0o777, 0o700);
});

test('a second start on the same profile asks the first for its window and ends', async () => {
  const mainEntry = fileURLToPath(new URL('../../../main/chromium/main.ts', import.meta.url));
  const held = ProfileLock.acquire(profileDir);
  assert(held !== undefined);
  const asked = Promise.withResolvers<void>();
  const listening = held.onFocusRequest(() => asked.resolve());
  const before = browsers();
  assert.equal(before.length > 0, true);
  const second = spawn(process.execPath, [mainEntry, '--profile', profileDir], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DISPLAY: display.name },
  });
  let words = '';
  second.stderr.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  const [code] = await once(second, 'exit');
  await asked.promise;
  listening.dispose();
  held.dispose();
  assert.equal(code, 0);
  assert.match(words, /^Letterlock is already open[^\n]*\n$/);
  assert.deepEqual(browsers(), before, 'no second browser');
});

test('a second window of the same browser is closed again', async () => {
  const browser = findBrowser({ platform: process.platform, env: process.env });
  assert(browser !== undefined);
  const isRoot = process.getuid?.() === 0;
  const flags = windowFlags({ userDataDir: join(profileDir, 'browser'), isRoot });
  const second = spawn(browser, flags, {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: display.name },
  });
  await once(second, 'exit');
  await said(/window-refused/);
  assert.equal(output.match(/^up /gm)?.length, 1);
});
