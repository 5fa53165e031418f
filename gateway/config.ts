/**
 * What an administrator sets: the shape of the JSON file, its checks, and the defaults. Flags
 * (arguments.ts) make the same object. Nothing here touches the network. docs/gateway.md.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import type { Service } from '../app/leg/types.ts';
import { defaultLimits, defaultRotation, type GatewayLimits, type Rotation } from './limits.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface ListenerConfig {
  readonly service: Service;
  readonly listen: Endpoint;
  readonly backend: Endpoint;
  /** TLS from the first octet. */
  readonly implicitTls: boolean;
  /** Tells the backend the client's address (PROXY v1); the backend must expect it. */
  readonly proxyProtocol: boolean;
  /** Passwords and mail on an unprotected connection. */
  readonly allowClearAuth: boolean;
  /** No MAIL before AUTH: without it, a backend that trusts this machine is an open relay. */
  readonly requireAuth: boolean;
}

export interface GatewayConfig {
  readonly stateDir: string;
  /** Names on the key card; none means any. */
  readonly names: readonly string[];
  readonly tls: { readonly certPath: string; readonly keyPath: string } | undefined;
  readonly listeners: readonly ListenerConfig[];
  readonly rotation: Rotation;
  readonly limits: GatewayLimits;
}

/** One line that says what is wrong with the configuration or the state folder. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const hostPort = z.string().transform((text, context): Endpoint => {
  const endpoint = parseEndpoint(text);
  if (endpoint !== undefined) return endpoint;
  context.addIssue({ code: 'custom', message: `"${text}" is not host:port` });
  return z.NEVER;
});

const listenerSchema = z.strictObject({
  service: z.enum(['imap', 'submission']),
  listen: hostPort,
  backend: hostPort,
  implicitTls: z.boolean().default(false),
  proxyProtocol: z.boolean().default(false),
  allowClearAuth: z.boolean().default(false),
  requireAuth: z.boolean().default(true),
});

const cardName = z
  .string()
  .max(253)
  .transform((name) => name.toLowerCase())
  .refine((name) => /^[a-z0-9_]([a-z0-9_.:-]*[a-z0-9_:])?$/.test(name), {
    message: 'not a host name or address',
  });

const milliseconds = z.number().int().min(10).max(86_400_000);
const days = z.number().int().min(1).max(366);
const count = z.number().int().min(1).max(1_000_000);

const limitsSchema = z
  .strictObject({
    connectionsPerAddress: count,
    connections: count,
    tlsMs: milliseconds,
    backendConnectMs: milliseconds,
    lineMs: milliseconds,
    idleBeforeLoginMs: milliseconds,
    loginMs: milliseconds,
    idleMs: milliseconds,
    backendReplyMs: milliseconds,
    shutdownMs: milliseconds,
    closeMs: milliseconds,
  } satisfies Record<keyof GatewayLimits, z.ZodType>)
  .partial();

const configSchema = z.strictObject({
  stateDir: z.string().min(1),
  names: z.array(cardName).max(16).default([]),
  tls: z.strictObject({ cert: z.string().min(1), key: z.string().min(1) }).optional(),
  listeners: z.array(listenerSchema).min(1).max(32),
  sealKeyDays: days.default(defaultRotation.sealKeyDays),
  overlapDays: days.default(defaultRotation.overlapDays),
  limits: limitsSchema.default({}),
});

/** What a file or the flags give, before checks. */
export type ConfigInput = z.input<typeof configSchema>;

/**
 * @param input parsed JSON
 * @throws ConfigError with one line that names the place and what is wrong there
 */
export function parseConfig(input: unknown): GatewayConfig {
  const result = configSchema.safeParse(input);
  if (!result.success) {
    const [issue] = result.error.issues;
    const place = issue?.path.join('.') || 'the file';
    throw new ConfigError(`configuration: ${place}: ${issue?.message ?? 'not valid'}`);
  }
  const { stateDir, names, tls, listeners, limits, sealKeyDays, overlapDays } = result.data;
  if (overlapDays > 2 * sealKeyDays) {
    // So many keys would be valid at once that the card had no room for the older ones.
    throw new ConfigError('configuration: overlapDays: at most twice sealKeyDays');
  }
  for (const [index, listener] of listeners.entries()) {
    checkListener(listener, `configuration: listeners.${index}`, tls !== undefined);
  }
  return {
    stateDir,
    names: [...new Set(names)],
    tls: tls && { certPath: tls.cert, keyPath: tls.key },
    listeners,
    rotation: { sealKeyDays, overlapDays },
    limits: { ...defaultLimits, ...withoutUndefined(limits) },
  };
}

function checkListener(listener: ListenerConfig, place: string, hasTls: boolean): void {
  if (listener.implicitTls && !hasTls) {
    throw new ConfigError(`${place}: implicit TLS needs a certificate (tls.cert and tls.key)`);
  }
  if (!isLoopback(listener.backend.host)) {
    throw new ConfigError(
      `${place}: backend ${listener.backend.host} is not on this machine, and the gateway speaks to it in clear`,
    );
  }
  if (listener.backend.port === 0) throw new ConfigError(`${place}: backend needs a port`);
  if (
    listener.listen.host === listener.backend.host &&
    listener.listen.port === listener.backend.port
  ) {
    throw new ConfigError(`${place}: listens where its backend should be`);
  }
}

/** `host:port` or `[v6]:port`; undefined when it is neither. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9_.-]+)):(\d{1,5})$/.exec(text);
  if (parts === null) return undefined;
  const [, v6, name, digits] = parts;
  if (v6 !== undefined && isIP(v6) !== 6) return undefined;
  const port = Number(digits);
  return port <= 65_535 ? { host: v6 ?? name ?? '', port } : undefined;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function withoutUndefined(limits: z.output<typeof limitsSchema>): Partial<GatewayLimits> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}
