/** The measuring process's side of the measured one: calls, events, and what it used. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { hostEnvironment } from '../../../main/host-environment.ts';
import { type Client, createClient } from '../../../renderer/host/client.ts';
import type { Stalls } from '../../../scripts/bench-engine-stalls.ts';
import { endWithParent } from '../servers/processes.ts';

export interface ChildUsage {
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** Since this was last asked. */
  readonly peakRssBytes: number;
  /** The thread that serves the window. */
  readonly hostThread: Stalls;
  readonly engineThread?: Stalls;
}

export interface Timed {
  /** Milliseconds, in the order of the inputs. */
  readonly times: readonly number[];
  readonly failures: readonly string[];
}

export type ToChild =
  | { readonly kind: 'start' }
  | { readonly kind: 'frame'; readonly json: string }
  | { readonly kind: 'usage' }
  | { readonly kind: 'time'; readonly method: string; readonly inputs: readonly unknown[] }
  | { readonly kind: 'stop' };

export type FromChild =
  | { readonly kind: 'frame'; readonly json: string }
  | { readonly kind: 'usage'; readonly usage: ChildUsage }
  | ({ readonly kind: 'timed' } & Timed);

export interface ProfileOptions {
  /** The measured process's script: `buildMeasured`. */
  readonly script: string;
  readonly profileDir: string;
  readonly trustAnchor?: string;
  /** Without a worker and frames; answers `time` only. */
  readonly direct?: boolean;
}

const running = new Set<ChildProcess>();

/** After a measurement that failed: nothing goes on in its place. */
export function killRunning(): void {
  for (const child of running) {
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
  }
  running.clear();
}

export class EngineRun {
  readonly #child: ChildProcess;
  readonly #client: Client;
  readonly #frames: ((json: string) => void)[] = [];
  #usage: (usage: ChildUsage) => void = () => undefined;
  #timed: (timed: Timed) => void = () => undefined;
  #stopping = false;

  constructor({ script, profileDir, trustAnchor = '', direct = false }: ProfileOptions) {
    const words = [profileDir, trustAnchor, ...(direct ? ['--direct'] : [])];
    this.#child = fork(script, words, { env: { ...hostEnvironment, ...process.env } });
    running.add(this.#child);
    endWithParent(this.#child);
    this.#child.on('message', (message: FromChild) => this.#receive(message));
    this.#child.once('exit', (code) => {
      if (this.#stopping) return;
      process.stderr.write(`the engine's process ended with ${code}\n`);
      process.exit(1);
    });
    this.#client = createClient({
      post: (json) => this.#send({ kind: 'frame', json }),
      onFrame: (listener) => this.#frames.push(listener),
      openExternal: undefined,
    });
  }

  /** Starts engine and accounts. */
  start(): void {
    this.#send({ kind: 'start' });
  }

  /** As a window calls and listens. */
  get client(): Client {
    return this.#client;
  }

  usage(): Promise<ChildUsage> {
    this.#send({ kind: 'usage' });
    return new Promise((resolve) => {
      this.#usage = resolve;
    });
  }

  /** One call after the other, timed where they are made. */
  time(method: string, inputs: readonly unknown[]): Promise<Timed> {
    this.#send({ kind: 'time', method, inputs });
    return new Promise((resolve) => {
      this.#timed = resolve;
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const gone = once(this.#child, 'exit');
    this.#send({ kind: 'stop' });
    await gone;
    running.delete(this.#child);
  }

  #send(message: ToChild): void {
    this.#child.send(message);
  }

  #receive(message: FromChild): void {
    if (message.kind === 'usage') this.#usage(message.usage);
    else if (message.kind === 'timed') this.#timed(message);
    else for (const listener of this.#frames) listener(message.json);
  }
}
