/** What the person chose, and what lies on the disk. */
import * as z from 'zod';
import { accountId, limits } from './base.ts';

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

export const settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  density: z.enum(['comfortable', 'compact']),
  /** How long a message is kept back after "Send", so that it can be undone (seconds; 0: not at all). */
  undoSendSeconds: z.int().min(0).max(limits.undoSendSeconds),
  /** Shortcuts that are one key without Ctrl or Command. */
  singleKeys: z.boolean(),
  /** Messages received within so many days are kept here whole; older ones come when opened. */
  bodiesDays: z.enum(['30', '90', '365', 'all']),
});
export type Settings = z.infer<typeof settings>;
