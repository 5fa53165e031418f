import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBrowser } from '../../../main/chromium/find-browser.ts';
import { browserFlags, windowFlags } from '../../../main/chromium/flags.ts';

const having =
  (...paths: string[]) =>
  (path: string) =>
    paths.includes(path);

test('the chosen browser wins, and none is taken in its place', () => {
  const env = { LETTERLOCK_BROWSER: '/opt/my', PATH: '/usr/bin' };
  const at = (...paths: string[]) =>
    findBrowser({ platform: 'linux', env, isProgram: having(...paths) });
  assert.equal(at('/opt/my', '/usr/bin/chromium'), '/opt/my');
  assert.equal(at('/usr/bin/chromium'), undefined);
});

test('prefers Chromium, then Chrome, then the others, along PATH', () => {
  const env = { PATH: '/usr/local/bin:/usr/bin:.:relative' };
  const at = (...paths: string[]) =>
    findBrowser({ platform: 'linux', env, isProgram: having(...paths) });
  assert.equal(at('/usr/bin/google-chrome', '/usr/bin/chromium'), '/usr/bin/chromium');
  assert.equal(at('/usr/bin/brave-browser', '/usr/bin/google-chrome'), '/usr/bin/google-chrome');
  assert.equal(at('/usr/bin/microsoft-edge'), '/usr/bin/microsoft-edge');
  assert.equal(at('chromium', './chromium', 'relative/chromium'), undefined);
  assert.equal(at(), undefined);
});

test('knows where macOS and Windows keep their programs', () => {
  const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  const own = '/Users/a/Applications/Chromium.app/Contents/MacOS/Chromium';
  const env = { HOME: '/Users/a' };
  assert.equal(findBrowser({ platform: 'darwin', env, isProgram: having(own, mac) }), mac);
  assert.equal(findBrowser({ platform: 'darwin', env, isProgram: having(own) }), own);
  const edge = findBrowser({
    platform: 'win32',
    env: { 'PROGRAMFILES(X86)': 'C:\\x86' },
    isProgram: (path) => path.endsWith('msedge.exe'),
  });
  assert.match(edge ?? '', /^C:\\x86.Microsoft.Edge.Application.msedge\.exe$/);
});

test('the sandbox is off for root and for nobody else', () => {
  const options = { userDataDir: '/p/browser', isRoot: false };
  for (const flags of [browserFlags, windowFlags]) {
    assert.equal(flags(options).includes('--no-sandbox'), false);
    assert.equal(flags({ ...options, isRoot: true }).includes('--no-sandbox'), true);
  }
});

test('takes orders by pipe and never by port', () => {
  const flags = browserFlags({ userDataDir: '/p/browser', isRoot: true });
  assert.equal(flags.includes('--remote-debugging-pipe'), true);
  assert.equal(
    flags.some((flag) => flag.startsWith('--remote-debugging-port')),
    false,
  );
});
