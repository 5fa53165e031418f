/**
 * `npm run dist:dir`: lays a package out as electron-builder would, and checks what is in it.
 * Works offline: instead of Electron it uses a stand-in folder with the files electron-builder
 * expects there. The result has the right layout and does not run; fuses need the real binary
 * and are left out.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listAsar } from './asar.ts';
import { buildAll } from './build.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = join(root, 'release', 'dir');
const builder = join(root, 'node_modules', 'electron-builder', 'cli.js');

/** Every file a package must hold, by its path inside the archive. */
const required = [
  '/package.json',
  '/dist/electron/main.mjs',
  '/dist/electron/preload.cjs',
  '/dist/main/engine-worker.mjs',
  '/dist/main/content-worker.mjs',
  '/dist/renderer/index.html',
  '/dist/renderer/message-frame.html',
];
/** The only folders whose files a package may hold. */
const allowed = /^\/(?:package\.json|dist|dist\/(?:electron|main|renderer)(?:\/.*)?)$/;

/** Files of an unpacked Electron for Linux that electron-builder copies, renames or removes. */
function writeStandIn(dir: string): void {
  const require = createRequire(import.meta.url);
  const { version } = JSON.parse(readFileSync(require.resolve('electron/package.json'), 'utf8'));
  for (const folder of ['locales', 'resources']) mkdirSync(join(dir, folder));
  const text = 'A stand-in, not Electron.\n';
  const files: Record<string, string> = {
    electron: `#!/bin/sh\necho '${text.trim()}' >&2\nexit 1\n`,
    'chrome-sandbox': text,
    chrome_crashpad_handler: text,
    LICENSE: text,
    'LICENSES.chromium.html': text,
    version: String(version),
    'locales/en-US.pak': text,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  chmodSync(join(dir, 'electron'), 0o755);
}

async function runBuilder(electronDist: string, scratch: string): Promise<void> {
  // Our own settings, but for what needs the real program or a network.
  const config = join(scratch, 'electron-builder.json');
  const overrides = {
    extends: join(root, 'electron-builder.yml'),
    electronDist,
    electronFuses: null,
  };
  writeFileSync(config, JSON.stringify({ ...overrides, directories: { output } }));
  const parameters = [builder, '--dir', '--linux', '--config', config, '--publish', 'never'];
  const child = spawn(process.execPath, parameters, { cwd: root, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`electron-builder ended with ${code}`);
}

/** @throws Error that names what is missing or too much */
function checkLayout(): string[] {
  const unpacked = join(output, 'linux-unpacked');
  for (const file of ['letterlock', 'resources/app.asar']) {
    if (!existsSync(join(unpacked, file))) throw new Error(`${file} is missing`);
  }
  for (const folder of ['resources/app', 'resources/app.asar.unpacked']) {
    if (existsSync(join(unpacked, folder))) throw new Error(`${folder} should not be there`);
  }
  const entries = listAsar(join(unpacked, 'resources', 'app.asar'));
  const missing = required.filter((path) => !entries.includes(path));
  const extra = entries.filter((path) => !allowed.test(path) || /\.tsx?$|\.map$/.test(path));
  if (missing.length > 0) throw new Error(`missing in app.asar: ${missing.join(', ')}`);
  if (extra.length > 0) throw new Error(`should not be in app.asar: ${extra.join(', ')}`);
  return entries;
}

await buildAll();
rmSync(output, { recursive: true, force: true });
const scratch = await mkdtemp(join(tmpdir(), 'letterlock-dist-'));
try {
  const electronDist = join(scratch, 'electron');
  mkdirSync(electronDist);
  writeStandIn(electronDist);
  await runBuilder(electronDist, scratch);
  console.log('app.asar holds:');
  for (const path of checkLayout()) console.log(`  ${path}`);
  console.log('The layout is right. It is a stand-in: no Electron is inside, and no fuse is set.');
} finally {
  await rm(scratch, { recursive: true, force: true });
}
