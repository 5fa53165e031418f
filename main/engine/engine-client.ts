/**
 * A host's side of the engine: starts the worker, carries frames, serves what the engine asks of
 * its host. When the worker dies, every open call is answered and a new one is started.
 */
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, errorCodes } from '../../app/contract/index.ts';
import type { EngineOptions } from '../../app/engine-types.ts';
import type { ErrorParams } from '../../app/errors.ts';
import { describeError } from '../../app/log.ts';
import type { EngineLink } from '../engine-link.ts';
import {
  type HostCall,
  type HostValue,
  type ToHost,
  type ToWorker,
  toHost,
  type WorkerSettings,
} from './messages.ts';

export interface EngineClientOptions extends EngineOptions {
  /** The worker's script. */
  readonly workerUrl: URL;
}

/** A worker that dies so often is not started again. */
const mostRestarts = 3;

type Part = { readonly mimeType: string; readonly bytes: Uint8Array };

/**
 * Room for short-lived objects. By itself V8 takes more and keeps it; with half of this, time spent
 * on collecting grows.
 */
const maxYoungGenerationSizeMb = 24;

/**
 * Where V8 first thinks of collecting what lived longer, in MB, for the heaps of threads made from
 * here on. By itself it waits for some hundred, unless it happens to look before: every other first
 * sync of 100,000 messages then stood 70 to 100 MB higher than the one before.
 */
const initialOldGenerationSizeMb = 24;

export class EngineClient implements EngineLink {
  readonly #options: EngineClientOptions;
  readonly #listeners: ((json: string) => void)[] = [];
  readonly #calls = new Set<number>();
  readonly #parts = new Map<number, (part: Part | undefined) => void>();
  #worker: Worker | undefined;
  #restarts = 0;
  #lastPart = 0;
  #failure: { code: ErrorCode; params: ErrorParams } | undefined;
  #stopping: { readonly done: () => void; readonly promise: Promise<void> } | undefined;

  constructor(options: EngineClientOptions) {
    this.#options = options;
    this.#start();
  }

  postFrame(json: string): void {
    const id = frameId(json);
    if (this.#failure !== undefined || this.#worker === undefined) {
      if (id !== undefined) this.#answer(id, this.#failure ?? { code: 'internal', params: {} });
      return;
    }
    if (id !== undefined) this.#calls.add(id);
    this.#post({ kind: 'frame', json });
  }

  onFrame(listener: (json: string) => void): void {
    this.#listeners.push(listener);
  }

  readPart(url: string): Promise<Part | undefined> {
    if (this.#worker === undefined || this.#failure !== undefined) {
      return Promise.resolve(undefined);
    }
    this.#lastPart += 1;
    const id = this.#lastPart;
    return new Promise((resolve) => {
      this.#parts.set(id, resolve);
      this.#post({ kind: 'part', id, url });
    });
  }

