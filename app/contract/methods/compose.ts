/** Letters of one's own: drafts, their files, the outbox. */
import * as z from 'zod';
import * as s from '../schemas.ts';
import { byDraft, type MethodShapes, nothing } from './inputs.ts';

const byOutbox = z.object({ outboxId: z.string().max(64) });

export const composeMethods = {
  'draft.create': { input: s.draftContent, output: s.draft },
  'draft.save': { input: byDraft.extend({ content: s.draftContent }), output: s.draft },
  'draft.list': { input: nothing, output: z.array(s.draft) },
  /** The person is done with it for now: its copy on the server follows at once. */
  'draft.close': { input: byDraft, output: nothing },
  /**
   * A message in Drafts to go on with: the local draft that it is a copy of, or one made from it,
   * which takes its place once it is changed.
   */
  'draft.open': { input: z.object({ ref: s.messageRef }), output: s.draft },
  /** What sending would do to a draft as it is kept: asked just before, so that it can be said. */
  'draft.check': {
    input: byDraft,
    /** Its html is larger or deeper than a letter is: it would go as plain text alone. */
    output: z.object({ plainOnly: z.boolean() }),
  },
  'draft.discard': { input: byDraft, output: nothing },
  /**
   * A draft that answers a message: recipients, identity, subject, quoted text; rich when the
   * format is. Nothing that the message hides is quoted.
   */
  'draft.reply': {
    input: z.object({
      ref: s.messageRef,
      kind: z.enum(['reply', 'reply-all', 'forward']),
      /** The setting `composeFormat` when absent. */
      format: z.enum(['rich', 'plain']).optional(),
      /** Words around the quotation; English when absent. */
      words: s.quoteWords.optional(),
    }),
    output: s.draft,
  },
  /** Bytes of a file come in chunks, in order; the file counts once `finish` returned. */
  'attachment.begin': {
    input: byDraft.extend({
      fileName: z.string().min(1).max(1_000),
      mimeType: z.string().max(200),
      sizeBytes: z.int().nonnegative().max(s.limits.attachmentSizeBytes),
      /** An image that stands in the html: it gets a Content-ID. */
      inline: z.boolean().optional(),
    }),
    output: z.object({ attachmentId: z.string(), contentId: z.string().optional() }),
  },
  'attachment.append': {
    input: z.object({
      attachmentId: z.string().max(64),
      chunk: z.base64().max(s.limits.chunkLength),
    }),
    output: nothing,
  },
  'attachment.finish': {
    input: z.object({ attachmentId: z.string().max(64) }),
    output: s.attachment,
  },
  'attachment.remove': { input: z.object({ attachmentId: z.string().max(64) }), output: nothing },
  /**
   * Queues a draft durably: when this returns, the message is on disk and the draft is gone. It is
   * kept back for `undoSendSeconds`, and until `sendAt` when that is given and still to come.
   */
  'outbox.submit': {
    input: byDraft.extend({ sendAt: s.isoTime.optional() }),
    output: s.outboxItem,
  },
  'outbox.list': { input: nothing, output: z.array(s.outboxItem) },
  /** Takes a scheduled, waiting or refused message back into a draft. */
  'outbox.edit': { input: byOutbox, output: s.draft },
  /** Keeps a scheduled or waiting message back no longer; leaves others as they are. */
  'outbox.sendNow': { input: byOutbox, output: s.outboxItem },
  /** Tries a waiting or refused message again; for an unknown one: sends it once more. */
  'outbox.retry': { input: byOutbox, output: s.outboxItem },
  /** The person knows that an unknown message arrived: it counts as sent. */
  'outbox.confirmArrived': { input: byOutbox, output: s.outboxItem },
  'outbox.discard': { input: byOutbox, output: nothing },
} as const satisfies MethodShapes;
