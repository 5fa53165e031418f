/**
 * `npm run crash -- --cycles 1000 [--seed N]`: kills the engine at random moments against real
 * servers. Prints one line of JSON; ends with 1 when a promise was broken.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCrash } from '../test/support/trial/crash-run.ts';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string', default: '1000' },
      'without-move': { type: 'boolean', default: false },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      'check-every': { type: 'string', default: '10' },
    },
  });
  const dir = await mkdtemp(join(tmpdir(), 'letterlock-crash-'));
  let keep = true;
  try {
    const report = await runCrash({
      dir,
      cycles: Number(values.cycles),
      seed: Number(values.seed),
      withoutMove: values['without-move'],
      checkEvery: Number(values['check-every']),
      onProgress: (line) => console.error(line),
    });
    console.log(JSON.stringify(report));
    keep = report.violations.length > 0;
    return keep ? 1 : 0;
  } finally {
    if (keep) console.error(`Profile, mail and logs are left in ${dir}`);
    else await rm(dir, { recursive: true, force: true });
  }
}

// The servers are children that end with us, but not when a signal ends us.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(130));
process.exitCode = await main();
