/** Drafts, attachments and the outbox. */
import * as z from 'zod';
import { accountId, isoTime, limits, messageRef, wireError } from './base.ts';

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
