import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  eraseProfile,
  ProfileLock,
  prepareProfile,
  profileDir,
  requestFocus,
} from '../../main/profile.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'letterlock-profile-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const moduleUrl = new URL('../../main/profile.ts', import.meta.url).href;

/** Another process that takes the lock, says so, and waits to be killed. */
async function otherHolder(): Promise<{ answer: string; kill(): Promise<void> }> {
  const code = `import { ProfileLock } from ${JSON.stringify(moduleUrl)};
    const lock = ProfileLock.acquire(${JSON.stringify(dir)});
    console.log(lock === undefined ? 'busy' : 'held');
    setInterval(() => lock, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  const chunk = await Promise.race([
    once(child.stdout, 'data').then(([data]) => data),
    once(child, 'exit').then(() => 'ended'),
  ]);
  return {
    answer: String(chunk).trim(),
    kill: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

test('one process at a time holds a profile', async () => {
  const lock = ProfileLock.acquire(dir);
  assert(lock !== undefined);
  const other = await otherHolder();
  assert.equal(other.answer, 'busy');
  await other.kill();
  lock.dispose();
});

test('a killed process leaves the profile free', async () => {
  const other = await otherHolder();
  assert.equal(other.answer, 'held');
  assert.equal(ProfileLock.acquire(dir), undefined);
  await other.kill();
  const lock = ProfileLock.acquire(dir);
  assert(lock !== undefined);
  lock.dispose();
});

test('the holder hears that another start asked for the window', async () => {
  const lock = ProfileLock.acquire(dir);
  assert(lock !== undefined);
  const asked = Promise.withResolvers<void>();
  const listening = lock.onFocusRequest(() => asked.resolve());
  requestFocus(dir);
  await asked.promise;
  listening.dispose();
  lock.dispose();
});

test('takes other people’s rights to the folder away', async () => {
  const open = join(dir, 'a', 'b');
  prepareProfile(open);
  assert.equal((await stat(open)).mode & 0o777, 0o700);
});

test('the command line wins over the environment, that over the platform’s place', () => {
  const place = {
    platform: 'linux',
    env: { LETTERLOCK_PROFILE: '/from-env' },
    home: '/h',
  } as const;
  assert.equal(profileDir('/from-line', place), '/from-line');
  assert.equal(profileDir(undefined, place), '/from-env');
  assert.equal(profileDir(undefined, { ...place, env: {} }), '/h/.local/share/letterlock');
});

test('each platform has its own place', () => {
  const env = { XDG_DATA_HOME: '/data', APPDATA: '/appdata' };
  const at = (platform: NodeJS.Platform) => profileDir(undefined, { platform, env, home: '/h' });
  assert.equal(at('linux'), '/data/letterlock');
  assert.equal(at('darwin'), '/h/Library/Application Support/Letterlock');
  assert.equal(at('win32'), '/appdata/Letterlock');
});

test('ignores a relative XDG_DATA_HOME', () => {
  const place = { platform: 'linux', env: { XDG_DATA_HOME: 'data' }, home: '/h' } as const;
  assert.equal(profileDir(undefined, place), '/h/.local/share/letterlock');
});

test('erasing takes all that is ours, and nothing that is not', async () => {
  const ours = ['state.db', 'state.db-wal', 'mail.db', 'lock.db', 'secret.key', 'profile.id'];
  const folders = ['outbox', 'attachments', 'log', 'browser'];
  for (const name of [...ours, 'thesis.odt']) await writeFile(join(dir, name), 'x');
  for (const name of [...folders, 'photos']) {
    await mkdir(join(dir, name));
    await writeFile(join(dir, name, 'x'), 'x');
  }
  eraseProfile(dir);
  assert.deepEqual((await readdir(dir)).sort(), ['photos', 'thesis.odt']);
});
