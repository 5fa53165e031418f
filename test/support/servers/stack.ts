/**
 * A whole provider on loopback: Dovecot, Postfix (or the npm stand-in), the gateway when wanted, a
 * certificate authority that nobody else trusts, and a name server with the SRV records. Between
 * client and servers every byte is captured, and clear ports also pass a proxy that can strip,
 * stall and cut:  client -> capture -> strip -> gateway or server.
 */
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CaptureProxy, startCaptureProxy } from '../capture/capture-proxy.ts';
import type { Encoding } from '../capture/search.ts';
import { createTestCa, type IssuedCertificate, type TestCa } from '../certificates.ts';
import { type DnsServer, mailZone, startDns } from './dns.ts';
import { type Dovecot, startDovecot } from './dovecot.ts';
import { type GatewayProcess, startGateway } from './gateway.ts';
import { startNpmSubmission } from './inject.ts';
import { type SubmissionServer, startPostfix } from './postfix.ts';
import { isRoot } from './processes.ts';
import { type StripProxy, startStripProxy } from './strip-proxy.ts';

export interface StackOptions {
  /** An existing directory of the caller, who removes it. */
  readonly dir: string;
  readonly gateway: boolean;
  /**
   * Who has a certificate. `gateway`: STARTTLS and implicit TLS at the gateway. `backend`: the same
   * at the servers themselves, without a gateway. `none`: clear ports only.
   */
  readonly tls: 'none' | 'gateway' | 'backend';
  /** Which ports the SRV records name; default `clear` (STARTTLS or XSEAL), `implicit` for TLS ports. */
  readonly advertise?: 'clear' | 'implicit';
  readonly domain?: string;
  readonly users?: readonly { readonly user: string; readonly password: string }[];
  /** Default: Postfix as root, else npm. */
  readonly submission?: 'postfix' | 'npm';
  /** A certificate other than a good one for `localhost`. */
  readonly certificate?: (ca: TestCa) => IssuedCertificate;
  /** Words for the gateway's clear listeners, such as `allow-clear-auth`. */
  readonly gatewayWords?: readonly string[];
}

export interface StackService {
  /** What the client connects to; STARTTLS, XSEAL or clear. */
  readonly port: number;
  /** Implicit TLS, when somebody has a certificate. */
  readonly tlsPort: number | undefined;
  readonly capture: CaptureProxy;
  readonly tlsCapture: CaptureProxy | undefined;
  readonly strip: StripProxy;
}

