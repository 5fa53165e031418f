/** The fuzzer itself: it must find what is broken, and do the same again from the same seed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Coverage } from './support/coverage.ts';
import { fuzz } from './support/fuzz-loop.ts';
import { instrument } from './support/instrument.ts';
import { mutate, tokens } from './support/mutator.ts';
import { Rng } from './support/rng.ts';
import { expectRule, type FuzzTarget } from './support/target.ts';

const quick = { seconds: 60, seed: 1 };

function targetOf(run: FuzzTarget['run']): FuzzTarget {
  return { seeds: [Buffer.from('length 5 hello')], dictionary: tokens('999'), maxLength: 200, run };
}

test('finds a parser that trusts a length', async () => {
  const target = targetOf((input) => {
    const [, digits, text] = /^length (\d+) (.*)$/s.exec(input.toString('latin1')) ?? [];
    if (digits === undefined) return;
    expectRule(Number(digits) <= (text ?? '').length, 'no more is read than there is');
  });
  const { found } = await fuzz(target, { ...quick, inputs: 5_000 });
  assert.deepEqual(
    found.map((each) => each.kind),
    ['broken'],
  );
  assert.match(found[0]?.message ?? '', /no more is read/);
});

test('finds an error that is not declared, also from a promise', async () => {
  const target = targetOf(async (input) => {
    await Promise.resolve();
    if (input.length > 40) throw new TypeError('odd');
  });
  const { found } = await fuzz(target, { ...quick, inputs: 5_000 });
  assert.match(found[0]?.message ?? '', /TypeError: odd/);
});

test('finds an input that takes too long', async () => {
  const target = targetOf((input) => {
    if (!input.includes('999')) return;
    // Processor time, not time by the clock: others may have the processor.
    for (const begun = process.threadCpuUsage(); ; ) {
      const { user, system } = process.threadCpuUsage(begun);
      if (user + system > 25_000) return;
    }
  });
  const { found } = await fuzz(target, { ...quick, inputs: 60, slowMs: 10 });
  assert.equal(found[0]?.kind, 'slow');
});

test('finds memory that is not given back', async () => {
  const kept: Buffer[] = [];
  const target = targetOf((input) => {
    kept.push(Buffer.alloc(1_000 + input.length));
  });
  const growthBytes = 8 * 1024 * 1024;
  const { found } = await fuzz(target, { ...quick, inputs: 60_000, growthBytes });
  assert.equal(found[0]?.kind, 'growth');
  assert.ok(kept.length > 20_000);
});

test('makes the same inputs from the same seed, and others from another', () => {
  const options = { dictionary: tokens('AUTH'), maxLength: 64 };
  const run = (seed: number) => {
    const rng = new Rng(seed);
    const start = Buffer.from('EHLO a\r\nAUTH 12\r\n');
    return Array.from({ length: 500 }, () => mutate(start, start, rng, options));
  };
  assert.deepEqual(run(7), run(7));
  assert.notDeepEqual(run(7), run(8));
  assert.ok(run(7).every((input) => input.length >= 1 && input.length <= 64));
});

test('counts each branch once and leaves the meaning of a module as it was', () => {
  const source = [
    'const f = (n) => n > 2 ? ({ big: n }) : null;',
    'function g(n) { if (n) for (const x of [n]) return x ?? 1; else return f(9)?.big; }',
    'let out = ""; switch (g(0)) { case 9: out += "nine"; break; default: out = "other"; }',
    'if (f(1)) out += "!"; while (out.length < 6) out += g(2) && "y"; globalThis.__result = out;',
  ].join('\n');
  const { code, next } = instrument(source, 3);
  const hits = new Uint8Array(64);
  const run = (text: string): unknown => {
    const scope = { __result: undefined };
    new Function('globalThis', text)(Object.assign(scope, { __fuzzCounters: hits }));
    return scope.__result;
  };
  assert.equal(run(code), run(source));
  assert.equal(run(code), 'nineyy');
  assert.ok(next > 12);
  assert.deepEqual([...hits.subarray(0, 3)], [0, 0, 0]);
  assert.ok(hits.subarray(3, next).filter((count) => count > 0).length >= 9);
});

test('takes a branch for new once, and again when it is taken far more often', () => {
  const hits = new Uint8Array(4);
  const coverage = new Coverage({ hits, used: () => 4 });
  const take = (count: number) => {
    hits[1] = count;
    return coverage.takeNovelty();
  };
  assert.deepEqual(
    [take(1), take(1), take(2), take(9), take(8), take(200)],
    [true, false, true, true, false, true],
  );
  assert.equal(coverage.branches, 1);
  assert.equal(hits[1], 0);
});
