/**
 * The thread in which a target runs, so that scripts/fuzz.ts can see an input that never returns: each
 * input is written into shared memory before it runs. Started by scripts/fuzz.ts only.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { Coverage } from './coverage.ts';
import { fuzz } from './fuzz-loop.ts';
import { instrumentModules } from './instrument.ts';
import type { FuzzTarget } from './target.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const places = [
  'app/leg',
  'gateway',
  'main/engine',
  'app/contract',
  'app/transfer',
  'app/wire-error.ts',
];
const instrumented = places.map((place) => join(root, place));

const taskSchema = z.object({
  path: z.string(),
  inputs: z.number(),
  seconds: z.number(),
  seed: z.number(),
  /** Count of inputs, length of the present one, then its octets. */
  shared: z.instanceof(SharedArrayBuffer),
});

function isTarget(value: unknown): value is FuzzTarget {
  return typeof value === 'object' && value !== null && 'run' in value && 'seeds' in value;
}

/** @throws Error when the file is not a target */
async function openTarget(path: string): Promise<FuzzTarget> {
  const module: unknown = await import(pathToFileURL(path).href);
  if (typeof module === 'object' && module !== null && 'createTarget' in module) {
    const { createTarget } = module;
    const target: unknown = typeof createTarget === 'function' ? await createTarget() : undefined;
    if (isTarget(target)) return target;
  }
  throw new Error(`${path} is not a fuzz target`);
}

const task = taskSchema.parse(workerData);
const head = new Int32Array(task.shared, 0, 2);
const body = new Uint8Array(task.shared, 8);
const coverage = new Coverage(
  instrumentModules((path) => instrumented.some((place) => path.startsWith(place))),
);
const target = await openTarget(task.path);
coverage.reset();
let count = 0;
let progressAt = 0;
const result = await fuzz(target, {
  inputs: task.inputs,
  seconds: task.seconds,
  seed: task.seed,
  coverage,
  onInput: (input) => {
    const length = Math.min(input.length, body.length);
    body.set(length === input.length ? input : input.subarray(0, length));
    head[1] = length;
    count = (count + 1) | 0;
    Atomics.store(head, 0, count);
  },
  onProgress: (progress) => {
    if (progress.seconds < progressAt) return;
    progressAt = progress.seconds + 10;
    parentPort?.postMessage({ kind: 'progress', progress });
  },
});
parentPort?.postMessage({ kind: 'result', result });