export interface Stack {
  readonly dovecot: Dovecot;
  readonly submissionServer: SubmissionServer;
  readonly gateway: GatewayProcess | undefined;
  readonly ca: TestCa;
  readonly dns: DnsServer;
  readonly imap: StackService;
  readonly submission: StackService;
  /** Settings that let a client find and trust this stack. */
  readonly env: { readonly LETTERLOCK_EXTRA_CA: string; readonly LETTERLOCK_DNS: string };
  /** Encodings of `needle` in all bytes between client and servers; empty is what one hopes for. */
  seenOnWire(needle: string): Encoding[];
  /** Ends the gateway and starts it again on the same ports; `newKeys` makes it another identity. */
  restartGateway(options?: { newKeys?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

/** Host name of every server of the stack. */
export const stackHost = 'localhost';
export const defaultUser: { readonly user: string; readonly password: string } = {
  user: 'mia@example.test',
  password: 'correct horse battery',
};

/** What a client may reach, before proxies. */
interface Ports {
  readonly imap: number;
  readonly imaps: number | undefined;
  readonly submission: number;
  readonly submissions: number | undefined;
}

interface Servers {
  readonly dovecot: Dovecot;
  readonly submissionServer: SubmissionServer;
}

async function startServers(
  options: StackOptions,
  tls: IssuedCertificate | undefined,
): Promise<Servers> {
  const { dir, domain = 'example.test', users = [defaultUser] } = options;
  const common = { dir, ...(tls === undefined ? {} : { tls, allowClearAuth: false }) };
  const dovecot = await startDovecot({ ...common, users });
  try {
    const kind = options.submission ?? (isRoot() ? 'postfix' : 'npm');
    const submissionServer =
      kind === 'postfix'
        ? await startPostfix({ ...common, domain, users: users.map(({ user }) => user), dovecot })
        : await startNpmSubmission({ ...common, domain, users, dovecot });
    return { dovecot, submissionServer };
  } catch (error) {
    await dovecot.stop();
    throw error;
  }
}

async function startGatewayFor(
  servers: Servers,
  options: StackOptions,
  setting: { tls: IssuedCertificate | undefined; stateDir: string; ports?: Ports },
): Promise<GatewayProcess> {
  const { tls, stateDir, ports } = setting;
  const listener = (
    kind: 'imap' | 'imaps' | 'submission' | 'submissions',
    backendPort: number,
  ) => ({
    kind,
    backendPort,
    ...(ports?.[kind] === undefined ? {} : { port: ports[kind] }),
    words: kind === 'imap' || kind === 'submission' ? (options.gatewayWords ?? []) : [],
  });
  const { imapPort } = servers.dovecot;
  const { submissionPort } = servers.submissionServer;
  await mkdir(stateDir, { recursive: true });
  await chmod(stateDir, 0o700);
  return startGateway({
    stateDir,
    ...(tls === undefined ? {} : { tls }),
    listeners: [
      listener('imap', imapPort),
      listener('submission', submissionPort),
      ...(tls === undefined
        ? []
        : [listener('imaps', imapPort), listener('submissions', submissionPort)]),
    ],
  });
}

async function startService(
  service: 'imap' | 'submission',
  port: number,
  tlsPort: number | undefined,
): Promise<StackService> {
  const strip = await startStripProxy({ service, targetPort: port });
  const capture = await startCaptureProxy(strip.port);
  const tlsCapture = tlsPort === undefined ? undefined : await startCaptureProxy(tlsPort);
  return { port: capture.port, tlsPort: tlsCapture?.port, capture, tlsCapture, strip };
}

async function stopService(service: StackService): Promise<void> {
  await service.capture.stop();
  await service.tlsCapture?.stop();
  await service.strip.stop();
}

/** The gateway's ports where there is one, else the servers' own. */
function clientPorts(
  { dovecot, submissionServer }: Servers,
  gateway: GatewayProcess | undefined,
  withTls: boolean,
): Ports {
  if (gateway === undefined) {
    return {
      imap: dovecot.imapPort,
      imaps: dovecot.imapsPort,
      submission: submissionServer.submissionPort,
      submissions: submissionServer.submissionsPort,
    };
  }
  return {
    imap: gateway.port('imap'),
    submission: gateway.port('submission'),
    imaps: withTls ? gateway.port('imaps') : undefined,
    submissions: withTls ? gateway.port('submissions') : undefined,
  };
}

function zoneFor(options: StackOptions, imap: StackService, submission: StackService) {
  const implicit = options.advertise === 'implicit';
  const ports = implicit
    ? { imaps: imap.tlsPort ?? 0, submissions: submission.tlsPort ?? 0 }
    : { imap: imap.port, submission: submission.port };
  return mailZone(options.domain ?? 'example.test', ports, stackHost);
}

function seenOnWire(
  services: readonly StackService[],
  options: StackOptions,
  needle: string,
): Encoding[] {
  const users = (options.users ?? [defaultUser]).map(({ user }) => user);
  const captures = services.flatMap((each) => [each.capture, each.tlsCapture]);
  return [...new Set(captures.flatMap((each) => each?.contains(needle, users) ?? []))];
}

/** @throws Error when a server does not come up; what had started is ended then */
export async function startStack(options: StackOptions): Promise<Stack> {
  if (options.tls === (options.gateway ? 'backend' : 'gateway'))
    throw new Error(`tls: '${options.tls}' does not go with gateway: ${options.gateway}`);
  const ca = createTestCa(options.dir);
  const good = (from: TestCa): IssuedCertificate => from.issue({ names: [stackHost] });
  const tls = options.tls === 'none' ? undefined : (options.certificate ?? good)(ca);
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const backendTls = options.tls === 'backend' ? tls : undefined;
    const servers = await startServers(options, backendTls);
    const { dovecot, submissionServer } = servers;
    undo.push(
      () => dovecot.stop(),
      () => submissionServer.stop(),
    );
    let generation = 1;
    const stateDir = (): string => join(options.dir, `gateway-state-${generation}`);
    let gateway = options.gateway
      ? await startGatewayFor(servers, options, { tls, stateDir: stateDir() })
      : undefined;
    undo.push(async () => gateway?.stop());
    const ports = clientPorts(servers, gateway, tls !== undefined);
    const imap = await startService('imap', ports.imap, ports.imaps);
    undo.push(() => stopService(imap));
    const submission = await startService('submission', ports.submission, ports.submissions);
    undo.push(() => stopService(submission));
    const dns = await startDns(zoneFor(options, imap, submission));
    undo.push(() => dns.stop());
    return {
      ...servers,
      get gateway() {
        return gateway;
      },
      ca,
      dns,
      imap,
      submission,
      env: { LETTERLOCK_EXTRA_CA: ca.caPath, LETTERLOCK_DNS: dns.address },
      seenOnWire: (needle) => seenOnWire([imap, submission], options, needle),
      restartGateway: async ({ newKeys = false } = {}) => {
        await gateway?.stop();
        if (newKeys) generation += 1;
        gateway = await startGatewayFor(servers, options, { tls, stateDir: stateDir(), ports });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
