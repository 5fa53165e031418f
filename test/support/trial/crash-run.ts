/**
 * Kills the engine at random moments of its work, a thousand times if wanted, and checks after each
 * restart that databases are sound and that nothing promised is missing; now and then lets all come
 * to rest and compares everything with the servers.
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MethodName } from '../../../app/contract/index.ts';
import type { Rng } from '../../fuzz/support/rng.ts';
import type { EngineProcess } from './engine-process.ts';
import { judgeRestart } from './judge.ts';
import { readLocal } from './mail-views.ts';
import { Trial } from './trial.ts';

export interface CrashOptions {
  /** An existing folder of the caller, who removes it. */
  readonly dir: string;
  readonly cycles: number;
  readonly seed: number;
  /** After so many kills all is let come to rest and compared. */
  readonly checkEvery: number;
  readonly restMs?: number;
  /** The IMAP server does not know MOVE. */
  readonly withoutMove?: boolean;
  readonly onProgress?: (line: string) => void;
}

export interface CrashReport {
  readonly seed: number;
  readonly cycles: number;
  readonly seconds: number;
  /** What the killed process was in the middle of, by what it left on disk. */
  readonly kills: Readonly<Record<Phase, number>>;
  /** How often mail.db was deleted between a kill and the next start. */
  readonly cachesLost: number;
  /** Confirmed to the window before a kill, by method. */
  readonly confirmed: Readonly<Record<string, number>>;
  readonly confirmedTotal: number;
  /** Messages that came to their end, and how. */
  readonly submitted: number;
  readonly deliveredOnce: number;
  readonly unknown: number;
  readonly arrived: number;
  readonly lost: number;
  readonly doubled: number;
  /** Broken promises; empty when all is well. */
  readonly violations: readonly string[];
  /** What happened before the first of them. */
  readonly trace: readonly string[];
}

export type Phase = 'opening' | 'after-dot' | 'sending' | 'importing' | 'tasks' | 'sync' | 'idle';

/** What decides the moment of a kill. */
type Plan = 'opening' | 'any' | 'soon' | 'answer' | 'sending' | 'syncing';

const plans: readonly Plan[] = [
  'opening',
  'any',
  'any',
  'soon',
  'soon',
  'answer',
  'answer',
  'answer',
  'sending',
  'sending',
  'syncing',
];
const longestMs = 1_500;
/** After one in so many kills mail.db is deleted as well. */
const killsPerLostCache = 40;
/** Answers after which something has just been kept. */
const keeping: ReadonlySet<MethodName> = new Set([
  'message.setFlags',
  'message.setKeyword',
  'message.move',
  'message.delete',
  'task.undo',
  'outbox.submit',
  'draft.save',
  'outbox.edit',
  'transfer.import',
]);

