/**
 * Lets a person and another client work over a network that cuts, resets, stalls, slows, delays and
 * corrupts; then lets the network be honest and checks that all comes to rest as promised. Storm
 * after storm, until the time is over.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineProcess } from './engine-process.ts';
import type { Fault, FaultProxy } from './fault-proxy.ts';
import { Trial } from './trial.ts';

export interface FaultOptions {
  /** An existing folder of the caller, who removes it. */
  readonly dir: string;
  readonly seconds: number;
  readonly seed: number;
  /** How long the network is bad before all may come to rest. */
  readonly stormSeconds: number;
  readonly restMs?: number;
  /** The IMAP server does not know MOVE. */
  readonly withoutMove?: boolean;
  readonly onProgress?: (line: string) => void;
}

export interface FaultReport {
  readonly seed: number;
  readonly seconds: number;
  readonly storms: number;
  readonly connections: number;
  readonly faults: Readonly<Record<Fault | 'refused', number>>;
  /** How often a leg was found stopped and the person pressed "Try again". */
  readonly stopped: number;
  readonly confirmed: Readonly<Record<string, number>>;
  readonly confirmedTotal: number;
  readonly submitted: number;
  readonly deliveredOnce: number;
  readonly unknown: number;
  readonly arrived: number;
  readonly lost: number;
  readonly doubled: number;
  readonly violations: readonly string[];
  readonly trace: readonly string[];
}

/** How often a person looks at the lock while the network is bad (ms). */
const glanceMs = 2_000;

export async function runFaults(options: FaultOptions): Promise<FaultReport> {
  const { dir, seed, seconds, stormSeconds } = options;
  const startedAt = Date.now();
  const elapsed = (): number => Math.round((Date.now() - startedAt) / 1000);
  const restMs = options.restMs ?? 120_000;
  const { withoutMove = false } = options;
  const trial = await Trial.start({ dir, seed, badNetwork: true, withoutMove, restMs });
  const run = new FaultRun(trial);
  let violations: string[] = [];
  let storms = 0;
  try {
    while (violations.length === 0 && (storms === 0 || elapsed() < seconds)) {
      storms += 1;
      violations = await run.storm(stormSeconds);
      options.onProgress?.(`storm ${storms} over, ${elapsed()} s`);
    }
  } finally {
    await run.stop();
    await trial.stop();
  }
  const { sent, unknownDelivered, unknownNotDelivered } = trial.ended;
  const confirmed = Object.fromEntries([...trial.confirmed].sort());
  return {
    seed,
    seconds: elapsed(),
    storms,
    ...sum(trial.provider.proxies),
    stopped: run.stopped,
    confirmed,
    confirmedTotal: Object.values(confirmed).reduce((total, count) => total + count, 0),
    submitted: sent + unknownDelivered + unknownNotDelivered,
    deliveredOnce: sent + unknownDelivered,
    unknown: unknownDelivered + unknownNotDelivered,
    arrived: trial.other.counts.delivered + trial.other.counts.filed,
    lost: violations.filter((line) => line.startsWith('LOST')).length,
    doubled: violations.filter((line) => line.startsWith('DOUBLED')).length,
    violations,
    trace: violations.length === 0 ? [] : trial.traceOf(violations),
  };
}

function sum(proxies: readonly FaultProxy[]): Pick<FaultReport, 'connections' | 'faults'> {
  const total = (name: keyof FaultProxy['counts']): number =>
    proxies.reduce((before, { counts }) => before + counts[name], 0);
  return {
    connections: total('connections'),
    faults: {
      cut: total('cut'),
      reset: total('reset'),
      stall: total('stall'),
      slow: total('slow'),
      delay: total('delay'),
      corrupt: total('corrupt'),
      refused: total('refused'),
    },
  };
}

class FaultRun {
  stopped = 0;
  readonly #trial: Trial;
  readonly #rng;
  #engine: EngineProcess | undefined;

  constructor(trial: Trial) {
    this.#trial = trial;
    this.#rng = trial.rng('person');
  }

  /** @returns broken promises */
  async storm(seconds: number): Promise<string[]> {
    const trial = this.#trial;
    const engine = this.#engine ?? trial.startEngine();
    this.#engine = engine;
    await engine.ready();
    let over = false;
    trial.trace('--- the network turns bad');
    for (const proxy of trial.provider.proxies) proxy.misbehave();
    trial.other.work();
    const work = trial.personAt(engine, this.#rng).work(3, 700, () => over);
    const until = Date.now() + seconds * 1_000;
    while (Date.now() < until && !engine.ended) {
      await sleep(Math.min(glanceMs, Math.max(0, until - Date.now())));
      await this.#glance(engine);
    }
    over = true;
    for (const proxy of trial.provider.proxies) proxy.behave();
    trial.trace('--- the network is honest');
    await trial.other.pause();
    // A call that waits for a connection ends now that there is one.
    await work;
    await this.#glance(engine);
    const found = await trial.rest(engine);
    if (engine.died) found.push('the engine ended by itself');
    if (found.length > 0) found.push(...engine.logTail(30));
    return found;
  }

  async stop(): Promise<void> {
    await this.#engine?.stop();
  }

  /** A leg that was stopped waits for the person, who tries again. */
  async #glance(engine: EngineProcess): Promise<void> {
    const { accountId } = this.#trial;
    const accounts = await engine.call('account.list', {});
    if (accounts.kind !== 'done') return;
    const account = accounts.output.find((each) => each.accountId === accountId);
    const stopped = account?.lock.state === 'stopped' || account?.problem !== undefined;
    if (!stopped) return;
    this.stopped += 1;
    this.#trial.trace(`stopped: ${account?.lock.legs.map((leg) => leg.error?.code ?? '').join()}`);
    await engine.call('account.retry', { accountId });
  }
}
