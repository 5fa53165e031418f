/**
 * `npm run bench:leg`: the sealed leg beside Node's TLS 1.3, server and client in two processes on
 * loopback, in interleaved rounds, medians. JSON on standard output. Nothing fails: numbers to judge.
 * `--quick`: fewer and smaller rounds; `bulk`, `handshakes`, `log-in`, `octets`, `memory`: only those. docs/performance.md tells what the figures mean.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createTestCa } from '../test/support/certificates.ts';
import { BenchClient, countOctets, type Kind } from './bench-leg-client.ts';
import { cpuMs, drain, Lines, pour, type ServerFacts, type Usage } from './bench-leg-lines.ts';

/** Names of parts may be given; without any, all are measured. */
const parts = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const wants = (part: string): boolean => parts.length === 0 || parts.includes(part);
const quick = process.argv.includes('--quick');
const rounds = quick ? 3 : 7;
const bulkOctets = quick ? 128 * 1_048_576 : 512 * 1_048_576;
const connections = quick ? 300 : 1_000;
const sessions = quick ? 60 : 200;
const idleConnections = 300;
const atOnce = 16;

const hybrid = 'nkhfs-25519-mlkem768-aesgcm-sha256';
const classic = 'nk-25519-aesgcm-sha256';

interface BenchServer {
  readonly facts: ServerFacts;
  /** For `memory` garbage is collected first, which would count as work in a measurement of CPU. */
  usage(question: 'cpu' | 'memory'): Promise<Usage>;
  stop(): void;
}

type Figures = Readonly<Record<string, number>>;

const dir = mkdtempSync(join(tmpdir(), 'letterlock-bench-'));
const ca = createTestCa(dir);
const issued = ca.issue({ names: ['localhost', '127.0.0.1'] });
rmSync(dir, { recursive: true });

