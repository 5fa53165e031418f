#!/usr/bin/env node
/**
 * Letterlock in an installed Chromium, Chrome or Edge. Composition root of this host.
 */
import { join } from 'node:path';
import { describeError } from '../../app/log.ts';
import type { EngineLink } from '../engine-link.ts';
import { type HostOptions, OptionError, readHostOptions } from '../host-options.ts';
import { type HeldProfile, holdProfile, setUpEngine, tearDown } from '../host-setup.ts';
import { rendererDir } from '../layout.ts';
import { logFilePath } from '../log.ts';
import { openExternal } from '../open-external.ts';
import { eraseProfile, profileDir, requestFocus } from '../profile.ts';
import { downloadsDir, freePath } from '../save-path.ts';
import { systemKeySources } from '../secret-store.ts';
import { findBrowser } from './find-browser.ts';
import { type ChromiumHost, startChromiumHost } from './host.ts';

const { platform, env } = process;
const isRoot = process.getuid?.() === 0;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(): Promise<number> {
  const options = readHostOptions(process.argv.slice(2), env);
  const browserPath = findBrowser({ platform, env });
  if (browserPath === undefined) {
    say('Letterlock needs Chromium, Google Chrome or Microsoft Edge. Please install one of them.');
    return 1;
  }
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) {
    say('There is no display to open a window on. Please start Letterlock in a desktop session.');
    return 1;
  }
  const dir = profileDir(options.profile, { platform, env });
  const profile = holdProfile(dir);
  if (profile === undefined) {
    requestFocus(dir);
    say('Letterlock is already open with this profile; its window was brought to the front.');
    return 0;
  }
  if (isRoot) say('Running as root: the browser runs without its sandbox. Use an ordinary user.');
  return run(profile, options, browserPath);
}

async function run(
  profile: HeldProfile,
  options: HostOptions,
  browserPath: string,
): Promise<number> {
  let engine: EngineLink | undefined;
  let host: ChromiumHost | undefined;
  let erases = false;
  try {
    engine = await setUpEngine({
      profile,
      options,
      kind: 'chromium',
      // Notifications are the page's own: only the browser can show them.
      capabilities: ['notifications', 'openDialog'],
      keySources: systemKeySources(profile.dir, platform, env),
      chooseSavePath: async (name) => freePath(downloadsDir({ platform, env }), name),
      chooseFiles: async (what) => (await host?.chooseFiles(what)) ?? [],
      eraseProfile: async () => {
        erases = true;
        void host?.close();
      },
    });
    host = await startChromiumHost({
      browserPath,
      userDataDir: join(profile.dir, 'browser'),
      rendererDir,
      isRoot,
      engine,
      logger: profile.logger,
      openExternal: (url) => void openExternal(url),
    });
    return await untilEnd(profile, host);
  } catch (error) {
    profile.logger.log('error', 'host-failed', { problem: describeError(error) });
    say(`Letterlock could not start; ${logFilePath(profile.dir)} says why.`);
    return 1;
  } finally {
    await tearDown(profile, engine);
    if (erases) eraseProfile(profile.dir);
  }
}

async function untilEnd(profile: HeldProfile, host: ChromiumHost): Promise<number> {
  const focus = profile.lock.onFocusRequest(() => host.focus());
  const stop = (): void => void host.close();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
  try {
    return (await host.ended) === 'crashed' ? 1 : 0;
  } finally {
    focus.dispose();
  }
}

// Everything is closed by now; a handle that lingers must not keep the process.
process.exit(await main().catch(failed));

function failed(error: unknown): number {
  say(error instanceof OptionError ? error.message : describeError(error));
  return 2;
}
