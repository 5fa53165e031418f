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

/** What a host can do beyond a window; the interface hides what is absent. */
export const capability = z.enum([
  'tray',
  'badge',
  'dragOut',
  'notifications',
  'saveDialog',
  'openDialog',
]);
export type Capability = z.infer<typeof capability>;

/** A time of the day by this computer's clock: `22:00`. */
export const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);

export const settings = z.object({
  /** `system`, or a language of the catalogue (BCP 47 primary tag); an unknown one is as `system`. */
  language: z.string().regex(/^(?:system|[a-z]{2,3})$/),
  /** What the window shows first: the first account's inbox, all inboxes, or what is unread. */
  startWith: z.enum(['inbox', 'inboxes', 'unread']),
  theme: z.enum(['system', 'light', 'dark']),
  /** `more`: stronger lines and text, also where the system does not ask for it. */
  contrast: z.enum(['system', 'more']),
  density: z.enum(['comfortable', 'compact']),
  textSize: z.enum(['small', 'normal', 'large', 'largest']),
  /** When an opened message counts as read: seconds, or only by hand. */
  markRead: z.enum(['0', '2', '5', 'never']),
  /** Pictures and the like from elsewhere: asked for each time, or never loaded and not asked for. */
  remoteContent: z.enum(['ask', 'never']),
  /** Messages keep the colours of their sender in dark mode. */
  originalColours: z.boolean(),
  /** How new messages and answers begin. */
  composeFormat: z.enum(['rich', 'plain']),
  /** Asks when the text speaks of an attachment and there is none. */
  attachmentReminder: z.boolean(),
  /** How long a message is kept back after "Send", so that it can be undone (seconds; 0: not at all). */
  undoSendSeconds: z.int().min(0).max(limits.undoSendSeconds),
  notifications: z.boolean(),
  /** Accounts whose new mail is not notified of. */
  mutedAccounts: z.array(accountId).max(100),
  notificationSound: z.boolean(),
  /** Sender and subject are shown, not only that there is new mail. */
  notificationPreview: z.boolean(),
  quietHours: z.boolean(),
  quietFrom: clockTime,
  /** Before `quietFrom`: on the next day. The same: the whole day. */
  quietTo: clockTime,
  /** Days on which quiet hours begin; 0 is Sunday. */
  quietDays: z.array(z.int().min(0).max(6)).max(7),
  badge: z.enum(['inbox', 'off']),
  /** Shortcuts that are one key without Ctrl or Command. */
  singleKeys: z.boolean(),
  /** Messages received within so many days are kept here whole; older ones come when opened. */
  bodiesDays: z.enum(['30', '90', '365', 'all']),
  /** Drafts whose letters are open in the window: they come back with it. In their order there. */
  openDrafts: z.array(z.string().max(64)).max(50),
  /** Whether lists show threads by their newest message, or each message. */
  listBy: z.enum(['conversations', 'messages']),
  /** Places of the window whose list is not newest first; the one chosen last comes first. */
  listOrders: z
    .array(z.object({ place: z.string().max(64), order: listOrder }))
    .max(limits.listOrders),
  /** Widths of panes in CSS pixels, as the person drew them; the window may have room for less. */
  sidebarWidth: z.int().min(160).max(480),
  listWidth: z.int().min(240).max(960),
  /** Accounts of which the sidebar shows no mailboxes. */
  collapsedAccounts: z.array(accountId).max(100),
});
export type Settings = z.infer<typeof settings>;

/** What holds until the person chooses otherwise. */
export const defaultSettings: Settings = {
  language: 'system',
  startWith: 'inbox',
  theme: 'system',
  contrast: 'system',
  density: 'comfortable',
  textSize: 'normal',
  listBy: 'conversations',
  listOrders: [],
  sidebarWidth: 232,
  listWidth: 376,
  collapsedAccounts: [],
  openDrafts: [],
  markRead: '0',
  remoteContent: 'ask',
  originalColours: false,
  composeFormat: 'rich',
  attachmentReminder: true,
  undoSendSeconds: 10,
  notifications: true,
  mutedAccounts: [],
  notificationSound: false,
  notificationPreview: true,
  quietHours: false,
  quietFrom: '22:00',
  quietTo: '07:00',
  quietDays: [0, 1, 2, 3, 4, 5, 6],
  badge: 'inbox',
  singleKeys: true,
  bodiesDays: '90',
};