async function startServer(): Promise<BenchServer> {
  const path = join(import.meta.dirname, 'bench-leg-server.ts');
  const child = fork(path, [issued.certPem, issued.keyPem], { execArgv: ['--expose-gc'] });
  const [facts]: unknown[] = await once(child, 'message');
  return {
    // Both ends are this file's own: what comes is what bench-leg-server.ts sends.
    facts: { ...(facts as ServerFacts), certificate: ca.caPem },
    async usage(question) {
      child.send(question);
      const [usage]: unknown[] = await once(child, 'message');
      return usage as Usage;
    },
    stop: () => child.disconnect(),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Runs `measure` for each kind in turn, round after round; the first round only warms up. */
async function interleave(
  kinds: readonly Kind[],
  measure: (kind: Kind) => Promise<Figures>,
): Promise<Record<string, Figures>> {
  const runs = new Map<Kind, Figures[]>(kinds.map((kind) => [kind, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const kind of kinds) {
      const figures = await measure(kind);
      if (round > 0) runs.get(kind)?.push(figures);
    }
  }
  const result: Record<string, Figures> = {};
  for (const [kind, list] of runs) {
    const names = Object.keys(list[0] ?? {});
    result[kind] = Object.fromEntries(
      names.map((name) => [name, round3(median(list.map((one) => one[name] ?? Number.NaN)))]),
    );
  }
  return result;
}

const round3 = (value: number): number => Number(value.toPrecision(4));

/** CPU milliseconds of both processes and wall time while `work` runs. */
async function meter(server: BenchServer, work: () => Promise<void>) {
  const before = (await server.usage('cpu')).cpuMs;
  const own = process.cpuUsage();
  const start = performance.now();
  await work();
  const wallMs = performance.now() - start;
  const clientMs = cpuMs(own);
  const serverMs = (await server.usage('cpu')).cpuMs - before;
  return { wallMs, clientMs, serverMs };
}

async function command(stream: Duplex, line: string): Promise<void> {
  const lines = new Lines(stream);
  stream.write(`${line}\n`);
  await lines.next();
  lines.release();
}

async function transfer(stream: Duplex, way: string, octets: number, writeOctets: number) {
  if (way === 'up') {
    await command(stream, `up ${octets} ${writeOctets}`);
    const answered = new Lines(stream).next();
    await pour(stream, octets, writeOctets);
    await answered;
  } else {
    const all = drain(stream, octets);
    stream.write(`down ${octets} ${writeOctets}\n`);
    await all;
  }
  stream.destroy();
}

async function bulk(server: BenchServer, client: BenchClient, writeOctets: number) {
  const octets = writeOctets < 65_536 ? bulkOctets / 8 : bulkOctets;
  const measure = async (kind: Kind): Promise<Figures> => {
    const figures: Record<string, number> = {};
    for (const way of ['up', 'down']) {
      const stream = await client.open(kind);
      const spent = await meter(server, () => transfer(stream, way, octets, writeOctets));
      figures[`${way}MBps`] = octets / 1_000 / spent.wallMs;
      figures[`${way}CpuSecondsPerGB`] = ((spent.clientMs + spent.serverMs) * 1_000_000) / octets;
    }
    return figures;
  };
  return interleave(['tcp', 'tls', hybrid], measure);
}

/** `count` times `work`, `lanes` of them at a time. */
async function repeat(count: number, lanes: number, work: () => Promise<void>): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function handshakes(server: BenchServer, client: BenchClient) {
  return interleave(['tcp', 'tls', classic, hybrid], async (kind) => {
    const spent = await meter(server, () =>
      repeat(connections, atOnce, async () => {
        const stream = await client.open(kind);
        await command(stream, 'ping');
        stream.destroy();
      }),
    );
    return {
      connectionsPerSecond: (connections * 1_000) / spent.wallMs,
      serverCpuMsEach: spent.serverMs / connections,
      clientCpuMsEach: spent.clientMs / connections,
      serverHandshakesPerCpuSecond: (connections * 1_000) / spent.serverMs,
    };
  });
}

async function logIns(server: BenchServer, client: BenchClient) {
  return interleave(['tls', classic, hybrid], async (kind) => {
    const times: number[] = [];
    const spent = await meter(server, async () => {
      for (let count = 0; count < sessions; count += 1) {
        const start = performance.now();
        const stream = await client.logIn(kind);
        times.push(performance.now() - start);
        stream.destroy();
      }
    });
    return {
      medianMs: median(times),
      serverCpuMsEach: spent.serverMs / sessions,
      clientCpuMsEach: spent.clientMs / sessions,
    };
  });
}

async function octets(client: BenchClient) {
  const result: Record<string, Figures> = {};
  for (const kind of ['tls', classic, hybrid] as const) {
    const logIn = await countOctets(client.smtpPort, async (port) => {
      (await client.logIn(kind, port)).destroy();
    });
    const size = 16 * 1_048_576;
    const sent = await countOctets(client.portOf(kind), async (port) => {
      await transfer(await client.open(kind, port), 'up', size, 65_536);
    });
    result[kind] = { toLogIn: logIn, bulkOverheadPercent: round3((sent / size - 1) * 100) };
  }
  return result;
}

/** A fresh server for each kind: memory that one left behind would count for the next. */
async function idleMemory() {
  const result: Record<string, Figures> = {};
  for (const kind of ['tls', hybrid] as const) {
    const server = await startServer();
    const client = new BenchClient(server.facts);
    const open: Duplex[] = [];
    const fill = async (count: number) => {
      for (let left = count; left > 0; left -= 1) open.push(await client.logIn(kind));
    };
    await fill(50);
    const before = await server.usage('memory');
    await fill(idleConnections);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const after = await server.usage('memory');
    result[kind] = {
      serverRssKB: round3((after.rss - before.rss) / 1_000 / idleConnections),
      serverHeapAndBuffersKB: round3(
        (after.heap + after.external - before.heap - before.external) / 1_000 / idleConnections,
      ),
    };
    for (const stream of open) stream.destroy();
    server.stop();
  }
  return result;
}

async function main(): Promise<void> {
  const loadBefore = loadavg()[0];
  const server = await startServer();
  const client = new BenchClient(server.facts);
  const report = {
    machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version },
    date: new Date().toISOString(),
    settings: { rounds, bulkOctets, connections, sessions, atOnce, idleConnections },
    ...(wants('bulk') && {
      bulk64KiBWrites: await bulk(server, client, 65_536),
      bulk4KiBWrites: await bulk(server, client, 4_096),
    }),
    ...(wants('handshakes') && { handshakes: await handshakes(server, client) }),
    ...(wants('log-in') && { logIn: await logIns(server, client) }),
    ...(wants('octets') && { octetsOnTheWire: await octets(client) }),
    ...(wants('memory') && { memoryPerIdleConnection: await idleMemory() }),
    load: { before: loadBefore, after: loadavg()[0] },
  };
  server.stop();
  console.log(JSON.stringify(report, undefined, 2));
}

await main();
