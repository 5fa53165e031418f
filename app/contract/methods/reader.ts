/** One message: its text, its parts, its way, the pictures that it wants from elsewhere. */
import * as z from 'zod';
import * as s from '../schemas.ts';
import { type MethodShapes, nothing } from './inputs.ts';

const byPart = z.object({ ref: s.messageRef, partId: z.string().max(64) });

export const readerMethods = {
  /** Body from the store, or fetched now. */
  'message.open': { input: z.object({ ref: s.messageRef }), output: s.messageBody },
  /** What `message.open` would say, for a message that is here and small; nothing of others. */
  'message.ahead': {
    input: z.object({ ref: s.messageRef }),
    output: z.object({ body: s.messageBody.optional() }),
  },
  /** Hops and what servers found of its sender, out of the header. */
  'message.travel': { input: z.object({ ref: s.messageRef }), output: s.travel },
  /** The message as it came, a piece at a time; bytes that are no UTF-8 are replaced. */
  'message.source': {
    input: z.object({ ref: s.messageRef, offset: z.int().nonnegative() }),
    output: z.object({
      text: z.string(),
      sizeBytes: z.int().nonnegative(),
      /** Where the next piece begins; absent at the end. */
      next: z.int().positive().optional(),
    }),
  },
  /** What its calendar parts say (RFC 5545, RFC 5546); unreadable ones are left out. */
  'message.invites': {
    input: z.object({ ref: s.messageRef }),
    output: z.object({ invites: z.array(s.invite).max(20) }),
  },
  /** Writes one attachment where the host's person wants it; never over an existing file. */
  'part.save': {
    input: byPart,
    output: z.object({ savedAs: z.string().optional() }),
  },
  /** All attachments, each beside the first; the person is asked for a place once. */
  'part.saveAll': {
    input: z.object({ ref: s.messageRef }),
    output: z.object({ saved: z.array(z.string()).max(1_000) }),
  },
  /**
   * Writes an attachment where another program may take it from, before it is dragged. Without a
   * `dragId` it is too large for that and can only be saved. It goes again when nobody drags it.
   */
  'part.prepareDrag': {
    input: byPart,
    output: z.object({ dragId: s.dragId.optional() }),
  },
  /** Has the host drag it out of the window. `started` is false when it is not there any more. */
  'part.drag': {
    input: z.object({ dragId: s.dragId }),
    output: z.object({ started: z.boolean() }),
  },
  /** Bytes of a part for a preview, a piece at a time. */
  'part.read': {
    input: byPart.extend({ offset: z.int().nonnegative() }),
    output: z.object({
      chunk: z.base64(),
      sizeBytes: z.int().nonnegative(),
      next: z.int().positive().optional(),
    }),
  },
  /**
   * Which pictures of a message may be loaded, and where. The window has no network: what stands
   * behind a path is fetched by the engine, when the window asks for it.
   */
  'remote.resolve': {
    input: z.object({ ref: s.messageRef, urls: z.array(s.remoteUrl).max(s.remotePictures) }),
    output: s.remoteAnswer,
  },
  /** Loads pictures of this message until the app is closed, or of its sender from now on. */
  'remote.allow': { input: z.object({ ref: s.messageRef, sender: z.boolean() }), output: nothing },
  'remote.senders': { input: nothing, output: z.array(s.remoteSender).max(10_000) },
  'remote.forget': {
    input: z.object({ address: z.string().min(1).max(s.limits.addressLength) }),
    output: nothing,
  },
} as const satisfies MethodShapes;
