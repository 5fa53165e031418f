/** Changes of messages, shown at once and replayed on the server. */
import * as z from 'zod';
import * as s from '../schemas.ts';
import { byAccount, type MethodShapes, refs, taskIds } from './inputs.ts';

export const messageMethods = {
  'message.setFlags': {
    input: z.object({
      refs,
      seen: z.boolean().optional(),
      flagged: z.boolean().optional(),
    }),
    output: taskIds,
  },
  /** To a mailbox of the same account. */
  'message.move': { input: z.object({ refs, mailboxId: s.mailboxId }), output: taskIds },
  /** To the archive; it is made when the account has none. */
  'message.archive': { input: z.object({ refs }), output: taskIds },
  /** To Trash; what is there already stays. */
  'message.delete': { input: z.object({ refs }), output: taskIds },
  /** For good, after the window's own question. Cannot be taken back once it is done. */
  'message.deleteForever': { input: z.object({ refs }), output: taskIds },
  /** To Junk and marked as such, or back to the inbox and marked as wanted. */
  'message.junk': { input: z.object({ refs, junk: z.boolean() }), output: taskIds },
  'message.setKeyword': {
    input: z.object({ refs, keyword: s.keyword, on: z.boolean() }),
    output: taskIds,
  },
  /** Takes changes back: those still on their way, and those done as far as that is possible. */
  'task.undo': { input: taskIds, output: taskIds },
  /** Changes that wait for the server. */
  'task.pending': { input: byAccount, output: z.object({ count: z.int().nonnegative() }) },
} as const satisfies MethodShapes;
