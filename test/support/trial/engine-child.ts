/**
 * A process with the real engine on one profile, made to be killed at any moment. Frames of the
 * contract come and go over Node's IPC channel; log lines go to standard error.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../../app/engine.ts';
import type { EngineHost } from '../../../app/engine-types.ts';
import type { Logger } from '../../../app/log.ts';
import { Dispatcher } from '../../../main/engine/dispatcher.ts';
import { childSettings } from './engine-messages.ts';

const settings = childSettings.parse(JSON.parse(process.argv[2] ?? ''));

const logger: Logger = {
  log: (level, event, fields = {}) => {
    process.stderr.write(`${level} ${event} ${JSON.stringify(fields)}\n`);
  },
};

const host: EngineHost = {
  version: '0.0.0',
  kind: 'fixture',
  capabilities: [],
  secretStorage: 'session',
  // Sealing of secrets is the hosts' affair and tested there.
  sealSecret: async (secret) => Buffer.from(secret),
  openSecret: async (sealed) => Buffer.from(sealed).toString(),
  chooseSavePath: async () => undefined,
  chooseFiles: async () =>
    readdirSync(settings.importsDir).map((name) => join(settings.importsDir, name)),
  logger,
};

const engine = createEngine({
  profileDir: settings.profileDir,
  host,
  trustAnchors: settings.trustAnchors,
});
const send = (json: string): void => {
  process.send?.(json);
};
const dispatcher = new Dispatcher({ handlers: engine.handlers, send, logger });
engine.onEvent((name, payload) => dispatcher.emit(name, payload));
process.on('message', (message) => {
  if (message === 'stop') void stop();
  else if (typeof message === 'string') void dispatcher.dispatch(message);
});
// A parent that is gone asks for nothing any more.
process.on('disconnect', () => process.exit(0));
engine.start();
send('ready');

async function stop(): Promise<void> {
  await engine.stop();
  process.disconnect();
}
