/** Child processes of the test servers: free ports, waiting until they answer, ending them for certain. */
import type { ChildProcess } from 'node:child_process';
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Ports that nothing uses now, for servers that must be told one. Below the range from which
 * systems give ports to outgoing connections: one given away in between would be taken by chance.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count; tries += 1) {
    if (tries > 1_000) throw new Error('no free port');
    const port = randomInt(20_000, 32_000);
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** True once the port sends a first byte (a mail server's greeting), or accepts when `greets` is false. */
function answers(port: number, greets: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (ok: boolean): void => {
      socket.destroy();
      resolve(ok);
    };
    socket.setTimeout(1000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once(greets ? 'data' : 'connect', () => finish(true));
  });
}

/**
 * Waits until the port answers.
 * @param failed tells why it never will (the process is gone); undefined while there is hope
 * @throws Error with that reason, or after `timeoutMs`
 */
export async function waitForPort(
  port: number,
  options: { greets: boolean; failed: () => string | undefined; timeoutMs?: number },
): Promise<void> {
  const until = Date.now() + (options.timeoutMs ?? 20_000);
  for (;;) {
    if (await answers(port, options.greets)) return;
    const reason = options.failed();
    if (reason !== undefined) throw new Error(reason);
    if (Date.now() > until) throw new Error(`port ${port} did not answer in time`);
    await sleep(50);
  }
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Ends a child with SIGTERM, and with SIGKILL when it has not gone after `graceMs`. */
export async function endChild(child: ChildProcess, graceMs = 5000): Promise<void> {
  if (hasEnded(child)) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}

/** A child never outlives this process, whatever ends it short of SIGKILL. */
export function endWithParent(child: ChildProcess): void {
  const end = (): void => {
    if (!hasEnded(child)) child.kill('SIGTERM');
  };
  process.once('exit', end);
  child.once('exit', () => process.removeListener('exit', end));
}

export interface RunResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end and never throws for its exit status. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string; timeoutMs?: number } = {},
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      [...args],
      {
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        env: options.env ?? process.env,
        maxBuffer: 64 * 1024 * 1024,
        timeout: options.timeoutMs ?? 60_000,
      },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code === 'string') reject(error);
        else resolve({ status: child.exitCode ?? 1, stdout, stderr });
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/** Runs a command and gives its output. @throws Error with its output when it fails */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: Parameters<typeof run>[2] = {},
): Promise<string> {
  const result = await run(command, args, options);
  if (result.status !== 0) {
    throw new Error(
      `${command} ${args.join(' ')} ended with ${result.status}\n${result.stdout}${result.stderr}`,
    );
  }
  return result.stdout;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
