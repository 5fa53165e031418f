/**
 * What passes between a host's main thread and the engine's worker. Both ends are ours; the
 * frames inside are not looked at here. Bytes travel as they are, secrets only to be sealed.
 */
import * as z from 'zod';
import { capability, errorCodeList, hostNotification } from '../../app/contract/index.ts';

const id = z.int().positive();
const params = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** The facts of a host that the worker starts with. */
export const workerSettings = z.object({
  profileDir: z.string(),
  version: z.string(),
  kind: z.enum(['electron', 'chromium', 'fixture']),
  capabilities: z.array(capability),
  secretStorage: z.enum(['system', 'file', 'session']),
  logPath: z.string().optional(),
  trustAnchors: z.array(z.string()).optional(),
  dnsServers: z.array(z.string()).optional(),
  remoteLoopback: z.boolean().optional(),
});
export type WorkerSettings = z.infer<typeof workerSettings>;

/** What the engine asks of its host. */
export const hostCall = z.discriminatedUnion('method', [
  z.object({ method: z.literal('sealSecret'), argument: z.string() }),
  z.object({ method: z.literal('openSecret'), argument: bytes }),
  z.object({ method: z.literal('chooseSavePath'), argument: z.string() }),
  z.object({ method: z.literal('chooseFiles'), argument: z.enum(['files', 'folder']) }),
  z.object({ method: z.literal('notify'), argument: hostNotification }),
  z.object({ method: z.literal('setBadge'), argument: z.int().nonnegative() }),
  z.object({ method: z.literal('startDrag'), argument: z.string() }),
  z.object({ method: z.literal('eraseProfile') }),
]);
export type HostCall = z.infer<typeof hostCall>;

const hostValue = z.union([z.string(), z.boolean(), z.array(z.string()), bytes]);
export type HostValue = z.infer<typeof hostValue>;

export const toWorker = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('frame'), json: z.string() }),
  z.object({ kind: z.literal('part'), id, url: z.string() }),
  z.object({ kind: z.literal('host-result'), id, value: hostValue.optional() }),
  z.object({ kind: z.literal('host-error'), id, message: z.string() }),
  z.object({ kind: z.literal('stop') }),
]);
export type ToWorker = z.infer<typeof toWorker>;

export const toHost = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('frame'), json: z.string() }),
  z.object({
    kind: z.literal('part'),
    id,
    part: z.object({ mimeType: z.string(), bytes }).optional(),
  }),
  z.object({ kind: z.literal('host-call'), id, call: hostCall }),
  z.object({
    kind: z.literal('log'),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    event: z.string(),
    fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).optional()),
  }),
  /** The engine could not start; it says why to every call. */
  z.object({ kind: z.literal('failed'), code: z.enum(errorCodeList), params }),
  z.object({ kind: z.literal('stopped') }),
]);
export type ToHost = z.infer<typeof toHost>;