  /** Resolves when legs and databases are closed and the thread has ended. */
  stop(): Promise<void> {
    if (this.#worker === undefined) return Promise.resolve();
    if (this.#stopping === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#stopping = { done: resolve, promise };
      if (this.#failure === undefined) this.#post({ kind: 'stop' });
      else void this.#worker.terminate();
    }
    return this.#stopping.promise;
  }

  #start(): void {
    const { host, profileDir, trustAnchors, dnsServers, remoteLoopback, workerUrl } = this.#options;
    const workerData: WorkerSettings = {
      profileDir,
      version: host.version,
      kind: host.kind,
      capabilities: [...host.capabilities],
      secretStorage: host.secretStorage,
      ...(host.logPath === undefined ? {} : { logPath: host.logPath }),
      ...(trustAnchors === undefined ? {} : { trustAnchors: [...trustAnchors] }),
      ...(dnsServers === undefined ? {} : { dnsServers: [...dnsServers] }),
      ...(remoteLoopback === undefined ? {} : { remoteLoopback }),
    };
    setFlagsFromString(`--initial-old-space-size=${initialOldGenerationSizeMb}`);
    const worker = new Worker(workerUrl, {
      workerData,
      name: 'engine',
      resourceLimits: { maxYoungGenerationSizeMb },
    });
    this.#worker = worker;
    worker.on('message', (value: unknown) => {
      const message = toHost.safeParse(value);
      if (message.success) this.#receive(message.data);
      else host.logger.log('error', 'engine.odd-message', {});
    });
    worker.on('error', (error) => {
      host.logger.log('error', 'engine.died', { error: describeError(error) });
    });
    worker.once('exit', () => this.#ended());
  }

  #receive(message: ToHost): void {
    const { logger } = this.#options.host;
    switch (message.kind) {
      case 'frame': {
        const id = frameId(message.json);
        if (id !== undefined) this.#calls.delete(id);
        this.#deliver(message.json);
        break;
      }
      case 'part':
        this.#parts.get(message.id)?.(message.part);
        this.#parts.delete(message.id);
        break;
      case 'host-call':
        void this.#serve(message.id, message.call);
        break;
      case 'log':
        logger.log(message.level, message.event, definedFields(message.fields));
        break;
      case 'failed':
        this.#failure = { code: message.code, params: message.params };
        this.#answerAll(this.#failure);
        break;
      case 'stopped':
        // The thread ends by itself now; `exit` follows.
        break;
    }
  }

  async #serve(id: number, call: HostCall): Promise<void> {
    try {
      const value = await this.#callHost(call);
      this.#post({ kind: 'host-result', id, ...(value === undefined ? {} : { value }) });
    } catch (error) {
      this.#post({ kind: 'host-error', id, message: describeError(error) });
    }
  }

  async #callHost(call: HostCall): Promise<HostValue | undefined> {
    const { host } = this.#options;
    switch (call.method) {
      case 'sealSecret':
        return host.sealSecret(call.argument);
      case 'openSecret':
        return host.openSecret(call.argument);
      case 'chooseSavePath':
        return host.chooseSavePath(call.argument);
      case 'chooseFiles':
        return [...((await host.chooseFiles?.(call.argument)) ?? [])];
      case 'notify':
        return (await host.notify?.(call.argument)) ?? false;
      case 'setBadge':
        await host.setBadge?.(call.argument);
        return undefined;
      case 'startDrag':
        await host.startDrag?.(call.argument);
        return undefined;
      case 'eraseProfile':
        await host.eraseProfile?.();
        return undefined;
    }
  }

  #ended(): void {
    this.#worker = undefined;
    this.#answerAll(this.#failure ?? { code: 'internal', params: {} });
    for (const resolve of this.#parts.values()) resolve(undefined);
    this.#parts.clear();
    if (this.#stopping !== undefined) {
      this.#stopping.done();
      return;
    }
    if (this.#failure !== undefined) return;
    if (this.#restarts >= mostRestarts) {
      this.#failure = { code: 'internal', params: {} };
      return;
    }
    this.#restarts += 1;
    this.#start();
    // The window asks anew for everything that may have moved.
    for (const name of ['account.changed', 'drafts.changed', 'outbox.changed']) {
      this.#deliver(JSON.stringify({ kind: 'event', name, payload: {} }));
    }
  }

  #answerAll(failure: { code: ErrorCode; params: ErrorParams }): void {
    for (const id of this.#calls) this.#answer(id, failure);
    this.#calls.clear();
  }

  #answer(id: number, { code, params }: { code: ErrorCode; params: ErrorParams }): void {
    const { retry } = errorCodes[code];
    const error = { code, params, retry, logId: 'engine' };
    this.#deliver(JSON.stringify({ kind: 'error', id, error }));
  }

  #deliver(json: string): void {
    for (const listener of this.#listeners) listener(json);
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }
}

/** The id of a call or answer: both ends write it within the first characters of a frame. */
function frameId(json: string): number | undefined {
  const match = /^\s*\{\s*"kind"\s*:\s*"(?:call|result|error)"\s*,\s*"id"\s*:\s*(\d{1,15})\b/.exec(
    json.slice(0, 200),
  );
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function definedFields(fields: Record<string, string | number | boolean | undefined>) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
