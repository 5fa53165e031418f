/**
 * The engine's thread: nothing here may wait for a window, and no query or parse of the engine
 * ever holds one up. Started by EngineClient; ends when it is told to stop.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { createEngine } from '../../app/engine.ts';
import type { Engine, EngineHost } from '../../app/engine-types.ts';
import { asMailError } from '../../app/errors.ts';
import { describeError, type Logger } from '../../app/log.ts';
import { Dispatcher } from './dispatcher.ts';
import {
  type HostCall,
  type HostValue,
  type ToHost,
  toWorker,
  type WorkerSettings,
  workerSettings,
} from './messages.ts';

const port = parentPort;
if (port === null) throw new Error('The engine runs as a worker.');

const post = (message: ToHost) => port.postMessage(message);
const logger: Logger = {
  log: (level, event, fields = {}) => post({ kind: 'log', level, event, fields: { ...fields } }),
};

interface Waiting {
  readonly resolve: (value: HostValue | undefined) => void;
  readonly reject: (error: Error) => void;
}
const waiting = new Map<number, Waiting>();
let lastCall = 0;

function callHost(call: HostCall): Promise<HostValue | undefined> {
  lastCall += 1;
  const id = lastCall;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    post({ kind: 'host-call', id, call });
  });
}

function createHost(settings: WorkerSettings): EngineHost {
  return {
    version: settings.version,
    kind: settings.kind,
    capabilities: settings.capabilities,
    secretStorage: settings.secretStorage,
    async sealSecret(secret) {
      const sealed = await callHost({ method: 'sealSecret', argument: secret });
      if (sealed instanceof Uint8Array) return sealed;
      throw new Error('The host sealed nothing.');
    },
    async openSecret(sealed) {
      const secret = await callHost({ method: 'openSecret', argument: sealed });
      if (typeof secret === 'string') return secret;
      throw new Error('The host opened nothing.');
    },
    async chooseSavePath(fileName) {
      const path = await callHost({ method: 'chooseSavePath', argument: fileName });
      return typeof path === 'string' ? path : undefined;
    },
    async chooseFiles(what) {
      const paths = await callHost({ method: 'chooseFiles', argument: what });
      return Array.isArray(paths) ? paths : [];
    },
    async notify(notification) {
      return (await callHost({ method: 'notify', argument: notification })) === true;
    },
    async setBadge(count) {
      await callHost({ method: 'setBadge', argument: count });
    },
    async startDrag(path) {
      await callHost({ method: 'startDrag', argument: path });
    },
    async eraseProfile() {
      await callHost({ method: 'eraseProfile' });
    },
    ...(settings.logPath === undefined ? {} : { logPath: settings.logPath }),
    logger,
  };
}

function run(engine: Engine): void {
  const dispatcher = new Dispatcher({
    handlers: engine.handlers,
    send: (json) => post({ kind: 'frame', json }),
    logger,
  });
  engine.onEvent((name, payload) => dispatcher.emit(name, payload));
  port?.on('message', (value: unknown) => {
    const parsed = toWorker.safeParse(value);
    if (!parsed.success) {
      logger.log('error', 'host.odd-message', {});
      return;
    }
    const message = parsed.data;
    switch (message.kind) {
      case 'frame':
        void dispatcher.dispatch(message.json);
        break;
      case 'part':
        void sendPart(engine, message.id, message.url);
        break;
      case 'host-result':
        waiting.get(message.id)?.resolve(message.value);
        waiting.delete(message.id);
        break;
      case 'host-error':
        waiting.get(message.id)?.reject(new Error(message.message));
        waiting.delete(message.id);
        break;
      case 'stop':
        void stop(engine);
        break;
    }
  });
  engine.start();
}

async function sendPart(engine: Engine, id: number, url: string): Promise<void> {
  try {
    const part = await engine.readPart(url);
    post({ kind: 'part', id, ...(part === undefined ? {} : { part }) });
  } catch (error) {
    logger.log('warn', 'part.failed', { error: describeError(error) });
    post({ kind: 'part', id });
  }
}

async function stop(engine: Engine): Promise<void> {
  try {
    await engine.stop();
  } catch (error) {
    logger.log('error', 'engine.stop-failed', { error: describeError(error) });
  }
  post({ kind: 'stopped' });
  port?.close();
}

try {
  const { profileDir, trustAnchors, dnsServers, remoteLoopback, ...facts } =
    workerSettings.parse(workerData);
  run(
    createEngine({
      profileDir,
      host: createHost({ profileDir, ...facts }),
      ...(trustAnchors === undefined ? {} : { trustAnchors }),
      ...(dnsServers === undefined ? {} : { dnsServers }),
      ...(remoteLoopback === undefined ? {} : { remoteLoopback }),
    }),
  );
} catch (error) {
  const failure = asMailError(error);
  logger.log('error', 'engine.start-failed', { error: describeError(failure) });
  post({ kind: 'failed', code: failure.code, params: { ...failure.params } });
}
