/** The measured process as it is shipped: bundled, so that no memory goes into reading TypeScript. */
import { join } from 'node:path';
import { build } from 'rolldown';

const root = join(import.meta.dirname, '..');

const bundles = [
  ['scripts/bench-engine-child.ts', 'bench-engine-child.mjs'],
  ['scripts/bench-engine-worker.ts', 'bench-engine-worker.mjs'],
  ['app/engine.ts', 'engine.mjs'],
  ['app/content/worker.ts', 'content-worker.mjs'],
] as const;

/** Path of the measured process's script. @throws Error when it does not build */
export async function buildMeasured(folder: string): Promise<string> {
  for (const [entry, file] of bundles) {
    await build({
      input: join(root, entry),
      cwd: root,
      platform: 'node',
      logLevel: 'warn',
      output: { file: join(folder, file), format: 'esm', codeSplitting: false },
    });
  }
  return join(folder, bundles[0][1]);
}
