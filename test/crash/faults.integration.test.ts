/** A short fault run; the long one is `npm run faults`. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runFaults } from '../support/trial/fault-run.ts';

test('after a storm of cuts, stalls and corrupted bytes all is as on the server', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'letterlock-faults-'));
  try {
    const report = await runFaults({ dir, seconds: 1, stormSeconds: 12, seed: 4 });
    const { violations, trace } = report;
    assert.deepEqual({ violations, trace }, { violations: [], trace: [] });
    assert.ok(Object.values(report.faults).reduce((sum, count) => sum + count, 0) > 0);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
