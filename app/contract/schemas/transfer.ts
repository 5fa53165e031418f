/** Mail that comes from other programs and leaves for them. */
import * as z from 'zod';
import { serverEndpoint } from './accounts.ts';
import { accountId, address, filePath, isoTime, limits, wireError } from './base.ts';

/** Mail in files of another program. `thunderbird`: one of its mail directories. */
export const transferSource = z.object({
  kind: z.enum(['mbox', 'maildir', 'eml', 'thunderbird']),
  path: filePath,
});
export type TransferSource = z.infer<typeof transferSource>;

/** Names files that the person chose, or that were found, while the program runs; never a path. */
export const sourceId = z.string().min(1).max(64);

/** Mail in files that the person chose and that can be imported. */
export const chosenSource = z.object({
  sourceId,
  kind: transferSource.shape.kind,
  /** The last part of its path. */
  name: z.string().max(1_000),
  mailboxes: z.int().positive(),
});
export type ChosenSource = z.infer<typeof chosenSource>;

export const transferTarget = z.array(z.string().trim().min(1).max(200)).max(16);

/** A message that was not taken over, and why: `text` is the server's. */
export const transferFailure = z.object({
  mailbox: z.string(),
  subject: z.string(),
  reason: z.enum(['too-large', 'unreadable', 'refused']),
  text: z.string().optional(),
});
export type TransferFailure = z.infer<typeof transferFailure>;

/**
 * waiting: its turn or the server has to come (`error` says which) · paused: by the person ·
 * stopped: something that only the person can mend; `transfer.resume` goes on.
 */
export const transferState = z.enum([
  'waiting',
  'running',
  'paused',
  'stopped',
  'finished',
  'cancelled',
]);

export const transfer = z.object({
  transferId: z.string(),
  accountId,
  source: transferSource,
  target: transferTarget,
  state: transferState,
  /** The mailbox of the source that is being read. */
  mailbox: z.string().optional(),
  /** 0..1 of the source. */
  progress: z.number().min(0).max(1),
  done: z.int().nonnegative(),
  /** Was in the account's mailbox already. */
  skipped: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  /** The first of those that failed. */
  failures: z.array(transferFailure).max(100),
  startedAt: isoTime,
  finishedAt: isoTime.optional(),
  error: wireError.optional(),
});
export type TransferDto = z.infer<typeof transfer>;

/** A server as another program has it set up. */
const foundServer = serverEndpoint.extend({
  /** `clear`: neither TLS nor STARTTLS was asked for there. */
  security: z.enum(['tls', 'starttls', 'clear']),
  userName: z.string().max(limits.addressLength),
  /** Signs in with OAuth 2 there, not with a password. */
  oauth: z.boolean(),
});
export type FoundServer = z.infer<typeof foundServer>;

export const thunderbirdProfile = z.object({
  name: z.string(),
  path: filePath,
  accounts: z
    .array(
      z.object({
        name: z.string(),
        imap: foundServer,
        submission: foundServer.optional(),
        identities: z.array(address).max(100),
      }),
    )
    .max(100),
  /** Mail that lies on this computer only: "Local Folders", and what POP3 accounts fetched. */
  localFolders: z
    .array(z.object({ name: z.string(), kind: z.enum(['none', 'pop3']), path: filePath, sourceId }))
    .max(100),
});
export type ThunderbirdProfile = z.infer<typeof thunderbirdProfile>;
