/** A short crash run; the long one is `npm run crash`. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCrash } from '../support/trial/crash-run.ts';

test('killed a dozen times at random: nothing confirmed is lost, nothing is doubled', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'letterlock-crash-'));
  try {
    const report = await runCrash({ dir, cycles: 12, seed: 4, checkEvery: 6 });
    const { violations, trace } = report;
    assert.deepEqual({ violations, trace }, { violations: [], trace: [] });
    assert.equal(report.cycles, 12);
    assert.ok(report.confirmedTotal > 0);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
