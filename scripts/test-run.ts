/** Runs test files in processes of their own, two at a time: a line per file, failures in full. */
import { join } from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

export function addTotals(...all: readonly Totals[]): Totals {
  const sum = (pick: (totals: Totals) => number): number =>
    all.reduce((before, each) => before + pick(each), 0);
  return {
    passed: sum((t) => t.passed),
    failed: sum((t) => t.failed),
    skipped: sum((t) => t.skipped),
  };
}

/** The one last line of every command that tests. */
export function totalsLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

interface FileReport {
  readonly totals: Totals;
  readonly durationMs: number;
  readonly failures: string[];
  readonly output: string[];
}

/** The parts of a runner event that count. */
interface TestEvent {
  readonly name: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: { readonly type?: string; readonly error?: unknown };
}

/** A suite that fails only because a test in it did is not counted again. */
function countsAsFailure({ details }: TestEvent): boolean {
  if (details.type !== 'suite') return true;
  const { error } = details;
  return !(
    error instanceof Error &&
    'failureType' in error &&
    error.failureType === 'subtestsFailed'
  );
}

function failureText(event: TestEvent): string {
  const { error } = event.details;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  // The stack of a failed assertion holds its difference; inspect would print both values again.
  const text =
    cause instanceof Error && cause.name === 'AssertionError' && cause.stack !== undefined
      ? cause.stack
      : inspect(cause, { depth: 6 });
  return `  ✖ ${event.name}\n${text.replace(/^/gm, '      ')}`;
}

function report(path: string, { totals, durationMs, failures, output }: FileReport): void {
  const mark = totals.failed > 0 ? '✖' : '✔';
  console.log(`${mark} ${path}  ${totalsLine(totals)}  ${(durationMs / 1000).toFixed(1)} s`);
  if (totals.failed === 0) return;
  for (const failure of failures) console.log(failure);
  const text = output.join('').trim();
  if (text !== '') console.log(`    printed by this file:\n${text.replace(/^/gm, '      ')}`);
}

export interface RunOptions {
  readonly root: string;
  /** Paths below the root. */
  readonly files: readonly string[];
  /** For one whole file; one that takes longer is ended and counted as failed. */
  readonly timeoutMs: number;
  readonly concurrency?: number;
}

async function runFile(path: string, options: RunOptions): Promise<FileReport> {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  const output: string[] = [];
  const began = performance.now();
  const tooLong = new AbortController();
  // The runner's own timeout does not end a file whose tests are over but whose process is not.
  const timer = setTimeout(() => tooLong.abort(), options.timeoutMs);
  const stream = run({
    files: [join(options.root, path)],
    cwd: options.root,
    signal: tooLong.signal,
  });
  stream.on('test:pass', (event: TestEvent) => {
    if (event.skip !== undefined && event.skip !== false) totals.skipped += 1;
    else if (event.details.type !== 'suite') totals.passed += 1;
  });
  stream.on('test:fail', (event: TestEvent) => {
    if (!countsAsFailure(event)) return;
    totals.failed += 1;
    failures.push(failureText(event));
  });
  for (const channel of ['test:stdout', 'test:stderr'] as const)
    stream.on(channel, (event) => output.push(event.message));
  stream.resume();
  await new Promise((resolve) => stream.once('close', resolve));
  clearTimeout(timer);
  if (tooLong.signal.aborted) {
    failures.push(`  ✖ took longer than ${options.timeoutMs / 1000} s and was ended`);
    totals.failed = Math.max(1, totals.failed);
  }
  return { totals, durationMs: performance.now() - began, failures, output };
}

/** Resolves with what was counted; a failure is a number, not a throw. */
export async function runTestFiles(options: RunOptions): Promise<Totals> {
  const waiting = [...options.files];
  const all: Totals[] = [];
  const worker = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const result = await runFile(path, options);
      report(path, result);
      all.push(result.totals);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? 2 }, worker));
  return addTotals(...all);
}
