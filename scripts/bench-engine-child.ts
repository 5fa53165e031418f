/**
 * The measured process: the engine in its worker behind the same client that a host uses, and nothing
 * beside it. Frames go through to the measuring process; times of queries are taken here.
 * `--direct` runs the engine in this thread instead, without frames, for queries alone.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { BroadcastChannel } from 'node:worker_threads';
import type { EngineHost, EngineOptions } from '../app/engine-types.ts';
import { EngineClient } from '../main/engine/engine-client.ts';
import type { ChildUsage, FromChild, ToChild } from '../test/support/bench-mail/engine-run.ts';
import { type Stalls, stallChannel, stallResolutionMs, toStalls } from './bench-engine-stalls.ts';

const [profileDir = '', trustAnchor = ''] = process.argv.slice(2);
const direct = process.argv.includes('--direct');

const host: EngineHost = {
  version: '0.0.0',
  kind: 'fixture',
  capabilities: [],
  secretStorage: 'session',
  sealSecret: (secret) => Promise.resolve(Buffer.from(secret)),
  openSecret: (sealed) => Promise.resolve(Buffer.from(sealed).toString()),
  chooseSavePath: () => Promise.resolve(undefined),
  logger: {
    log(level, event, fields) {
      if (process.env.BENCH_LOG !== undefined || level === 'error')
        process.stderr.write(`${level} ${event} ${JSON.stringify(fields ?? {})}\n`);
    },
  },
};

const options: EngineOptions = {
  profileDir,
  host,
  ...(trustAnchor === '' ? {} : { trustAnchors: [trustAnchor] }),
};

const tell = (message: FromChild): void => {
  process.send?.(message);
};

const delays = monitorEventLoopDelay({ resolution: stallResolutionMs });
delays.enable();
const channel = new BroadcastChannel(stallChannel);

function stallsOfWorker(): Promise<Stalls> {
  return new Promise((resolve) => {
    channel.onmessage = (event) => resolve(event.data);
    channel.postMessage('tell');
  });
}

/** Linux tells the peak since it was last asked to forget it. */
function peakBytes(): number {
  try {
    const kib = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    writeFileSync('/proc/self/clear_refs', '5');
    if (kib !== undefined) return Number(kib) * 1_024;
  } catch {
    // Another system: then the peak of the whole run has to do.
  }
  return process.resourceUsage().maxRSS * 1_024;
}

async function usage(): Promise<ChildUsage> {
  const cpu = process.cpuUsage();
  const hostThread = toStalls(delays);
  delays.reset();
  return {
    cpuMs: (cpu.user + cpu.system) / 1_000,
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: peakBytes(),
    hostThread,
    ...(direct ? {} : { engineThread: await stallsOfWorker() }),
  };
}

/** What a window does: one call at a time, from the frame's writing to its answer's arrival. */
async function timeFrames(client: EngineClient, method: string, inputs: readonly unknown[]) {
  const times: number[] = [];
  let answered: (json: string) => void = () => undefined;
  client.onFrame((json) => {
    if (/^\{"kind":"(result|error)","id":9\d{8}\b/.test(json)) answered(json);
  });
  const failures: string[] = [];
  for (const [index, input] of inputs.entries()) {
    const start = performance.now();
    const answer = new Promise<string>((resolve) => {
      answered = resolve;
    });
    client.postFrame(JSON.stringify({ kind: 'call', id: 900_000_000 + index, method, input }));
    const json = await answer;
    times.push(performance.now() - start);
    if (json.startsWith('{"kind":"error"')) failures.push(json);
  }
  return { times, failures };
}

async function timeDirect(method: string, inputs: readonly unknown[]) {
  // Not part of this script: a host's own thread holds nothing of the engine.
  const built: typeof import('../app/engine.ts') = await import(
    new URL('./engine.mjs', import.meta.url).href
  );
  const engine = built.createEngine(options);
  const handler: unknown = Reflect.get(engine.handlers, method);
  const times: number[] = [];
  const failures: string[] = [];
  for (const input of inputs) {
    const start = performance.now();
    try {
      if (typeof handler !== 'function') throw new Error(`no method ${method}`);
      await Reflect.apply(handler, undefined, [input]);
    } catch (error) {
      failures.push(String(error));
    }
    times.push(performance.now() - start);
  }
  await engine.stop();
  return { times, failures };
}

function run(): void {
  let client: EngineClient | undefined;
  const work = async (message: ToChild): Promise<void> => {
    switch (message.kind) {
      case 'start':
        client = new EngineClient({
          ...options,
          workerUrl: new URL('./bench-engine-worker.mjs', import.meta.url),
        });
        client.onFrame((json) => tell({ kind: 'frame', json }));
        break;
      case 'frame':
        client?.postFrame(message.json);
        break;
      case 'usage':
        tell({ kind: 'usage', usage: await usage() });
        break;
      case 'time': {
        const { method, inputs } = message;
        const timed =
          client === undefined
            ? await timeDirect(method, inputs)
            : await timeFrames(client, method, inputs);
        tell({ kind: 'timed', ...timed });
        break;
      }
      case 'stop':
        await client?.stop();
        channel.close();
        process.disconnect();
        break;
    }
  };
  // Also when the measuring process is gone.
  process.on('disconnect', () => process.exit());
  process.on('message', (message: ToChild) => {
    work(message).catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
      process.disconnect();
    });
  });
}

run();
