/**
 * Shapes that cross the contract, with their limits. Derived types are the only DTO types.
 * Times are ISO 8601 strings in UTC; sizes are bytes; ids are opaque to the renderer.
 */
import * as z from 'zod';
import { errorCodeList } from './error-codes.ts';

export const limits = {
  /** Addresses are at most 320 octets (RFC 5321 §4.5.3.1: 64 + @ + 255). */
  addressLength: 320,
  nameLength: 500,
  subjectLength: 2_000,
  recipients: 500,
  textLength: 5_000_000,
  /** One attachment frame: 256 KiB of bytes as base64. */
  chunkLength: 349_528,
  attachmentSizeBytes: 100 * 1024 * 1024,
  attachments: 100,
  listWindow: 500,
  htmlLength: 5_000_000,
  undoSendSeconds: 30,
  searchLength: 1_000,
  searchWindow: 200,
} as const;

export const accountId = z.string().min(1).max(64);
export const mailboxId = z.int().positive();
export const isoTime = z.iso.datetime();
const shortText = z.string().max(limits.nameLength);

export const address = z.object({
  name: shortText,
  address: z.string().max(limits.addressLength),
});
export type AddressDto = z.infer<typeof address>;

/** Names one message for good: a uid means nothing without its uidValidity (RFC 9051 §2.3.1.1). */
export const messageRef = z.object({
  accountId,
  mailboxId,
  uidValidity: z.int().nonnegative(),
  uid: z.int().positive(),
});
export type MessageRef = z.infer<typeof messageRef>;

export const wireError = z.object({
  code: z.enum(errorCodeList),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  retry: z.enum(['no', 'now', 'later', 'after-user-action']),
  /** Ties what the person sees to the line in the log. */
  logId: z.string().max(40),
});
export type WireError = z.infer<typeof wireError>;

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
  /** Something that only the person can mend, e.g. a refused password. */
  problem: wireError.optional(),
});
export type AccountDto = z.infer<typeof account>;

export const mailboxRole = z.enum([
  'inbox',
  'drafts',
  'sent',
  'archive',
  'junk',
  'trash',
  'all',
  'flagged',
  'none',
]);
export type MailboxRole = z.infer<typeof mailboxRole>;

export const mailbox = z.object({
  mailboxId,
  accountId,
  /** Last component of the path, decoded; `path` is the server's own name for it. */
  name: z.string(),
  path: z.string(),
  depth: z.int().nonnegative(),
  role: mailboxRole,
  selectable: z.boolean(),
  total: z.int().nonnegative(),
  unseen: z.int().nonnegative(),
});
export type MailboxDto = z.infer<typeof mailbox>;

export const messageRow = z.object({
  ref: messageRef,
  from: address.optional(),
  /** Shown instead of the sender in Sent and Drafts. */
  to: z.array(address).max(20),
  subject: z.string(),
  snippet: z.string(),
  receivedAt: isoTime,
  seen: z.boolean(),
  flagged: z.boolean(),
  answered: z.boolean(),
  hasAttachment: z.boolean(),
  /** As on the wire, e.g. `$Forwarded`. */
  keywords: z.array(z.string()).optional(),
  /** For `conversation.open`; absent while nothing is known of its thread. */
  threadId: z.int().positive().optional(),
});
export type MessageRow = z.infer<typeof messageRow>;

/** Messages over mailboxes and accounts; Junk, Trash and copies are not in `unread` and `starred`. */
export const view = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('mailbox'), mailboxId }),
  z.object({ kind: z.literal('unified'), role: mailboxRole }),
  z.object({ kind: z.literal('unread') }),
  z.object({ kind: z.literal('starred') }),
]);
export type ViewDto = z.infer<typeof view>;

export const viewFilter = z.enum(['unread', 'starred', 'attachments']);
export type ViewFilter = z.infer<typeof viewFilter>;

const countPair = { total: z.int().nonnegative(), unseen: z.int().nonnegative() };
export const viewCounts = z.object({
  /** All inboxes together. */
  inbox: z.object(countPair),
  unread: z.int().nonnegative(),
  starred: z.int().nonnegative(),
  mailboxes: z.array(z.object({ mailboxId, ...countPair })),
});
export type ViewCounts = z.infer<typeof viewCounts>;

