/** The measurement itself runs, on little mail: every part that needs no other program than Dovecot. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { benchQueries } from '../../scripts/bench-engine-queries.ts';
import { runOrThrow } from '../support/servers/processes.ts';

const count = 500;
const positive = z.number().positive();
const rate = z.object({ messages: z.literal(count), perSecond: positive });
const used = { peakRssMB: positive, stallMs: z.object({ window: z.object({ max: z.number() }) }) };

const report = z.object({
  mail: z.object({ count: z.literal(count), megabytes: positive }),
  fetch: z.object({ rawHeaders: rate, rawSources: rate, imapflowHeaders: rate }),
  full: z.object({
    firstScreenWithSnippetsMs: positive,
    headersPerSecond: positive,
    bodiesStored: z.literal(count),
    databaseToMail: positive,
    untilBodies: z.object(used),
  }),
  idle: z.object({ fromConnectingMs: positive, ...used }),
  changes: z.object({ expunged: z.literal(200), fromConnectingMs: positive, ...used }),
});

test('measures the engine on generated mail, behind the gateway too', async () => {
  const script = join(import.meta.dirname, '..', '..', 'scripts', 'bench-engine.ts');
  const parts = ['fetch', 'full', 'idle', 'changes'];
  for (const more of [[], ['--gateway']]) {
    const words = [script, '--count', String(count), ...more, ...parts];
    const text = await runOrThrow(process.execPath, words, { timeoutMs: 120_000 });
    const found = report.safeParse(JSON.parse(text));
    assert.ok(found.success, `${found.error?.message}\n${text}`);
  }
});

test('asks about two hundred different things', () => {
  assert.ok(benchQueries.length >= 200);
  assert.equal(new Set(benchQueries.map(({ ours }) => ours)).size, benchQueries.length);
  for (const { ours, notmuch } of benchQueries) assert.ok(ours !== '' && notmuch !== '');
});
