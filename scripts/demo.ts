/**
 * `npm run demo`: a whole mail provider on this machine and Letterlock in front of it. Everything
 * lives in a temporary folder and on 127.0.0.1, and is gone afterwards.
 *   --ready      the account is added already
 *   --headless   no window: the main job runs by itself and leaves pictures in shots/demo
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchWindow } from '../test/support/chromium-window.ts';
import { endChild, endWithParent, hasEnded } from '../test/support/servers/processes.ts';
import { buildAll } from './build.ts';
import { type DemoProvider, demoUser, startDemoProvider } from './demo-provider.ts';
import { addAccount, runTour, tourSecrets } from './demo-tour.ts';

const root = join(import.meta.dirname, '..');
const arrivalEveryMs = 40_000;

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return (process.env.DISPLAY ?? '') !== '' || (process.env.WAYLAND_DISPLAY ?? '') !== '';
}

/** Resolves when Ctrl-C was pressed or the terminal went away. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => resolve());
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function headless(provider: DemoProvider, profileDir: string): Promise<number> {
  const window = await launchWindow({ profileDir, env: provider.stack.env });
  window.page.setDefaultTimeout(60_000);
  try {
    const pictures = await Promise.race([
      runTour(window.page, join(root, 'shots', 'demo')),
      interrupted().then(() => Promise.reject(new Error('it was interrupted'))),
    ]);
    console.log(`${pictures.length} pictures in shots/demo`);
  } catch (error) {
    const path = join(root, 'shots', 'demo', 'failed.png');
    await window.page.screenshot({ path }).catch(() => undefined);
    throw error;
  } finally {
    await window.close();
  }
  const seen = tourSecrets.filter((secret) => provider.stack.seenOnWire(secret).length > 0);
  console.log(
    seen.length === 0
      ? 'Neither password nor letter could be read between client and gateway.'
      : `Readable between client and gateway: ${seen.length} of ${tourSecrets.length} secrets!`,
  );
  return seen.length === 0 ? 0 : 1;
}

/** The client as `npm start` runs it; the person types address and password. */
async function openClient(provider: DemoProvider, profileDir: string): Promise<number> {
  const env = { ...process.env, ...provider.stack.env, LETTERLOCK_PROFILE: profileDir };
  const script = join(root, 'scripts', 'start.ts');
  const client = spawn(process.execPath, [script, '--host=chromium'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is for us: we end the client, then the servers.
    detached: true,
  });
  let output = '';
  for (const stream of [client.stdout, client.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  endWithParent(client);
  console.log(`
  Letterlock opens. Add this account there:

    Email address   ${demoUser.user}
    Password        ${demoUser.password}

  Write to ${demoUser.user} to see a message arrive. Ctrl-C ends everything.
`);
  provider.startArrivals(arrivalEveryMs);
  await Promise.race([ended(client), interrupted()]);
  const failed = client.exitCode !== null && client.exitCode !== 0;
  await endChild(client, 10_000);
  if (failed) console.error(output.trim());
  return failed ? 1 : 0;
}

async function openReadyClient(provider: DemoProvider, profileDir: string): Promise<number> {
  const window = await launchWindow({ profileDir, env: provider.stack.env });
  try {
    await addAccount(window.page);
    console.log(`Letterlock is open with ${demoUser.user}. Ctrl-C ends everything.`);
    provider.startArrivals(arrivalEveryMs);
    await Promise.race([ended(window.child), interrupted()]);
  } finally {
    await window.close();
  }
  return 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { headless: { type: 'boolean' }, ready: { type: 'boolean' } },
  });
  if (values.headless !== true && !hasDisplay()) {
    console.error(
      'There is no display here; this shows it in pictures: npm run demo -- --headless',
    );
    return 1;
  }
  const dir = await mkdtemp(join(tmpdir(), 'letterlock-demo-'));
  let provider: DemoProvider | undefined;
  const cleanUp = async (): Promise<void> => {
    await provider?.stop();
    // The browser's last processes may still be writing.
    await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  let stopAsked = false;
  void interrupted().then(() => {
    stopAsked = true;
  });
  try {
    console.log('Starting a mail server on this machine …');
    await buildAll();
    provider = await startDemoProvider(dir);
    const profileDir = join(dir, 'profile');
    const show =
      values.headless === true ? headless : values.ready === true ? openReadyClient : openClient;
    // Each way of showing ends its own window at Ctrl-C; the servers and the folder come after it.
    return stopAsked ? 0 : await show(provider, profileDir);
  } finally {
    await cleanUp();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`The demo did not get through: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
