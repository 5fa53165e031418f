/**
 * Gets a checkout ready and hands over to Node 24: `node scripts/setup.mjs <purpose> -- <script.ts> …`.
 * Plain JavaScript with nothing installed, on Node 18 and later. Silent and quick when nothing is
 * missing. System packages: setup-system.mjs.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareSystem } from './setup-system.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const windows = process.platform === 'win32';
const purposes = ['start', 'demo', 'test', 'servers', 'check', 'bench'];

function say(text) {
  process.stderr.write(`${text}\n`);
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Every package of the lock file that is not optional is there in its version. */
function modulesMatch(lockText) {
  const installed = readText(join(modules, '.package-lock.json'));
  if (installed === undefined) return false;
  const present = JSON.parse(installed).packages ?? {};
  return Object.entries(JSON.parse(lockText).packages ?? {}).every(
    ([path, wanted]) => path === '' || wanted.optional || present[path]?.version === wanted.version,
  );
}

/** Addresses of package servers are this machine's affair, so they are left out. */
function withoutAddresses(text) {
  return text.replace(/\bhttps?:\/\/\S+/g, '(address)');
}

/** Scripts of packages stay off; the one that is needed runs in ensureNode. */
function installModules() {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const attempt = (...args) =>
    spawnSync('npm', [...args, ...quiet], { cwd: root, encoding: 'utf8', shell: windows });
  let result = attempt('ci');
  // Newer versions of npm refuse a lock file in which the binaries of other platforms are missing.
  // This takes the same versions from it, checks the same sums and leaves it as it is.
  if (result.status !== 0 && `${result.stderr}`.includes('EUSAGE'))
    result = attempt('install', '--no-save');
  if (result.status === 0) return;
  say(withoutAddresses(result.error?.message ?? `${result.stdout}${result.stderr}`).trim());
  say('The packages could not be installed; the lines above say why.');
  process.exit(1);
}

function ensureModules() {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const hash = createHash('sha256').update(lockText).digest('hex');
  const stampPath = join(modules, '.letterlock-lock');
  if (readText(stampPath) === hash) return;
  if (!modulesMatch(lockText)) {
    say('Installing packages (a minute or two, once) …');
    installModules();
  }
  writeFileSync(stampPath, hash);
}

function isNode24(path) {
  const result = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return result.status === 0 && /^v(2[4-9]|[3-9]\d)\./.test(result.stdout);
}

/** The `node` package brings Node 24 by its own script; its binary is used when it is there. */
function ensureNode() {
  const path = join(modules, 'node', 'bin', windows ? 'node.exe' : 'node');
  if (existsSync(path)) return path;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  say('Fetching Node 24 …');
  const cwd = join(modules, 'node');
  const result = spawnSync(process.execPath, ['installArchSpecificPackage'], {
    cwd,
    encoding: 'utf8',
  });
  if (existsSync(path) && isNode24(path)) {
    linkNode();
    return path;
  }
  say(withoutAddresses(`${result.stdout}${result.stderr}`).trim());
  say('Node 24 could not be fetched. Install Node 24 (nodejs.org) and run this again.');
  process.exit(1);
}

/** As npm does for a package that brings a program: npm scripts then find Node 24 first. */
function linkNode() {
  if (windows || existsSync(join(modules, '.bin', 'node'))) return;
  symlinkSync('../node/bin/node', join(modules, '.bin', 'node'));
}

/** Runs the script; its exit code is ours, and what asks us to end asks it. */
function handOver(node, args) {
  const path = [join(modules, '.bin'), join(modules, 'node', 'bin'), process.env.PATH];
  const child = spawn(node, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: path.join(delimiter) },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // From a terminal Ctrl-C reaches both of us already.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    say(error.message);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
}

function main() {
  const [purpose = '', dashes, script, ...args] = process.argv.slice(2);
  if (!purposes.includes(purpose) || dashes !== '--' || script === undefined) {
    say(`usage: node scripts/setup.mjs ${purposes.join('|')} -- <script.ts> [arguments]`);
    process.exit(2);
  }
  const missing = prepareSystem(purpose, args, say);
  if (missing !== undefined) {
    say(missing);
    process.exit(1);
  }
  ensureModules();
  handOver(ensureNode(), [script, ...args]);
}

main();
