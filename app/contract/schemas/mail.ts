/** Mailboxes, messages, views of them, and what a search finds. */
import * as z from 'zod';
import { accountId, address, isoTime, limits, mailboxId, messageRef } from './base.ts';

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
  /** Of the whole message on the server, octets. */
  sizeBytes: z.int().nonnegative().optional(),
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

/**
 * By arrival; or by who wrote it (in Sent and Drafts: to whom), by subject without the marks of
 * answers, the largest first. Of what is alike there, the newest comes first.
 */
export const listOrder = z.enum(['newest', 'oldest', 'sender', 'subject', 'size']);
export type ListOrder = z.infer<typeof listOrder>;

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

/** Names a file that waits to be dragged out; tells nothing of where it lies. */
export const dragId = z.string().regex(/^[0-9a-f]{32}$/);

export const messageBody = z.object({
  ref: messageRef,
  from: z.array(address).max(limits.recipients),
  sender: address.optional(),
  replyTo: z.array(address).max(limits.recipients),
  /** Where the author wants an answer to all to go (Mail-Followup-To). */
  followupTo: z.array(address).max(limits.recipients).optional(),
  to: z.array(address).max(limits.recipients),
  cc: z.array(address).max(limits.recipients),
  bcc: z.array(address).max(limits.recipients),
  subject: z.string(),
  sentAt: isoTime.optional(),
  receivedAt: isoTime,
  messageId: z.string().optional(),
  references: z.array(z.string()),
  text: z.string().optional(),
  /** The words of the html, for when it cannot be shown; only of messages without a text of their own. */
  htmlText: z.string().optional(),
  /** As it came: hostile. Only the reader's sanitiser may turn it into a document. */
  html: z.string().max(limits.htmlLength).optional(),
  /** True when text or html was cut at a limit. */
  truncated: z.boolean(),
  parts: z.array(part),
  seen: z.boolean(),
  flagged: z.boolean(),
});
export type MessageBody = z.infer<typeof messageBody>;
