/** Drafts, attachments and the outbox. */
import * as z from 'zod';
import { accountId, isoTime, limits, messageRef, wireError } from './base.ts';

export const attachment = z.object({
  attachmentId: z.string(),
  fileName: z.string(),
  mimeType: z.string(),
  sizeBytes: z.int().nonnegative(),
  /** Without angle brackets; the html shows an inline image as `<img src="cid:…">`. */
  contentId: z.string().optional(),
  /** Stands in the html; sent as an attachment all the same when the html does not name it. */
  inline: z.boolean(),
  /** Path under the app's own origin that serves the bytes, e.g. `/part/3f…`; images only. */
  url: z.string().optional(),
});
export type AttachmentDto = z.infer<typeof attachment>;

/** What a person types; recipients stay as typed until submission. */
export const draftContent = z.object({
  accountId,
  to: z.string().max(100_000),
  cc: z.string().max(100_000),
  bcc: z.string().max(100_000),
  subject: z.string().max(limits.subjectLength),
  /** Plain text; beside `html` it is the plain alternative, which is sent along. */
  text: z.string().max(limits.textLength),
  /** Present: rich text. Cleaned again before it is sent. */
  html: z.string().max(limits.htmlLength).optional(),
  /** Who writes; the account's default when absent or gone. */
  identityId: z.string().max(80).optional(),
  /** Sent only if every server on the way must encrypt: REQUIRETLS (RFC 8689). */
  requireTls: z.boolean().optional(),
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
 * Words around a quotation, in the window's language. `{date}` and `{author}` stand for what they
 * say. Dates are written for `locale` and in UTC, so that they do not tell where the person is.
 */
export const quoteWords = z.object({
  locale: z.string().max(35),
  /** Before a quotation, e.g. `On {date}, {author} wrote:`. */
  attribution: z.string().max(200),
  /** Above a forwarded message, and its lines. */
  forwarded: z.string().max(200),
  from: z.string().max(100),
  date: z.string().max(100),
  subject: z.string().max(100),
  to: z.string().max(100),
  cc: z.string().max(100),
});
export type QuoteWords = z.infer<typeof quoteWords>;

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
