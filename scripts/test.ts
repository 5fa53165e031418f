/**
 * `npm test`: unit, integration and end-to-end tests, or the parts named by `--unit`,
 * `--integration`, `--e2e`; other words choose files by a part of their path. The last line is the sum.
 */
import { parseArgs } from 'node:util';
import { buildAll } from './build.ts';
import { type Kind, kinds, listTestFiles, selectTestFiles } from './test-files.ts';
import { addTotals, runTestFiles, type Totals, totalsLine } from './test-run.ts';

const root = `${import.meta.dirname}/..`;

const timeoutMs: Readonly<Record<Kind, number>> = {
  unit: 300_000,
  integration: 300_000,
  e2e: 600_000,
};

async function runKind(kind: Kind, files: readonly string[]): Promise<Totals> {
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  console.log(`\n${kind} (${files.length} files)`);
  if (kind === 'e2e') await buildAll();
  // Without a screen each window has one of its own; two on one would take each other's focus.
  const alone = process.platform === 'linux' && (process.env.DISPLAY ?? '') === '';
  const concurrency = kind === 'e2e' && !alone ? 1 : 2;
  return runTestFiles({ root, files, timeoutMs: timeoutMs[kind], concurrency });
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      unit: { type: 'boolean', default: false },
      integration: { type: 'boolean', default: false },
      e2e: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const named = kinds.filter((kind) => values[kind]);
  const wanted = named.length > 0 ? named : kinds;
  const files = listTestFiles(root);
  const totals: Totals[] = [];
  for (const kind of wanted)
    totals.push(await runKind(kind, selectTestFiles(files, [kind], positionals)));
  const sum = addTotals(...totals);
  const ran = sum.passed + sum.failed + sum.skipped > 0;
  if (!ran) console.log('No test matches.');
  console.log(`\n${totalsLine(sum)}`);
  return ran && sum.failed === 0 ? 0 : 1;
}

process.exitCode = await main();
