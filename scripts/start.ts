/**
 * `npm start`: builds what changed, then opens Letterlock in Electron when its binary is there or
 * can be fetched, else in an installed browser of the Chromium family.
 * Options: --host=electron|chromium, --profile=<folder>.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findBrowser } from '../main/chromium/find-browser.ts';
import { hostEnvironment } from '../main/host-environment.ts';
import { buildAll } from './build.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const electronDir = join(root, 'node_modules', 'electron');
/** Written after a failed download, so that the next start does not wait for another. */
const failureFile = join(root, 'dist', '.electron-unavailable');
const fetchTimeoutMs = 90_000;
const retryFetchMs = 24 * 60 * 60 * 1_000;

/** Electron's program, when it is installed. */
function electronProgram(): string | undefined {
  const pathFile = join(electronDir, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const program = join(electronDir, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(program) ? program : undefined;
}

/** Runs Electron's own installer, in bounded time and without a word when it fails. */
async function fetchElectron(): Promise<string | undefined> {
  const installer = join(electronDir, 'install.js');
  if (!existsSync(installer) || failedLately()) return undefined;
  console.log('Fetching Electron once; this can take a minute…');
  const child = spawn(process.execPath, [installer], { stdio: 'ignore', timeout: fetchTimeoutMs });
  const [code] = await once(child, 'exit').catch(() => [1]);
  const program = code === 0 ? electronProgram() : undefined;
  if (program === undefined && existsSync(dirname(failureFile))) writeFileSync(failureFile, '');
  return program;
}

function failedLately(): boolean {
  return existsSync(failureFile) && Date.now() - statSync(failureFile).mtimeMs < retryFetchMs;
}

interface Command {
  readonly program: string;
  readonly parameters: readonly string[];
}

/** What to run, or undefined when neither host can run here. */
async function chooseHost(wanted: string | undefined): Promise<Command | undefined> {
  const chromium: Command = {
    program: process.execPath,
    parameters: [join(root, 'dist', 'main', 'chromium.mjs')],
  };
  if (wanted === 'chromium') return chromium;
  // Electron refuses to run as root with its sandbox on, and we do not switch that off.
  const isRoot = process.getuid?.() === 0;
  const program =
    isRoot && wanted !== 'electron' ? undefined : (electronProgram() ?? (await fetchElectron()));
  if (program !== undefined) return { program, parameters: [root] };
  if (wanted === 'electron') return undefined;
  const browser = findBrowser({ platform: process.platform, env: process.env });
  return browser === undefined ? undefined : chromium;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { host: { type: 'string' }, profile: { type: 'string' } },
  });
  if (values.host !== undefined && values.host !== 'electron' && values.host !== 'chromium') {
    console.error('--host is electron or chromium');
    return 2;
  }
  await buildAll();
  const command = await chooseHost(values.host);
  if (command === undefined) {
    const what = values.host === 'electron' ? 'Electron could not be fetched: check' : 'Install';
    const rest =
      values.host === 'electron' ? 'the network' : 'Chromium, Google Chrome or Microsoft Edge';
    console.error(`${what} ${rest}, then run npm start again.`);
    return 1;
  }
  const profile = values.profile === undefined ? [] : ['--profile', values.profile];
  return run(command, profile);
}

async function run(command: Command, extra: readonly string[]): Promise<number> {
  const env = { ...hostEnvironment, ...process.env };
  const child = spawn(command.program, [...command.parameters, ...extra], {
    stdio: 'inherit',
    env,
  });
  forwardSignals(child);
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

/** An interrupt from the terminal reaches the child by itself; ours only must not end us first. */
function forwardSignals(child: ChildProcess): void {
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
}

process.exitCode = await main();
