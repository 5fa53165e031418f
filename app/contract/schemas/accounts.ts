/** Accounts, their servers, the lock, and how far they are in sync. */
import * as z from 'zod';
import { accountId, isoTime, wireError } from './base.ts';

/** `implicit-tls`: TLS from the first byte (RFC 8314). `clear`: a greeting first, then STARTTLS or XSEAL. */
export const serverEndpoint = z.object({
  host: z.string().trim().min(1).max(253),
  port: z.int().min(1).max(65_535),
  transport: z.enum(['implicit-tls', 'clear']),
});
export type ServerEndpointDto = z.infer<typeof serverEndpoint>;

/** Best first: docs/protocol.md, levels. */
export const level = z.enum(['confirmed', 'encrypted', 'unconfirmed', 'clear']);
export type LevelDto = z.infer<typeof level>;

export const lockState = z.enum([
  'connecting',
  'offline',
  'confirmed',
  'encrypted',
  'unconfirmed',
  'clear',
  'stopped',
]);
export type LockState = z.infer<typeof lockState>;

export const legDetail = z.object({
  service: z.enum(['imap', 'submission']),
  host: z.string(),
  port: z.int(),
  state: z.enum(['connecting', 'offline', 'up', 'stopped']),
  level: level.optional(),
  floor: level,
  /** Present when verified TLS carries the leg or carried the key fetch. */
  tls: z
    .object({
      version: z.string(),
      issuer: z.string(),
      subject: z.string(),
      validTo: z.string(),
      fingerprint256: z.string(),
      /** What the root of the chain calls itself. */
      rootName: z.string().optional(),
      /** A known program or device that issued the certificate and so reads what TLS protects. */
      interceptor: z
        .object({ name: z.string(), place: z.enum(['computer', 'network']) })
        .optional(),
    })
    .optional(),
  /** Present when the leg is sealed with the server's own key. */
  key: z
    .object({
      suite: z.string(),
      identity: z.string(),
      words: z.string(),
      firstSeenAt: isoTime,
      vouchedBy: z.enum(['tls', 'fingerprint', 'first-use']),
    })
    .optional(),
  /** When the leg came into this state: connected, or the first of the failures in a row. */
  since: isoTime.optional(),
  error: wireError.optional(),
});
export type LegDetailDto = z.infer<typeof legDetail>;

/** A server as the memory knows it; the memory outlives accounts. */
export const rememberedServer = z.object({
  service: z.enum(['imap', 'submission']),
  host: z.string(),
  port: z.int(),
  /** The least that a new account there would demand. */
  level,
  /** When that level was first reached; absent when an older version remembered it. */
  since: isoTime.optional(),
  /** An account uses it: then that account's settings decide. */
  inUse: z.boolean(),
});
export type RememberedServerDto = z.infer<typeof rememberedServer>;

export const lock = z.object({
  accountId,
  state: lockState,
  /** The server that the state speaks of: the worse leg's host. */
  host: z.string(),
  /** Messages in the outbox that wait for this account. */
  waiting: z.int().nonnegative(),
  legs: z.array(legDetail).max(2),
});
export type LockDto = z.infer<typeof lock>;

export const account = z.object({
  accountId,
  address: z.string(),
  displayName: z.string(),
  userName: z.string(),
  imap: serverEndpoint,
  submission: serverEndpoint,
  lock,
  /** The submission server had REQUIRETLS (RFC 8689) when it was last asked. */
  canRequireTls: z.boolean(),
  /** The largest message that the submission server takes (RFC 1870); absent: it did not say. */
  maxMessageBytes: z.int().positive().optional(),
  /** Something that only the person can mend, e.g. a refused password. */
  problem: wireError.optional(),
});
export type AccountDto = z.infer<typeof account>;

/** Messages, over all mailboxes of an account. */
export const syncProgress = z.object({
  done: z.int().nonnegative(),
  total: z.int().nonnegative(),
});
export type SyncProgress = z.infer<typeof syncProgress>;

export const syncState = z.object({
  accountId,
  state: z.enum(['idle', 'syncing', 'offline', 'paused']),
  /** The one that is being worked on. */
  mailbox: z.string().optional(),
  done: z.int().nonnegative().optional(),
  total: z.int().nonnegative().optional(),
});
export type SyncState = z.infer<typeof syncState>;

/** How far the account is known here. `bodies` counts those that the settings ask for. */
export const syncStatus = z.object({
  accountId,
  state: syncState.shape.state,
  headers: syncProgress,
  bodies: syncProgress,
  paused: z.boolean(),
});
export type SyncStatus = z.infer<typeof syncStatus>;
