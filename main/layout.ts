/**
 * Where the program's own files are: beside the sources while developing, beside the bundles in
 * `dist/` once built. Both bundles lie one folder deep, so that one set of paths serves both.
 */
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };

const isSource = import.meta.url.endsWith('.ts');

export const appVersion: string = packageJson.version;

/** The engine's worker script. */
export const workerUrl = new URL(
  isSource ? './engine/worker.ts' : '../main/engine-worker.mjs',
  import.meta.url,
);

/** What the renderer's build wrote. */
export const rendererDir = fileURLToPath(
  new URL(isSource ? '../dist/renderer/' : '../renderer/', import.meta.url),
);
