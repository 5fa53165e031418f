/** What passes between the engine's thread and the content worker. Both ends are ours. */
import * as z from 'zod';

const id = z.int().positive();
const key = z.object({ rowId: z.int(), token: z.int() });
const bytes = z.custom<Uint8Array<ArrayBuffer>>((value) => value instanceof Uint8Array);

export const contentWorkerData = z.object({ contentPath: z.string(), mailPath: z.string() });
export type ContentWorkerData = z.infer<typeof contentWorkerData>;

/** Sources lie one after the other in `block`, which moves to the worker. */
export const toContentWorker = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('keep'),
    id,
    block: bytes,
    items: z.array(key.extend({ start: z.int(), end: z.int() })),
  }),
  /** Messages of mail.db, to be found by their headers. */
  z.object({ kind: z.literal('heads'), id, items: z.array(key) }),
  z.object({ kind: z.literal('remove'), id, items: z.array(key) }),
  /** Compares content.db with mail.db, in steps between other work. */
  z.object({ kind: z.literal('sweep'), id }),
  /** Merges the whole index and gives free pages back, in steps between other work. */
  z.object({ kind: z.literal('compact'), id }),
  z.object({ kind: z.literal('sizes'), id }),
  z.object({ kind: z.literal('stop'), id, clean: z.boolean() }),
]);
export type ToContentWorker = z.infer<typeof toContentWorker>;

export const fromContentWorker = z.discriminatedUnion('kind', [
  /** `block` comes back to be filled again. */
  z.object({
    kind: z.literal('kept'),
    id,
    block: bytes,
    items: z.array(key.extend({ snippet: z.string() })),
  }),
  z.object({ kind: z.literal('done'), id }),
  /** Part of a sweep: messages whose content is not here though mail.db says so. */
  z.object({ kind: z.literal('missing'), lost: z.array(key), unindexed: z.array(key) }),
  z.object({
    kind: z.literal('sizes'),
    id,
    mailboxes: z.array(
      z.object({
        mailboxId: z.int(),
        messages: z.int(),
        storedBytes: z.int(),
        mailBytes: z.int(),
      }),
    ),
  }),
  z.object({
    kind: z.literal('failed'),
    id,
    /** The file is damaged: it has to be made anew. */
    damaged: z.boolean(),
    full: z.boolean(),
    text: z.string(),
  }),
]);
export type FromContentWorker = z.infer<typeof fromContentWorker>;
