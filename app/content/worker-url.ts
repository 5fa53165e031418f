/** Where the content worker's script is: beside this file, or beside the engine's bundle once built. */
const isSource = import.meta.url.endsWith('.ts');

export const contentWorkerUrl = new URL(
  isSource ? './worker.ts' : './content-worker.mjs',
  import.meta.url,
);
