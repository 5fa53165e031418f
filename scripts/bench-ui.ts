/**
 * `npm run bench:ui`: the app's real window on a large mailbox, beside Thunderbird on the same mail.
 * JSON on standard output; nothing fails. `--count 100000` (the default); `--work <folder>` keeps the
 * profiles; parts, all when none is named: `start`, `open`, `search`, `scroll`, `thunderbird`.
 * docs/performance-window.md tells what the figures mean.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { mailLogin, startMailServer } from '../test/support/bench-mail/mail-store.ts';
import { createTestCa } from '../test/support/certificates.ts';
import { mailZone, startDns } from '../test/support/servers/dns.ts';
import { startGateway } from '../test/support/servers/gateway.ts';
import { startNpmSubmission } from '../test/support/servers/inject.ts';
import { measureThunderbird } from './bench-ui-thunderbird.ts';
import {
  makeProfile,
  measureOpening,
  measureScrolling,
  measureSearching,
  measureStarts,
  type WindowOptions,
} from './bench-ui-window.ts';
import { buildAll } from './build.ts';

const root = join(import.meta.dirname, '..');
const partNames = ['start', 'open', 'search', 'scroll', 'thunderbird'] as const;

const { values, positionals } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    work: { type: 'string' },
  },
  allowPositionals: true,
});
const count = Number(values.count);
const wanted = partNames.filter((name) => positionals.length === 0 || positionals.includes(name));

/** Octets of the scripts that index.html names, as a server would send them. */
function firstScreenGzip(): number {
  const folder = join(root, 'dist', 'renderer');
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const scripts = readdirSync(join(folder, 'assets')).filter(
    (name) => name.endsWith('.js') && page.includes(name),
  );
  const octets = scripts.map((name) => gzipSync(readFileSync(join(folder, 'assets', name))).length);
  return octets.reduce((sum, size) => sum + size, 0);
}

interface Provider {
  readonly env: Readonly<Record<string, string>>;
  readonly imapPort: number;
  stop(): Promise<void>;
}

/** Dovecot with the mail, behind the gateway with TLS, found by SRV records. */
async function startProvider(dir: string): Promise<Provider> {
  const dovecot = await startMailServer(dir, { count, seed: 1 });
  const submission = await startNpmSubmission({
    domain: 'example.test',
    users: [mailLogin],
    dovecot,
  });
  const ca = createTestCa(dir);
  const gateway = await startGateway({
    stateDir: join(dir, 'gateway'),
    tls: ca.issue({ names: ['localhost'] }),
    listeners: [
      { kind: 'imap', backendPort: dovecot.imapPort },
      { kind: 'submission', backendPort: submission.submissionPort },
    ],
  });
  const dns = await startDns(
    mailZone('example.test', {
      imap: gateway.port('imap'),
      submission: gateway.port('submission'),
    }),
  );
  return {
    env: { LETTERLOCK_EXTRA_CA: ca.caPath, LETTERLOCK_DNS: dns.address },
    imapPort: dovecot.imapPort,
    async stop() {
      await dns.stop();
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
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-bench-ui-'));
  const work = values.work ?? dir;
  mkdirSync(work, { recursive: true });
  await buildAll();
  const provider = await startProvider(dir);
  const options: WindowOptions = {
    profileDir: join(work, 'profile'),
    entry: join(root, 'dist', 'main', 'chromium.mjs'),
    env: provider.env,
  };
  const report: Record<string, unknown> = {
    count,
    node: process.version,
    cpus: cpus().map(({ model }) => model),
    firstScreenGzipOctets: firstScreenGzip(),
  };
  const measures: Record<(typeof partNames)[number], () => Promise<unknown>> = {
    start: () => measureStarts(options),
    open: () => measureOpening(options),
    search: () => measureSearching(options),
    scroll: () => measureScrolling(options),
    thunderbird: () => measureThunderbird(join(work, 'thunderbird'), { count, seed: 1 }),
  };
  try {
    if (wanted.some((name) => name !== 'thunderbird')) {
      process.stderr.write('profile …\n');
      report.profile = await makeProfile(options, count);
    }
    for (const name of wanted) {
      const before = loadavg()[0];
      process.stderr.write(`${name} …\n`);
      report[name] = await attempt(measures[name]);
      process.stderr.write(`${JSON.stringify(report[name])}\n`);
      report[`${name}Load`] = [before, loadavg()[0]];
    }
  } finally {
    await provider.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  console.log(JSON.stringify(report, undefined, 2));
}

await main();
