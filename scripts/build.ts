/**
 * Builds dist/: the renderer by vite, both hosts, the engine's worker and the gateway by rolldown.
 * Everything is bundled, so that a package needs no node_modules. Does nothing when no input
 * changed since the last build; `--force` builds all the same.
 */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as rolldown } from 'rolldown';
import { build as vite } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const stampFile = join(dist, '.inputs');

interface Bundle {
  readonly entry: string;
  readonly file: string;
  readonly format: 'esm' | 'cjs';
  readonly executable?: boolean;
}

const bundles: readonly Bundle[] = [
  { entry: 'main/chromium/main.ts', file: 'main/chromium.mjs', format: 'esm', executable: true },
  { entry: 'main/engine/worker.ts', file: 'main/engine-worker.mjs', format: 'esm' },
  { entry: 'app/content/worker.ts', file: 'main/content-worker.mjs', format: 'esm' },
  { entry: 'main/electron/main.ts', file: 'electron/main.mjs', format: 'esm' },
  { entry: 'main/electron/preload.ts', file: 'electron/preload.cjs', format: 'cjs' },
  {
    entry: 'gateway/main.ts',
    file: 'gateway/letterlock-gateway.mjs',
    format: 'esm',
    executable: true,
  },
];

const inputs = [
  'app',
  'assets',
  'gateway',
  'main',
  'renderer',
  'scripts/build.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vite.config.ts',
];

/** True when something was built. @throws Error when a part does not build */
export async function buildAll(options: { readonly force?: boolean } = {}): Promise<boolean> {
  const stamp = hashInputs();
  if (options.force !== true && isFresh(stamp)) return false;
  rmSync(stampFile, { force: true });
  await vite({
    root: join(root, 'renderer'),
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
  });
  for (const bundle of bundles) await bundleOne(bundle);
  writeFileSync(stampFile, stamp);
  return true;
}

async function bundleOne({ entry, file, format, executable }: Bundle): Promise<void> {
  const output = join(dist, file);
  await rolldown({
    input: join(root, entry),
    cwd: root,
    platform: 'node',
    external: ['electron'],
    logLevel: 'warn',
    output: { file: output, format, codeSplitting: false, comments: { legal: true } },
  });
  if (executable === true) chmodSync(output, 0o755);
}

function isFresh(stamp: string): boolean {
  const outputs = [...bundles.map(({ file }) => file), 'renderer/index.html'];
  if (!outputs.every((file) => existsSync(join(dist, file)))) return false;
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
}

/** Names and contents of every input file, in a fixed order. */
function hashInputs(): string {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap((input) => listFiles(join(root, input))).sort()) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function listFiles(path: string): string[] {
  if (!existsSync(path)) return [];
  if (/\.[a-z]+$/.test(path)) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

if (import.meta.main) {
  const built = await buildAll({ force: process.argv.includes('--force') });
  console.log(built ? 'built dist/' : 'dist/ is up to date');
}