export async function runCrash(options: CrashOptions): Promise<CrashReport> {
  const { dir, cycles, seed, checkEvery } = options;
  const startedAt = Date.now();
  const restMs = options.restMs ?? 60_000;
  const { withoutMove = false } = options;
  const trial = await Trial.start({ dir, seed, badNetwork: false, withoutMove, restMs });
  const run = new CrashRun(trial, join(dir, 'snapshot'));
  let violations: string[] = [];
  let done = 0;
  try {
    while (violations.length === 0 && done < cycles) {
      trial.other.work();
      violations = await run.cycle();
      done += 1;
      if (violations.length === 0 && (done % checkEvery === 0 || done === cycles)) {
        violations = await run.check();
      }
      if (done % 50 === 0) {
        options.onProgress?.(`${done} kills, ${Math.round((Date.now() - startedAt) / 1000)} s`);
      }
    }
  } finally {
    await trial.stop();
  }
  const { sent, unknownDelivered, unknownNotDelivered } = trial.ended;
  const confirmed = Object.fromEntries([...trial.confirmed].sort());
  return {
    seed,
    cycles: done,
    seconds: Math.round((Date.now() - startedAt) / 1000),
    kills: run.kills,
    cachesLost: run.cachesLost,
    confirmed,
    confirmedTotal: Object.values(confirmed).reduce((sum, count) => sum + count, 0),
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

class CrashRun {
  readonly kills: Record<Phase, number> = {
    opening: 0,
    'after-dot': 0,
    sending: 0,
    importing: 0,
    tasks: 0,
    sync: 0,
    idle: 0,
  };
  cachesLost = 0;
  readonly #trial: Trial;
  readonly #snapshotDir: string;
  readonly #rng: Rng;
  readonly #personRng: Rng;

  constructor(trial: Trial, snapshotDir: string) {
    this.#trial = trial;
    this.#snapshotDir = snapshotDir;
    this.#rng = trial.rng('kills');
    this.#personRng = trial.rng('person');
  }

  /** One life of the engine, ended by SIGKILL. @returns broken promises */
  async cycle(): Promise<string[]> {
    const trial = this.#trial;
    const engine = trial.startEngine();
    const plan = this.#rng.pick(plans);
    trial.trace(`--- start, to be killed: ${plan}`);
    let ready = false;
    let syncing = false;
    engine.on('sync.changed', ({ state }) => {
      syncing = state === 'syncing';
    });
    const killed = this.#killAt(engine, plan);
    const found = await this.#live(engine, () => {
      ready = true;
    });
    await killed;
    trial.trace('--- killed');
    if (engine.died) found.push('the engine ended by itself', ...engine.logTail(20));
    const snapshot = inspect(trial.profileDir, this.#snapshotDir);
    if (this.#rng.oneIn(killsPerLostCache)) this.#loseCache();
    this.kills[phaseOf({ ...snapshot, ready, syncing })] += 1;
    return [...found, ...snapshot.problems];
  }

  /** What the server has may be deleted here at any time, and all that was promised still holds. */
  #loseCache(): void {
    this.#trial.trace('--- mail.db is gone');
    this.cachesLost += 1;
    for (const end of ['', '-wal', '-shm']) {
      rmSync(join(this.#trial.profileDir, `mail.db${end}`), { force: true });
    }
  }

  /** A life without a kill: everything comes to rest. @returns broken promises */
  async check(): Promise<string[]> {
    const trial = this.#trial;
    await trial.other.pause();
    trial.trace('--- start, to come to rest');
    const engine = trial.startEngine();
    const found = await this.#checkAt(engine).catch((error: unknown) => [String(error)]);
    if (engine.died) found.push('the engine ended by itself');
    if (found.length > 0) found.push(...engine.logTail(20));
    if (this.#rng.oneIn(2)) await engine.stop();
    else await engine.kill();
    return [...found, ...inspect(trial.profileDir, this.#snapshotDir).problems];
  }

  async #checkAt(engine: EngineProcess): Promise<string[]> {
    const { ledger, accountId } = this.#trial;
    await engine.ready();
    const local = await readLocal(engine, accountId);
    return [...judgeRestart(ledger, local), ...(await this.#trial.rest(engine))];
  }

  async #live(engine: EngineProcess, onReady: () => void): Promise<string[]> {
    const trial = this.#trial;
    await engine.ready();
    if (engine.ended) return [];
    onReady();
    const local = await readLocal(engine, trial.accountId).catch(() => undefined);
    const found = local === undefined ? [] : judgeRestart(trial.ledger, local);
    await trial.personAt(engine, this.#personRng).work(3, 5, () => false);
    return found;
  }

  /** Resolves when the process is gone. */
  async #killAt(engine: EngineProcess, plan: Plan): Promise<void> {
    const rng = this.#rng;
    if (plan === 'opening') {
      await sleep(rng.below(300));
      await engine.kill();
      return;
    }
    await engine.ready();
    const latest = sleep(plan === 'soon' ? rng.below(300) : rng.below(longestMs));
    if (plan === 'any' || plan === 'soon') await latest;
    else await Promise.race([this.#hotMoment(engine, plan), sleep(longestMs)]);
    await engine.kill();
  }

  /** Resolves shortly after something that matters. */
  #hotMoment(engine: EngineProcess, plan: 'answer' | 'sending' | 'syncing'): Promise<void> {
    const rng = this.#rng;
    const moment = Promise.withResolvers<void>();
    const soonMs = rng.below(plan === 'answer' ? 12 : 60);
    let left = 1 + rng.below(4);
    const hit = (): void => {
      left -= 1;
      if (left === 0) setTimeout(() => moment.resolve(), soonMs);
    };
    if (plan === 'answer') {
      engine.onAnswer = (method) => {
        if (keeping.has(method)) hit();
      };
    } else {
      engine.on(plan === 'sending' ? 'outbox.changed' : 'messages.changed', hit);
    }
    return moment.promise;
  }
}

interface Snapshot {
  readonly problems: string[];
  readonly tasks: number;
  readonly sending: number;
  readonly afterDot: number;
  readonly importing: number;
}

/**
 * Looks at copies of the databases as the process left them, so that the engine itself must make
 * sense of the originals.
 */
function inspect(profileDir: string, snapshotDir: string): Snapshot {
  rmSync(snapshotDir, { recursive: true, force: true });
  mkdirSync(snapshotDir);
  const files = readdirSync(profileDir).filter((name) => /\.db(-wal)?$/.test(name));
  for (const name of files) copyFileSync(join(profileDir, name), join(snapshotDir, name));
  const problems: string[] = [];
  const counts = new Map<string, number>();
  for (const name of files.filter((each) => each.endsWith('.db'))) {
    const db = new DatabaseSync(join(snapshotDir, name));
    try {
      const rows = db.prepare('PRAGMA integrity_check').all();
      const words = rows.map((row) => String(row.integrity_check));
      if (words.join() !== 'ok') problems.push(`DAMAGED ${name}: ${words.slice(0, 5).join('; ')}`);
      const strays = db.prepare('PRAGMA foreign_key_check').all().length;
      if (strays > 0) problems.push(`DAMAGED ${name}: ${strays} rows point nowhere`);
      for (const [what, sql] of Object.entries(countQueries[name] ?? {})) {
        counts.set(what, Number(db.prepare(sql).get()?.count ?? 0));
      }
    } catch (error) {
      problems.push(`DAMAGED ${name}: ${String(error)}`);
    } finally {
      db.close();
    }
  }
  const damaged = readdirSync(profileDir).filter((name) => name.endsWith('.damaged'));
  if (damaged.length > 0) problems.push(`DAMAGED ${damaged.join(' ')} was set aside`);
  return {
    problems,
    tasks: counts.get('tasks') ?? 0,
    sending: counts.get('sending') ?? 0,
    afterDot: counts.get('afterDot') ?? 0,
    importing: counts.get('importing') ?? 0,
  };
}

const countQueries: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'tasks.db': { tasks: 'SELECT count(*) AS count FROM task' },
  'transfer.db': {
    importing: "SELECT count(*) AS count FROM transfer WHERE state = 'running'",
  },
  'outbox.db': {
    sending: "SELECT count(*) AS count FROM outbox WHERE state = 'sending'",
    afterDot: "SELECT count(*) AS count FROM outbox WHERE state = 'sending' AND dot_started = 1",
  },
};

function phaseOf(state: Snapshot & { ready: boolean; syncing: boolean }): Phase {
  if (!state.ready) return 'opening';
  if (state.afterDot > 0) return 'after-dot';
  if (state.sending > 0) return 'sending';
  if (state.tasks > 0) return 'tasks';
  if (state.importing > 0) return 'importing';
  return state.syncing ? 'sync' : 'idle';
}
