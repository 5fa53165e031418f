/**
 * `npm run fuzz -- [--target name]… [--inputs N] [--seconds N] [--seed N]`: runs the targets of test/fuzz one
 * after the other and prints what was found; docs/fuzzing.md. Ends with 1 when there is a finding.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';

const folder = join(import.meta.dirname, '..', 'test', 'fuzz');
/** The longest input that is kept for a report, in octets. */
const sharedBytes = 1024 * 1024;
/** No input for so long: the one that runs never returns. */
const hangMs = 60_000;

const progressSchema = z.object({
  inputs: z.number(),
  seconds: z.number(),
  corpus: z.number(),
  branches: z.number(),
  branchesTotal: z.number(),
  rssBytes: z.number(),
  heapBytes: z.number(),
  findings: z.number(),
  counts: z.record(z.string(), z.number()),
});
const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), progress: progressSchema }),
  z.object({
    kind: z.literal('result'),
    result: progressSchema.extend({
      found: z.array(
        z.object({ kind: z.string(), message: z.string(), input: z.instanceof(Uint8Array) }),
      ),
    }),
  }),
]);

interface Task {
  readonly name: string;
  readonly inputs: number;
  readonly seconds: number;
  readonly seed: number;
}

function listTargets(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -3))
    .sort();
}

function progressLine(name: string, progress: z.infer<typeof progressSchema>): string {
  const { inputs, seconds, corpus, branches, branchesTotal, rssBytes, heapBytes } = progress;
  const counts = Object.entries(progress.counts).map(([word, count]) => `${word} ${count}`);
  return [
    `${new Date().toISOString()} ${name}: ${inputs} inputs`,
    `${seconds.toFixed(0)} s`,
    `${Math.round(inputs / Math.max(seconds, 0.001))}/s`,
    `corpus ${corpus}`,
    `branches ${branches}/${branchesTotal}`,
    `rss ${Math.round(rssBytes / 1e6)} MB`,
    `heap ${Math.round(heapBytes / 1e6)} MB`,
    `findings ${progress.findings}`,
    ...counts,
  ].join(', ');
}

function report(name: string, kind: string, message: string, input: Uint8Array): void {
  const place = join(tmpdir(), 'letterlock-fuzz');
  mkdirSync(place, { recursive: true });
  const path = join(place, `${name}-${kind}-${Date.now()}.bin`);
  writeFileSync(path, input);
  const hex = Buffer.from(input).toString('hex');
  const shown = hex.length > 4_000 ? `${hex.slice(0, 4_000)}…` : hex;
  console.log(`FOUND ${name} ${kind}: ${message}\n  input ${path}\n  hex ${shown}`);
}

/** @returns how many findings */
function runTarget(task: Task): Promise<number> {
  const shared = new SharedArrayBuffer(8 + sharedBytes);
  const head = new Int32Array(shared, 0, 2);
  const path = join(folder, `${task.name}.ts`);
  const worker = new Worker(join(folder, 'support', 'worker.ts'), {
    workerData: { ...task, path, shared },
  });
  return new Promise((resolve) => {
    let findings: number | undefined;
    let last = 0;
    let lastAt = Date.now();
    const timer = setInterval(() => {
      const count = Atomics.load(head, 0);
      if (count !== last) {
        last = count;
        lastAt = Date.now();
      } else if (Date.now() - lastAt > hangMs && count > 0) {
        const input = new Uint8Array(shared, 8, head[1] ?? 0).slice();
        report(task.name, 'hang', `no answer for ${hangMs} ms`, input);
        findings = 1;
        void worker.terminate();
      }
    }, 1_000);
    worker.on('message', (value: unknown) => {
      const message = messageSchema.parse(value);
      if (message.kind === 'progress') {
        console.log(progressLine(task.name, message.progress));
        return;
      }
      const { result } = message;
      for (const each of result.found) report(task.name, each.kind, each.message, each.input);
      console.log(`DONE ${progressLine(task.name, result)}`);
      findings = result.found.length;
      void worker.terminate();
    });
    worker.on('error', (error) => {
      // An error that nobody caught: the input that ran last has to do with it.
      const input = new Uint8Array(shared, 8, head[1] ?? 0).slice();
      report(task.name, 'crash', error.stack ?? error.message, input);
      findings = 1;
    });
    worker.on('exit', () => {
      clearInterval(timer);
      resolve(findings ?? 1);
    });
  });
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      target: { type: 'string', multiple: true, default: [] },
      inputs: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const known = listTargets();
  const unknown = values.target.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.log(`No target ${unknown.join(', ')}. There are: ${known.join(', ')}`);
    return 2;
  }
  // Without any limit each target gets a minute.
  const seconds = values.seconds ?? (values.inputs === undefined ? '60' : undefined);
  let findings = 0;
  for (const name of values.target.length > 0 ? values.target : known) {
    console.log(`target ${name}, seed ${values.seed}`);
    findings += await runTarget({
      name,
      inputs: values.inputs === undefined ? Number.MAX_SAFE_INTEGER : Number(values.inputs),
      seconds: seconds === undefined ? Number.MAX_SAFE_INTEGER : Number(seconds),
      seed: Number(values.seed),
    });
  }
  console.log(findings === 0 ? 'No findings.' : `${findings} findings.`);
  return findings === 0 ? 0 : 1;
}

process.exitCode = await main();
