/**
 * `npm run faults -- --minutes 30 [--seed N]`: the engine at work over a network that cuts, stalls,
 * slows and corrupts. Prints one line of JSON; ends with 1 when a promise was broken.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runFaults } from '../test/support/trial/fault-run.ts';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      'storm-seconds': { type: 'string', default: '60' },
      'without-move': { type: 'boolean', default: false },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const dir = await mkdtemp(join(tmpdir(), 'letterlock-faults-'));
  let keep = true;
  try {
    const report = await runFaults({
      dir,
      seconds: Number(values.minutes) * 60,
      stormSeconds: Number(values['storm-seconds']),
      seed: Number(values.seed),
      withoutMove: values['without-move'],
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
