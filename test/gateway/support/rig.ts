/** A gateway inside the test process, its log, and the folder that goes away with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogFields } from '../../../app/log.ts';
import { type ConfigInput, parseConfig } from '../../../gateway/config.ts';
import { Gateway } from '../../../gateway/gateway.ts';
import { formatLine } from '../../../gateway/log.ts';
import { type Script, type ScriptedBackend, startBackend } from './backend.ts';
import { Peer } from './peer.ts';

export interface RigOptions {
  readonly service: 'imap' | 'submission';
  readonly script: Script;
  readonly listener?: Partial<ConfigInput['listeners'][number]>;
  readonly limits?: ConfigInput['limits'];
  readonly tls?: { readonly certPath: string; readonly keyPath: string };
}

export interface LogEntry {
  readonly event: string;
  readonly fields: LogFields;
  /** As the terminal would show it. */
  readonly line: string;
}

export interface Rig {
  readonly gateway: Gateway;
  readonly backend: ScriptedBackend;
  readonly port: number;
  readonly log: readonly LogEntry[];
  connect(): Promise<Peer>;
  /** The log lines of `count` sessions that have ended. */
  ended(count?: number): Promise<readonly LogEntry[]>;
  stop(): Promise<void>;
}

const shortLimits = { shutdownMs: 50, closeMs: 300 };

export async function startRig(options: RigOptions): Promise<Rig> {
  const dir = await mkdtemp(join(tmpdir(), 'll-gateway-'));
  const backend = await startBackend(options.script);
  const log: LogEntry[] = [];
  const config = parseConfig({
    stateDir: join(dir, 'state'),
    listeners: [
      {
        service: options.service,
        listen: '127.0.0.1:0',
        backend: `127.0.0.1:${backend.port}`,
        ...options.listener,
      },
    ],
    ...(options.tls && { tls: { cert: options.tls.certPath, key: options.tls.keyPath } }),
    limits: { ...shortLimits, ...options.limits },
  });
  const gateway = await Gateway.start(config, {
    log: (level, event, fields = {}) => {
      log.push({ event, fields, line: formatLine(new Date(), level, event, fields) });
    },
  });
  const port = gateway.listeners[0]?.port ?? 0;
  const peers: Peer[] = [];
  return {
    gateway,
    backend,
    port,
    log,
    connect: async () => {
      const peer = await Peer.connect(port);
      peers.push(peer);
      return peer;
    },
    ended: async (count = 1) => {
      for (const until = Date.now() + 5_000; ; ) {
        const found = log.filter((entry) => entry.event === 'session');
        if (found.length >= count) return found;
        if (Date.now() > until) throw new Error(`${found.length} of ${count} sessions ended`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    stop: async () => {
      for (const peer of peers) peer.close();
      await gateway.stop();
      await backend.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
