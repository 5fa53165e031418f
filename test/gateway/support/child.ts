/** The gateway as an administrator runs it: a process of its own, known by what it prints. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { endWithParent } from '../../support/servers/processes.ts';

export interface GatewayProcess {
  /** In the order of the flags. */
  readonly ports: readonly number[];
  output(): string;
  /** SIGTERM; gives the exit code, null when a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const main = resolve(import.meta.dirname, '../../../gateway/main.ts');

/** @throws Error with its output when it ends before it is ready */
export async function startGatewayProcess(args: readonly string[]): Promise<GatewayProcess> {
  const child: ChildProcess = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithParent(child);
  let output = '';
  const ready = new Promise<void>((done, fail) => {
    const onText = (chunk: Buffer): void => {
      output += chunk.toString();
      if (/ info ready /.test(output)) done();
    };
    child.stdout?.on('data', onText);
    child.stderr?.on('data', onText);
    child.once('exit', (code) => fail(new Error(`the gateway ended with ${code}: ${output}`)));
  });
  await ready;
  const gone = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  return {
    ports: [...output.matchAll(/ listening .* port=(\d+)/g)].map((match) => Number(match[1])),
    output: () => output,
    stop: (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return gone;
    },
  };
}
