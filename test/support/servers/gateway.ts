/** The gateway as a child process, as it is run in earnest: `node gateway/main.ts …`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { endChild, endWithParent, freePorts, waitForPort } from './processes.ts';

export interface GatewayListener {
  readonly kind: 'imap' | 'imaps' | 'submission' | 'submissions';
  /** Port of the server behind, on 127.0.0.1. */
  readonly backendPort: number;
  /** A port to take again after a restart. */
  readonly port?: number;
  /** More of the listener's words: `allow-clear-auth`, `proxy`, `no-auth`. */
  readonly words?: readonly string[];
}

export interface GatewayOptions {
  /** Keys live here: the same folder means the same identity. */
  readonly stateDir: string;
  readonly listeners: readonly GatewayListener[];
  readonly tls?: { readonly certPath: string; readonly keyPath: string };
  readonly names?: readonly string[];
}

export interface GatewayProcess {
  readonly pid: number;
  /** The first listener of the kind. @throws Error when there is none */
  port(kind: GatewayListener['kind']): number;
  logText(): string;
  /** SIGTERM; resolves with the exit code, null when a signal ended it. */
  stop(): Promise<number | null>;
  /** SIGKILL, as a machine that loses power. */
  kill(): Promise<void>;
}

const program = join(import.meta.dirname, '..', '..', '..', 'gateway', 'main.ts');

function gatewayArguments(options: GatewayOptions, ports: readonly number[]): string[] {
  const args = ['--state-dir', options.stateDir];
  for (const [index, listener] of options.listeners.entries()) {
    const listen = `listen=127.0.0.1:${ports[index]},backend=127.0.0.1:${listener.backendPort}`;
    args.push(`--${listener.kind}`, [listen, ...(listener.words ?? [])].join(','));
  }
  for (const name of options.names ?? []) args.push('--name', name);
  if (options.tls !== undefined)
    args.push('--tls-cert', options.tls.certPath, '--tls-key', options.tls.keyPath);
  return args;
}

/** @throws Error with the gateway's own words when it does not come up */
export async function startGateway(options: GatewayOptions): Promise<GatewayProcess> {
  const free = await freePorts(options.listeners.length);
  const ports = options.listeners.map((listener, index) => listener.port ?? free[index] ?? 0);
  const child: ChildProcess = spawn(
    process.execPath,
    [program, ...gatewayArguments(options, ports)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  }
  endWithParent(child);
  const failed = (): string | undefined =>
    child.exitCode === null && child.signalCode === null ? undefined : `gateway ended: ${log}`;
  try {
    for (const port of ports) await waitForPort(port, { greets: false, failed });
  } catch (error) {
    await endChild(child);
    throw new Error(`gateway did not come up\n${log}`, { cause: error });
  }
  return {
    pid: child.pid ?? 0,
    port: (kind) => {
      const index = options.listeners.findIndex((listener) => listener.kind === kind);
      const port = ports[index];
      if (port === undefined) throw new Error(`no ${kind} listener`);
      return port;
    },
    logText: () => log,
    stop: async () => {
      await endChild(child, 15_000);
      return child.exitCode;
    },
    kill: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (child.kill('SIGKILL')) await gone;
    },
  };
}
