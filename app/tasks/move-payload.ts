/** What a move keeps in tasks.db: the messages and their destination, and how far it came. */
import * as z from 'zod';
import { messageIdentity, target } from './task-kind.ts';

export const movePayload = target.extend({
  /** Path of the destination; for one that is to be made, its name. */
  to: z.string(),
  create: z.boolean().optional(),
  /** Path of the mailbox that they were shown in, where an earlier move was still on its way. */
  shownIn: z.string().optional(),
  /** What tells a copy from other messages, in the order of `uids`. */
  messages: z.array(messageIdentity),
});
export type MovePayload = z.infer<typeof movePayload>;

/** Where the person saw them, which an earlier move may have made another place than theirs. */
export function placeBefore({ path, shownIn }: MovePayload): string {
  return shownIn ?? path;
}

/** How far the move of one source came. */
export const moveStep = z.object({
  /** As the server knows it. */
  path: z.string(),
  uidValidity: z.int().nonnegative(),
  /** The destination's next uid before anything was done: copies of ours are not below. */
  uidNext: z.int().nonnegative(),
  /** COPY was sent, and it is not known what became of it. */
  copying: z.boolean().optional(),
});
export type MoveStep = z.infer<typeof moveStep>;

/** By the path of the source: a task's messages may lie in several mailboxes by now. */
export const moveSteps = z.record(z.string(), moveStep);
