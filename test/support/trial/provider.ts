/**
 * A mail provider for trials: Dovecot with two people, Postfix (or the npm stand-in), the gateway
 * with a certificate before both, and when wanted a bad network on both sides of the gateway.
 */
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rng } from '../../fuzz/support/rng.ts';
import { createTestCa, type TestCa } from '../certificates.ts';
import { type Dovecot, startDovecot } from '../servers/dovecot.ts';
import { type GatewayProcess, startGateway } from '../servers/gateway.ts';
import { startNpmSubmission } from '../servers/inject.ts';
import { type SubmissionServer, startPostfix } from '../servers/postfix.ts';
import { isRoot } from '../servers/processes.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

const domain = 'example.test';
/** Who uses the engine. */
export const person: { readonly user: string; readonly password: string } = {
  user: `mia@${domain}`,
  password: 'right here',
};
/** Who gets mail from her. */
export const friend: { readonly user: string; readonly password: string } = {
  user: `ben@${domain}`,
  password: 'left there',
};

/** Many sign-ins in a short time, most of them cut off at once. */
const manySignIns = `
service imap-login {
  service_count = 0
  process_min_avail = 1
  client_limit = 2000
}
service imap {
  process_limit = 4000
}
service anvil {
  client_limit = 6000
}
service auth {
  client_limit = 6000
}
`;

/** As servers of before RFC 6851 are: a move is a copy, a check and a deletion. */
const withoutMove = `
protocol imap {
  imap_capability = IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE MULTIAPPEND UNSELECT CHILDREN \\
NAMESPACE UIDPLUS LIST-EXTENDED CONDSTORE QRESYNC ESEARCH SEARCHRES LIST-STATUS LITERAL+ SPECIAL-USE
}
`;

export interface Provider {
  readonly dir: string;
  readonly ca: TestCa;
  readonly dovecot: Dovecot;
  /** What the engine connects to, on `localhost`. */
  readonly ports: { readonly imap: number; readonly submission: number };
  readonly proxies: readonly FaultProxy[];
  /** Messages that the submission server took and has not delivered yet. */
  queued(): Promise<number>;
  stop(): Promise<void>;
}

export interface ProviderOptions {
  /** An existing folder of the caller, who removes it. */
  readonly dir: string;
  /** With it the network is bad on both sides of the gateway, as this decides. */
  readonly badNetwork?: Rng;
  /** The IMAP server does not know MOVE. */
  readonly withoutMove?: boolean;
}

/** @throws Error when a server does not come up; what had started is ended then */
export async function startProvider(options: ProviderOptions): Promise<Provider> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return { ...(await start(options, undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  { dir, badNetwork, ...options }: ProviderOptions,
  undo: (() => Promise<unknown>)[],
): Promise<Omit<Provider, 'stop'>> {
  const proxies: FaultProxy[] = [];
  const through = async (port: number, readable: boolean): Promise<number> => {
    if (badNetwork === undefined) return port;
    const proxy = await startFaultProxy({ targetPort: port, rng: badNetwork, corrupts: !readable });
    proxies.push(proxy);
    undo.push(() => proxy.stop());
    return proxy.port;
  };
  const ca = createTestCa(dir);
  const users = [person, friend];
  const extraConfig = options.withoutMove === true ? manySignIns + withoutMove : manySignIns;
  const dovecot = await startDovecot({ dir, users, extraConfig });
  undo.push(() => dovecot.stop());
  const submission = await startSubmission(dir, dovecot);
  undo.push(() => submission.stop());
  // A byte changed where nothing protects it would be a change that nobody can notice.
  const behind = {
    imap: await through(dovecot.imapPort, true),
    submission: await through(submission.submissionPort, true),
  };
  const gateway = await startGatewayBefore(dir, ca, behind);
  undo.push(() => gateway.stop());
  const ports = {
    imap: await through(gateway.port('imap'), false),
    submission: await through(gateway.port('submission'), false),
  };
  return { dir, ca, dovecot, ports, proxies, queued: () => countQueue(dir) };
}

function startSubmission(dir: string, dovecot: Dovecot): Promise<SubmissionServer> {
  const users = [person, friend];
  if (!isRoot()) return startNpmSubmission({ domain, users, dovecot });
  return startPostfix({ dir, domain, users: users.map(({ user }) => user), dovecot });
}

async function startGatewayBefore(
  dir: string,
  ca: TestCa,
  behind: { imap: number; submission: number },
): Promise<GatewayProcess> {
  const stateDir = join(dir, 'gateway-state');
  await mkdir(stateDir, { recursive: true });
  await chmod(stateDir, 0o700);
  return startGateway({
    stateDir,
    tls: ca.issue({ names: ['localhost'] }),
    listeners: [
      { kind: 'imap', backendPort: behind.imap },
      { kind: 'submission', backendPort: behind.submission },
    ],
  });
}

/** Postfix keeps one file for each message; the stand-in delivers before it answers. */
async function countQueue(dir: string): Promise<number> {
  let count = 0;
  for (const queue of ['maildrop', 'incoming', 'active', 'deferred']) {
    const path = join(dir, 'postfix', 'queue', queue);
    const found = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
    count += found.filter((entry) => entry.isFile()).length;
  }
  return count;
}
