/** The same queries to the engine, through the window's frames and directly, and to notmuch. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  EngineRun,
  type ProfileOptions,
  type Timed,
} from '../test/support/bench-mail/engine-run.ts';
import { measureNotmuchQueries } from './bench-engine-peers.ts';
import { benchQueries } from './bench-engine-queries.ts';

const method = 'search.query';

const ms = (value: number): number => Number(value.toFixed(2));

function percentiles(times: readonly number[]) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number =>
    ms(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}

function byKind(times: readonly number[]) {
  const kinds = new Map<string, number[]>();
  for (const [index, { kind }] of benchQueries.entries()) {
    const list = kinds.get(kind) ?? [];
    list.push(times[index] ?? Number.NaN);
    kinds.set(kind, list);
  }
  return Object.fromEntries([...kinds].map(([kind, list]) => [kind, percentiles(list)]));
}

/** The first round warms caches of file and machine and does not count. */
async function timeRounds(engine: EngineRun, inputs: readonly unknown[]) {
  await engine.time(method, inputs);
  const timed: Timed = await engine.time(method, inputs);
  if (timed.failures.length > 0)
    return { failed: timed.failures.length, first: timed.failures[0]?.slice(0, 300) };
  return {
    ...percentiles(timed.times),
    byKind: byKind(timed.times),
    slowest: slowest(timed.times),
  };
}

function slowest(times: readonly number[]) {
  return times
    .map((time, index) => [benchQueries[index]?.ours ?? '', ms(time)] as const)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 5);
}

/** Needs the profile of part `full`; notmuch's half needs its index. */
export async function measureSearch(profile: ProfileOptions, work: string) {
  const inputs = benchQueries.map(({ ours }) => ({ query: ours, limit: 50 }));
  const framed = new EngineRun(profile);
  framed.start();
  const throughFrames = await timeRounds(framed, inputs);
  const { hostThread, engineThread, rssBytes } = await framed.usage();
  await framed.stop();
  const alone = new EngineRun({ ...profile, direct: true });
  const inEngine = await timeRounds(alone, inputs);
  await alone.stop();
  const indexed = existsSync(join(work, 'mbsync', '.notmuch'));
  const queries = benchQueries.map(({ notmuch }) => notmuch);
  const peer = async (...words: string[]) =>
    percentiles(await measureNotmuchQueries(work, queries, words));
  return {
    queries: benchQueries.length,
    throughFrames,
    inEngine,
    stallMs: { window: hostThread, engine: engineThread },
    rssMB: Math.round(rssBytes / 1_000_000),
    ...(indexed && {
      notmuchSearch: await peer('search', '--limit=50'),
      notmuchCount: await peer('count'),
    }),
  };
}
