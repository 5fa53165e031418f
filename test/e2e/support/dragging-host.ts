/**
 * The Chromium host with one thing that only Electron's has: it drags files out. Nothing leaves the
 * browser here; `dragged <path>` on a line of its own says what would.
 */
import { join } from 'node:path';
import { findBrowser } from '../../../main/chromium/find-browser.ts';
import { startChromiumHost } from '../../../main/chromium/host.ts';
import { readHostOptions } from '../../../main/host-options.ts';
import { holdProfile, setUpEngine, tearDown } from '../../../main/host-setup.ts';
import { rendererDir } from '../../../main/layout.ts';
import { profileDir } from '../../../main/profile.ts';
import { systemKeySources } from '../../../main/secret-store.ts';

const { env, platform } = process;
const options = readHostOptions(process.argv.slice(2), env);
const profile = holdProfile(profileDir(options.profile, { platform, env }));
if (profile === undefined) throw new Error('the profile is held by another');

const engine = await setUpEngine({
  profile,
  options,
  kind: 'chromium',
  capabilities: ['dragOut'],
  keySources: systemKeySources(profile.dir, platform, env),
  chooseSavePath: async () => undefined,
  chooseFiles: async () => [],
  eraseProfile: async () => undefined,
  startDrag: async (path) => console.log(`dragged ${path}`),
});
const host = await startChromiumHost({
  browserPath: findBrowser({ platform, env }) ?? '',
  userDataDir: join(profile.dir, 'browser'),
  rendererDir,
  isRoot: process.getuid?.() === 0,
  engine,
  logger: profile.logger,
  openExternal: () => undefined,
});
process.on('SIGTERM', () => void host.close());
await host.ended;
await tearDown(profile, engine);
process.exit(0);
