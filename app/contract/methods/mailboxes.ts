/** Mailboxes, and how they keep up with the server. */
import * as z from 'zod';
import * as s from '../schemas.ts';
import { byAccount, type MethodShapes, nothing, taskIds } from './inputs.ts';

/** Last component of a mailbox's path: no line breaks or other control characters. */
const mailboxName = z.string().trim().min(1).max(200);

export const mailboxMethods = {
  'mailbox.list': { input: byAccount, output: z.array(s.mailbox) },
  /** Brings one mailbox up to date now; returns when the newest messages are in the store. */
  'mailbox.sync': { input: z.object({ mailboxId: s.mailboxId }), output: nothing },
  /** Makes a mailbox, within `parentId` when given; `name` is its last component. */
  'mailbox.create': {
    input: byAccount.extend({ name: mailboxName, parentId: s.mailboxId.optional() }),
    output: s.mailbox,
  },
  /** Gives it another last component; refused for INBOX and mailboxes with a special use. */
  'mailbox.rename': {
    input: z.object({ mailboxId: s.mailboxId, name: mailboxName }),
    output: s.mailbox,
  },
  /** Deletes it with all its messages; refused for INBOX and mailboxes with a special use. */
  'mailbox.delete': { input: z.object({ mailboxId: s.mailboxId }), output: nothing },
  /** Everything in it counts as read. */
  'mailbox.markSeen': { input: z.object({ mailboxId: s.mailboxId }), output: taskIds },
  'sync.status': { input: byAccount, output: s.syncStatus },
  /** Holds back headers and bodies fetched ahead, also after a restart; new mail still comes. */
  'sync.pause': { input: byAccount, output: s.syncStatus },
  'sync.resume': { input: byAccount, output: s.syncStatus },
  /** The host's hint that the network came, went or changed, or that the computer woke up. */
  'network.changed': { input: z.object({ online: z.boolean().optional() }), output: nothing },
} as const satisfies MethodShapes;
