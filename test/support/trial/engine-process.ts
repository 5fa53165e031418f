/**
 * The parent's side of an engine in a process of its own: typed calls, events, SIGKILL. A call that
 * was answered before the kill counts as answered, also when its answer is read after it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type {
  EventName,
  EventPayload,
  MethodInput,
  MethodName,
  MethodOutput,
} from '../../../app/contract/index.ts';
import { CallError, type Client, createClient } from '../../../renderer/host/client.ts';
import { endWithParent } from '../servers/processes.ts';
import type { ChildSettings } from './engine-messages.ts';

/** What became of a call: its answer, a refusal, or nothing because the process ended. */
export type Answer<T> =
  | { readonly kind: 'done'; readonly output: T }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'lost' };

const program = join(import.meta.dirname, 'engine-child.ts');
const logKept = 400;

export class EngineProcess {
  /** Told of each call that was answered well. */
  onAnswer: ((method: MethodName) => void) | undefined;
  readonly #child: ChildProcess;
  readonly #client: Client;
  readonly #gone: Promise<void>;
  readonly #ready: Promise<void>;
  readonly #log: string[] = [];
  #ended = false;
  #wanted = false;
  #died = false;

  /** @param cacheDir where compiled code is kept, so that a restart takes a moment only */
  constructor(settings: ChildSettings, cacheDir: string) {
    const child = spawn(process.execPath, [program, JSON.stringify(settings)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, NODE_COMPILE_CACHE: cacheDir },
    });
    this.#child = child;
    endWithParent(child);
    const ready = Promise.withResolvers<void>();
    this.#ready = ready.promise;
    const listeners: ((json: string) => void)[] = [];
    child.on('message', (message) => {
      if (message === 'ready') ready.resolve();
      else if (typeof message === 'string') for (const listener of listeners) listener(message);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#log.push(...chunk.toString().split('\n').filter(Boolean));
      this.#log.splice(0, this.#log.length - logKept);
    });
    child.on('error', () => undefined);
    // All answers are read when the channel is closed; `exit` alone may come before them.
    this.#gone = new Promise((resolve) => {
      child.once('close', () => {
        this.#ended = true;
        this.#died = !this.#wanted;
        ready.resolve();
        resolve();
      });
    });
    this.#client = createClient({
      post: (json) => {
        if (child.connected) child.send(json, () => undefined);
      },
      onFrame: (listener) => listeners.push(listener),
      openExternal: undefined,
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when the engine takes calls, or has ended. */
  ready(): Promise<void> {
    return this.#ready;
  }

  async call<M extends MethodName>(
    method: M,
    input: MethodInput<M>,
  ): Promise<Answer<MethodOutput<M>>> {
    const answer = this.#client.call(method, input).then(
      (output): Answer<MethodOutput<M>> => {
        this.onAnswer?.(method);
        return { kind: 'done', output };
      },
      (error: unknown): Answer<MethodOutput<M>> => ({
        kind: 'refused',
        code: error instanceof CallError ? error.wire.code : String(error),
      }),
    );
    const lost = this.#gone.then((): Answer<MethodOutput<M>> => ({ kind: 'lost' }));
    return Promise.race([answer, lost]);
  }

  /** @throws Error when the engine refuses or is gone: for what a trial cannot do without */
  async get<M extends MethodName>(method: M, input: MethodInput<M>): Promise<MethodOutput<M>> {
    const answer = await this.call(method, input);
    if (answer.kind === 'done') return answer.output;
    const why = answer.kind === 'refused' ? answer.code : 'the engine ended';
    throw new Error(`${method}: ${why}`);
  }

  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): void {
    this.#client.on(name, listener);
  }

  /** As a machine that loses power, as far as a process can: nothing more is written. */
  async kill(): Promise<void> {
    this.#wanted = true;
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  /** Ends it as a host does. */
  async stop(): Promise<void> {
    this.#wanted = true;
    if (this.#child.connected) this.#child.send('stop', () => undefined);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 15_000);
    await this.#gone;
    clearTimeout(timer);
  }

  /** True when it ended without being asked to. */
  get died(): boolean {
    return this.#died;
  }

  /** The last lines of its log. */
  logTail(lines: number): string[] {
    return this.#log.slice(-lines);
  }
}
