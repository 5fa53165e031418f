/**
 * `npm run mutate`: does a test fail when a guard of the leg or the policy is taken out? Makes small
 * wrong versions of app/leg and app/policy in a copy of the tree, one at a time, and runs the tests
 * that belong to the file. `--seed`, `--max` and `--only <path part>` choose a sample, `--at
 * <path:line>,…` names lines; `--budget` ends after so many minutes. Never writes to the checkout.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { applyMutant, findMutants, type Mutant } from './mutants.ts';
import { listTestFiles } from './test-files.ts';

const root = join(import.meta.dirname, '..');

/** Which tests belong to which files: the first pattern that fits counts, quick tests stand first. */
const testsOf: readonly (readonly [RegExp, readonly RegExp[]])[] = [
  [/^app\/policy\//, [/^test\/policy\//]],
  [
    /^app\/leg\/types\.ts$/,
    [/^test\/policy\//, /^test\/accounts\/(lock-state|legs)\./, /^test\/hostile\/refusals\./],
  ],
  [
    /^app\/leg\/noise\//,
    [/^test\/leg\/noise\//, /^test\/leg\/handshake\./, /^test\/vectors\/\w+\.test\./],
  ],
  [
    /^app\/leg\/(handshake|suites|transcript|fingerprint|keys)\.ts$/,
    [
      /^test\/leg\/(fingerprint|keys|suites|handshake|key-card)\./,
      /^test\/vectors\/\w+\.test\./,
      /^test\/hostile\/(cards|refusals)\./,
    ],
  ],
  [
    /^app\/leg\/key-card\.ts$/,
    [/^test\/leg\/key-card\./, /^test\/vectors\/\w+\.test\./, /^test\/hostile\/cards\./],
  ],
  [
    /^app\/leg\/(records|sealed-duplex)\.ts$/,
    [
      /^test\/leg\/(records|sealed-duplex[\w-]*)\./,
      /^test\/vectors\/\w+\.test\./,
      /^test\/hostile\/records\./,
    ],
  ],
  [
    /^app\/leg\//,
    [
      /^test\/hostile\/refusals\./,
      /^test\/leg\/open-leg-\w+\./,
      /^test\/hostile\/(cards|injection|limits|tls)\./,
      /^test\/leg\/open-leg\./,
    ],
  ],
];

export function testsFor(path: string, tests: readonly string[]): string[] {
  const patterns = testsOf.find(([file]) => file.test(path))?.[1] ?? [];
  const chosen = patterns.flatMap((pattern) => tests.filter((test) => pattern.test(test)));
  return [...new Set(chosen)];
}

type Verdict = 'killed' | 'timeout' | 'survived';

/** Fails fast: the first failed test is enough. */
function runTest(tree: string, test: string, timeoutMs: number): Promise<Verdict> {
  return new Promise((resolve) => {
    const args = ['--test-reporter=tap', test];
    const child: ChildProcess = spawn(process.execPath, args, {
      cwd: tree,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let verdict: Verdict | undefined;
    const end = (early: Verdict): void => {
      verdict ??= early;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => end('timeout'), timeoutMs);
    let tail = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString('latin1')).slice(-4_096);
      if (/^\s*not ok /m.test(tail)) end('killed');
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(verdict ?? (code === 0 ? 'survived' : 'killed'));
    });
  });
}

function copyTree(): string {
  const tree = mkdtempSync(join(tmpdir(), 'letterlock-mutate-'));
  for (const name of ['app', 'assets', 'docs', 'gateway', 'scripts', 'test', 'package.json'])
    cpSync(join(root, name), join(tree, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

function sourceFiles(tree: string): string[] {
  return ['app/leg', 'app/policy']
    .flatMap((dir) =>
      readdirSync(join(tree, dir), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `${dir}/${name}`),
    )
    .sort();
}

/** mulberry32: the same seed gives the same sample everywhere. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed >>> 0;
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** How long each test file takes as things are; all of them must pass. */
async function measure(tree: string, tests: readonly string[]): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const test of tests) {
    const started = performance.now();
    const verdict = await runTest(tree, test, 180_000);
    if (verdict !== 'survived') throw new Error(`${test} does not pass as it is`);
    times.set(test, performance.now() - started);
  }
  return times;
}

interface Trial {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

async function tryMutant(
  tree: string,
  mutant: Mutant,
  tests: readonly string[],
  times: ReadonlyMap<string, number>,
): Promise<Verdict> {
  const path = join(tree, mutant.path);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, applyMutant(source, mutant));
  try {
    for (const test of tests) {
      // A mutant that hangs is noticed too; the machine may be busier than before.
      const verdict = await runTest(tree, test, 5_000 + 4 * (times.get(test) ?? 0));
      if (verdict !== 'survived') return verdict;
    }
    return 'survived';
  } finally {
    writeFileSync(path, source);
  }
}

function describe(mutant: Mutant, source: string): string {
  const old = source.slice(mutant.start, mutant.end).replace(/\s+/g, ' ').slice(0, 90);
  return `${mutant.path}:${mutant.line} ${mutant.kind}  ${old || '(start of function)'}`;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      max: { type: 'string', default: '150' },
      only: { type: 'string', default: '' },
      at: { type: 'string', default: '' },
      budget: { type: 'string', default: '60' },
    },
  });
  const places = values.at.split(',');
  const tree = copyTree();
  try {
    const all = sourceFiles(tree)
      .filter((path) => path.includes(values.only))
      .flatMap((path) => findMutants(path, readFileSync(join(tree, path), 'utf8')))
      .filter(({ path, line }) => values.at === '' || places.includes(`${path}:${line}`));
    const sample = shuffled(all, Number(values.seed)).slice(0, Number(values.max));
    const tests = listTestFiles(tree);
    const needed = new Set(sample.flatMap(({ path }) => testsFor(path, tests)));
    console.log(`${sample.length} of ${all.length} mutants, ${needed.size} test files`);
    const times = await measure(tree, [...needed]);
    const until = performance.now() + Number(values.budget) * 60_000;
    const trials: Trial[] = [];
    for (const mutant of sample) {
      if (performance.now() > until) break;
      const verdict = await tryMutant(tree, mutant, testsFor(mutant.path, tests), times);
      trials.push({ mutant, verdict });
      const source = readFileSync(join(tree, mutant.path), 'utf8');
      if (verdict === 'survived') console.log(`survived  ${describe(mutant, source)}`);
    }
    const count = (verdict: Verdict): number =>
      trials.filter((trial) => trial.verdict === verdict).length;
    const caught = count('killed') + count('timeout');
    const percent = ((100 * caught) / Math.max(1, trials.length)).toFixed(1);
    console.log(
      `${caught} of ${trials.length} caught (${percent} %), ${count('timeout')} of them by the clock; ` +
        `${count('survived')} survived; seed ${values.seed}`,
    );
    return trials.length > 0 ? 0 : 1;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

if (import.meta.main) process.exitCode = await main();
