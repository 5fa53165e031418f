/** What the person chose, and what lies on the disk. */
import * as z from 'zod';
import { accountId, limits } from './base.ts';
import { listOrder } from './mail.ts';

/** What lies on the disk. Sizes are octets of files, with their write-ahead logs. */
export const storageStatus = z.object({
  databases: z.array(
    z.object({
      name: z.enum(['state', 'outbox', 'tasks', 'contacts', 'mail', 'content']),
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
  /** Messages received within so many days are kept here whole; older ones come when opened. */
  bodiesDays: z.enum(['30', '90', '365', 'all']),
  /** How new messages and answers begin. */
  composeFormat: z.enum(['rich', 'plain']),
  /** Drafts whose letters are open in the window: they come back with it. In their order there. */
  openDrafts: z.array(z.string().max(64)).max(50),
  /** Whether lists show threads by their newest message, or each message. */
  listBy: z.enum(['conversations', 'messages']),
  listOrder,
  /** Widths of panes in CSS pixels, as the person drew them; the window may have room for less. */
  sidebarWidth: z.int().min(160).max(480),
  listWidth: z.int().min(240).max(960),
  /** Accounts of which the sidebar shows no mailboxes. */
  collapsedAccounts: z.array(accountId).max(100),
});
export type Settings = z.infer<typeof settings>;
