/**
 * Opens the app's real Chromium window for a test and lets Playwright look into it.
 * The host itself stays as shipped: only the browser it starts is wrapped, so that Chromium also
 * listens on a debugging port of this test. Nothing but tests ever adds that port.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findBrowser } from '../../main/chromium/find-browser.ts';
import { appUrl } from '../../main/chromium/flags.ts';
import { openDisplay } from './xvfb.ts';

export interface LaunchOptions {
  readonly profileDir: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Program to run with Node; the host's own entry by default. */
  readonly entry?: string;
  readonly args?: readonly string[];
}

export interface LaunchedWindow {
  /** The app's page. */
  readonly page: Page;
  readonly browser: Browser;
  /** The host process: Node running main/chromium. */
  readonly child: ChildProcess;
  /** What the host wrote to stdout and stderr so far. */
  output(): string;
  /** Ends the host as a person's logout would (SIGTERM) and resolves with its exit code. */
  close(): Promise<number | null>;
}

const hostEntry = fileURLToPath(new URL('../../main/chromium/main.ts', import.meta.url));
const startTimeoutMs = 60_000;
const endTimeoutMs = 20_000;

/** @throws Error with the host's output when no window comes */
export async function launchWindow(options: LaunchOptions): Promise<LaunchedWindow> {
  const scratch = await mkdtemp(join(tmpdir(), 'letterlock-window-'));
  const display = await openDisplay();
  const child = spawn(
    process.execPath,
    [options.entry ?? hostEntry, '--profile', options.profileDir, ...(options.args ?? [])],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        DISPLAY: display.name,
        LETTERLOCK_BROWSER: wrapBrowser(scratch),
        ...options.env,
      },
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exited = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null));
  const cleanUp = async (): Promise<void> => {
    await display.close();
    await rm(scratch, { recursive: true, force: true });
  };
  try {
    const browser = await attach(join(options.profileDir, 'browser'), child);
    const page = await findPage(browser);
    return {
      page,
      browser,
      child,
      output: () => output,
      close: async () => {
        const code = await end(child, exited);
        await browser.close().catch(() => undefined);
        await cleanUp();
        return code;
      },
    };
  } catch (error) {
    await end(child, exited);
    await cleanUp();
    throw new Error(`no window; the host said:\n${output}`, { cause: error });
  }
}

function wrapBrowser(scratch: string): string {
  const browser = findBrowser({ platform: process.platform, env: process.env });
  if (browser === undefined) throw new Error('no Chromium, Chrome or Edge is installed');
  const wrapper = join(scratch, 'browser');
  const lines = ['#!/bin/sh', `exec '${browser}' --remote-debugging-port=0 "$@"`, ''];
  writeFileSync(wrapper, lines.join('\n'));
  chmodSync(wrapper, 0o700);
  return wrapper;
}

/** Chromium writes the port it was given, and a path, into its folder. */
async function attach(userDataDir: string, child: ChildProcess): Promise<Browser> {
  const file = join(userDataDir, 'DevToolsActivePort');
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline && child.exitCode === null) {
    const port = existsSync(file) ? readFileSync(file, 'utf8').split('\n')[0] : undefined;
    if (port !== undefined && /^\d+$/.test(port)) {
      const found = await chromium
        .connectOverCDP(`http://127.0.0.1:${port}`)
        .catch(() => undefined);
      if (found !== undefined) return found;
    }
    await sleep(100);
  }
  throw new Error('the browser did not start');
}

async function findPage(browser: Browser): Promise<Page> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    for (const context of browser.contexts()) {
      const page = context.pages().find((candidate) => candidate.url() === appUrl);
      if (page === undefined) continue;
      await page.waitForLoadState('load');
      return page;
    }
    await sleep(50);
  }
  throw new Error('the app page did not open');
}

async function end(child: ChildProcess, exited: Promise<number | null>): Promise<number | null> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs);
  const code = await exited;
  clearTimeout(timer);
  return code;
}
