/**
 * `npm run bench:engine`: the engine beside the server's own limit, bare imapflow, mbsync and notmuch,
 * on generated mail served by a real Dovecot on loopback. JSON on standard output; nothing fails.
 * `--count 10000|100000`; `--gateway`: through our gateway; `--work <folder>`: profile, Maildir and
 * index stay there, so that parts can be run one by one. Parts, in this order, all when none is named:
 * `fetch`, `recent` (bodies of 90 days), `full` (all bodies), `idle`, `mbsync`, `notmuch`, `search`,
 * `changes`. docs/performance-engine.md tells what the figures mean.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { killRunning } from '../test/support/bench-mail/engine-run.ts';
import { mailLogin, startMailServer } from '../test/support/bench-mail/mail-store.ts';
import { generatorVersion } from '../test/support/bench-mail/messages.ts';
import { createTestCa } from '../test/support/certificates.ts';
import { startGateway } from '../test/support/servers/gateway.ts';
import { startNpmSubmission } from '../test/support/servers/inject.ts';
import { buildMeasured } from './bench-engine-build.ts';
import { measureFetch } from './bench-engine-imap.ts';
import { measureMbsync, measureNotmuch } from './bench-engine-peers.ts';
import { measureSearch } from './bench-engine-search.ts';
import {
  type Endpoints,
  measureChanges,
  measureFirstSync,
  measureNoChange,
} from './bench-engine-sync.ts';

const partNames = [
  'fetch',
  'recent',
  'full',
  'idle',
  'mbsync',
  'notmuch',
  'search',
  'changes',
] as const;

const { values, positionals } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    gateway: { type: 'boolean', default: false },
    work: { type: 'string' },
  },
  allowPositionals: true,
});
const plan = { count: Number(values.count), seed: Number(values.seed) };
const wanted = partNames.filter((name) => positionals.length === 0 || positionals.includes(name));

interface Provider {
  readonly endpoints: Endpoints;
  readonly mailBytes: number;
  readonly trustAnchor?: string;
  stop(): Promise<void>;
}

async function startProvider(dir: string): Promise<Provider> {
  const dovecot = await startMailServer(dir, plan);
  const submission = await startNpmSubmission({
    domain: 'example.test',
    users: [mailLogin],
    dovecot,
  });
  const status = ['-f', 'flow', 'mailbox', 'status', '-u', mailLogin.user, 'vsize', 'INBOX'];
  const mailBytes = Number(/vsize=(\d+)/.exec(await dovecot.doveadm(status))?.[1]);
  const direct = { imapPort: dovecot.imapPort, submissionPort: submission.submissionPort };
  if (!values.gateway) {
    return {
      endpoints: { ...direct, serverPort: dovecot.imapPort },
      mailBytes,
      async stop() {
        await submission.stop();
        await dovecot.stop();
      },
    };
  }
  const ca = createTestCa(dir);
  const tls = ca.issue({ names: ['localhost', '127.0.0.1'] });
  const gateway = await startGateway({
    stateDir: join(dir, 'gateway'),
    tls,
    listeners: [
      { kind: 'imap', backendPort: direct.imapPort },
      { kind: 'submission', backendPort: direct.submissionPort },
    ],
  });
  return {
    endpoints: {
      imapPort: gateway.port('imap'),
      submissionPort: gateway.port('submission'),
      serverPort: dovecot.imapPort,
    },
    mailBytes,
    trustAnchor: ca.caPem,
    async stop() {
      await gateway.stop();
      await submission.stop();
      await dovecot.stop();
    },
  };
}

/** What could not be measured says why, and the rest goes on. */
async function attempt(measure: () => Promise<unknown>): Promise<unknown> {
  try {
    return await measure();
  } catch (error) {
    killRunning();
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

async function measureAll(provider: Provider, work: string): Promise<Record<string, unknown>> {
  const { endpoints, mailBytes, trustAnchor } = provider;
  const script = await buildMeasured(join(work, 'built'));
  const shared = { script, ...(trustAnchor === undefined ? {} : { trustAnchor }) };
  const profile = { profileDir: join(work, 'profile'), ...shared };
  const recent = { profileDir: join(work, 'profile-recent'), ...shared };
  // Headers are the same in both.
  const synced = () => (existsSync(profile.profileDir) ? profile : recent);
  const firstSync = { count: plan.count, mailBytes };
  const measures: Record<(typeof partNames)[number], () => Promise<unknown>> = {
    fetch: () => measureFetch(endpoints.serverPort, plan.count),
    recent: () => measureFirstSync(recent, endpoints, { ...firstSync, bodiesDays: '90' }),
    full: () => measureFirstSync(profile, endpoints, { ...firstSync, bodiesDays: 'all' }),
    idle: () => measureNoChange(synced()),
    mbsync: () => measureMbsync(endpoints.serverPort, work),
    notmuch: () => measureNotmuch(work),
    search: () => measureSearch(profile, work),
    changes: () => measureChanges(synced(), endpoints, plan.count),
  };
  const report: Record<string, unknown> = {};
  for (const name of wanted) {
    const loadBefore = loadavg()[0];
    process.stderr.write(`${name} …\n`);
    report[name] = await attempt(measures[name]);
    process.stderr.write(`${JSON.stringify(report[name])}\n`);
    report[`${name}Load`] = [loadBefore, loadavg()[0]];
  }
  return report;
}

async function main(): Promise<void> {
  const serverDir = mkdtempSync(join(tmpdir(), 'letterlock-bench-server-'));
  const work = values.work ?? join(serverDir, 'work');
  mkdirSync(work, { recursive: true });
  process.once('exit', () => rmSync(serverDir, { recursive: true, force: true }));
  // An exit in order ends the servers too.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const provider = await startProvider(serverDir);
  try {
    const figures = await measureAll(provider, work);
    const report = {
      machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version },
      date: new Date().toISOString(),
      mail: { ...plan, generatorVersion, megabytes: Math.round(provider.mailBytes / 1e6) },
      leg: values.gateway ? 'sealed, through the gateway' : 'clear',
      ...figures,
    };
    console.log(JSON.stringify(report, undefined, 2));
  } finally {
    await provider.stop();
  }
}

await main();
