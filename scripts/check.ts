/**
 * `npm run check`: types, lint and format, architecture and unit tests. With `--static` only the
 * first two, for where the tests follow anyway. The last line counts each tool as one.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { listTestFiles, selectTestFiles } from './test-files.ts';
import { addTotals, runTestFiles, type Totals, totalsLine } from './test-run.ts';

const root = join(import.meta.dirname, '..');

/** Silent when it is content. */
function runTool(name: string, program: string, args: readonly string[]): Totals {
  const path = join(root, 'node_modules', '.bin', program);
  const shell = process.platform === 'win32';
  const result = spawnSync(path, [...args], { cwd: root, encoding: 'utf8', shell });
  const ok = result.status === 0;
  console.log(`${ok ? '✔' : '✖'} ${name}`);
  if (!ok) console.log(`${result.stdout}${result.stderr}${result.error?.message ?? ''}`.trim());
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

async function main(): Promise<number> {
  const totals = [
    runTool('types', 'tsc', ['-p', '.']),
    runTool('lint and format', 'biome', ['ci', '--max-diagnostics=50', '--colors=off', '.']),
  ];
  if (!process.argv.includes('--static')) {
    const files = selectTestFiles(listTestFiles(root), ['unit'], []);
    totals.push(await runTestFiles({ root, files, timeoutMs: 300_000 }));
  }
  const sum = addTotals(...totals);
  console.log(`\n${totalsLine(sum)}`);
  return sum.failed === 0 ? 0 : 1;
}

process.exitCode = await main();