/** An IMAP keyword (RFC 9051 §2.3.2): an atom; system flags are none. */
export const keyword = z.string().regex(/^[^\\\s(){%*"\]\p{Cc}\P{ASCII}]{1,100}$/u);

/** A thread as a list shows it: by its newest message in the view. */
export const conversationRow = z.object({
  threadId: z.int().positive(),
  row: messageRow,
  /** Messages of the thread in the view. */
  count: z.int().positive(),
  unseen: z.int().nonnegative(),
  /** Names, or addresses where there is no name; newest first. */
  participants: z.array(z.string()).max(5),
});
export type ConversationRow = z.infer<typeof conversationRow>;
/** What of a search could not be understood; the rest of it counts. */
export const searchNote = z.enum([
  'date-unknown',
  'size-unknown',
  'mailbox-unknown',
  'account-unknown',
  'or-with-filter',
  'too-long',
]);
export type SearchNote = z.infer<typeof searchNote>;

export const searchHit = z.object({
  row: messageRow,
  mailboxName: z.string(),
  /** A line of its text, what was searched for apart. */
  snippet: z.array(z.object({ text: z.string(), hit: z.boolean() })),
});
export type SearchHitDto = z.infer<typeof searchHit>;

/** What lies on the disk. Sizes are octets of files, with their write-ahead logs. */
export const storageStatus = z.object({
  databases: z.array(
    z.object({
      name: z.enum(['state', 'outbox', 'tasks', 'mail', 'content']),
      sizeBytes: z.int().nonnegative(),
    }),
  ),
  accounts: z.array(
    z.object({
      accountId,
      /** Messages whose content is kept here. */
      messages: z.int().nonnegative(),
      /** What these take here, and how large they are on the server. */
      storedBytes: z.int().nonnegative(),
      mailBytes: z.int().nonnegative(),
    }),
  ),
});
export type StorageStatusDto = z.infer<typeof storageStatus>;

export const part = z.object({
  /** `partId` counts attachments within one message, from "1"; opaque to the renderer. */
  partId: z.string(),
  fileName: z.string(),
  mimeType: z.string(),
  sizeBytes: z.int().nonnegative(),
  contentId: z.string().optional(),
  /** Shown in the text by `cid:` and not listed as an attachment. */
  inline: z.boolean(),
  /** Path under the app's own origin that serves the bytes, e.g. `/part/3f…`; images only. */
  url: z.string().optional(),
});
export type PartDto = z.infer<typeof part>;

export const messageBody = z.object({
  ref: messageRef,
  from: z.array(address).max(limits.recipients),
  sender: address.optional(),
  replyTo: z.array(address).max(limits.recipients),
  to: z.array(address).max(limits.recipients),
  cc: z.array(address).max(limits.recipients),
  bcc: z.array(address).max(limits.recipients),
  subject: z.string(),
  sentAt: isoTime.optional(),
  receivedAt: isoTime,
  messageId: z.string().optional(),
  references: z.array(z.string()),
  text: z.string().optional(),
  /** As it came: hostile. Only the reader's sanitiser may turn it into a document. */
  html: z.string().max(limits.htmlLength).optional(),
  /** True when text or html was cut at a limit. */
  truncated: z.boolean(),
  parts: z.array(part),
  seen: z.boolean(),
  flagged: z.boolean(),
});
export type MessageBody = z.infer<typeof messageBody>;

export const attachment = z.object({
  attachmentId: z.string(),
  fileName: z.string(),
  mimeType: z.string(),
  sizeBytes: z.int().nonnegative(),
});
export type AttachmentDto = z.infer<typeof attachment>;

/** What a person types; recipients stay as typed until submission. */
export const draftContent = z.object({
  accountId,
  to: z.string().max(100_000),
  cc: z.string().max(100_000),
  bcc: z.string().max(100_000),
  subject: z.string().max(limits.subjectLength),
  text: z.string().max(limits.textLength),
  inReplyTo: messageRef.optional(),
  /** The message that this one forwards; it gets `$Forwarded` once this one is sent. */
  forwardOf: messageRef.optional(),
});
export type DraftContent = z.infer<typeof draftContent>;

export const draft = draftContent.extend({
  draftId: z.string(),
  attachments: z.array(attachment).max(limits.attachments),
  savedAt: isoTime,
});
export type DraftDto = z.infer<typeof draft>;

/**
 * scheduled: kept back until `holdUntil`, to be undone or because the person chose a time · waiting:
 * queued, not tried or to be tried again · sending · sent · refused: the server said no for good ·
 * unknown: the connection was lost after the final dot, so it may have been delivered.
 */
export const outboxState = z.enum([
  'scheduled',
  'waiting',
  'sending',
  'sent',
  'refused',
  'unknown',
]);
export const outboxItem = z.object({
  outboxId: z.string(),
  accountId,
  subject: z.string(),
  recipients: z.array(z.string()).max(limits.recipients * 3),
  state: outboxState,
  queuedAt: isoTime,
  /** While scheduled: nothing is sent before; until then it can be undone (`outbox.edit`). */
  holdUntil: isoTime.optional(),
  /** While scheduled: the person chose this time; absent when it is only kept back to be undone. */
  sendAt: isoTime.optional(),
  sentAt: isoTime.optional(),
  nextAttemptAt: isoTime.optional(),
  attempts: z.int().nonnegative(),
  /** Sent, but its copy is not in the Sent mailbox yet. */
  copyPending: z.boolean().optional(),
  error: wireError.optional(),
});
export type OutboxItem = z.infer<typeof outboxItem>;

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

const filePath = z.string().min(1).max(4_096);

/** Mail in files of another program. `thunderbird`: one of its mail directories. */
export const transferSource = z.object({
  kind: z.enum(['mbox', 'maildir', 'eml', 'thunderbird']),
  path: filePath,
});
export type TransferSource = z.infer<typeof transferSource>;

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
    .array(z.object({ name: z.string(), kind: z.enum(['none', 'pop3']), path: filePath }))
    .max(100),
});
export type ThunderbirdProfile = z.infer<typeof thunderbirdProfile>;
/** How far the account is known here. `bodies` counts those that the settings ask for. */
export const syncStatus = z.object({
  accountId,
  state: syncState.shape.state,
  headers: syncProgress,
  bodies: syncProgress,
  paused: z.boolean(),
});
export type SyncStatus = z.infer<typeof syncStatus>;

export const settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  density: z.enum(['comfortable', 'compact']),
  /** How long a message is kept back after "Send", so that it can be undone (seconds; 0: not at all). */
  undoSendSeconds: z.int().min(0).max(limits.undoSendSeconds),
  /** Messages received within so many days are kept here whole; older ones come when opened. */
  bodiesDays: z.enum(['30', '90', '365', 'all']),
});
export type Settings = z.infer<typeof settings>;
