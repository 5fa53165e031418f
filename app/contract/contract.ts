/**
 * The one list of what the renderer may ask of the engine and what the engine tells it.
 * Types, the dispatcher and both hosts derive from these two objects; there is no second list.
 */
import * as z from 'zod';
import { accountMethods } from './methods/accounts.ts';
import { appMethods } from './methods/app.ts';
import { composeMethods } from './methods/compose.ts';
import { listMethods } from './methods/lists.ts';
import { mailboxMethods } from './methods/mailboxes.ts';
import { messageMethods } from './methods/messages.ts';
import { peopleMethods } from './methods/people.ts';
import { readerMethods } from './methods/reader.ts';
import { transferMethods } from './methods/transfer.ts';
import * as s from './schemas.ts';

export const methods = {
  ...appMethods,
  ...accountMethods,
  ...mailboxMethods,
  ...listMethods,
  ...messageMethods,
  ...readerMethods,
  ...composeMethods,
  ...peopleMethods,
  ...transferMethods,
} as const;

export const events = {
  'account.changed': z.object({}),
  'lock.changed': s.lock,
  'mailboxes.changed': z.object({ accountId: s.accountId }),
  /** Rows of one mailbox came, went or changed. */
  'messages.changed': z.object({ accountId: s.accountId, mailboxId: s.mailboxId }),
  /** New mail in an inbox, for a live region or a notification. */
  'message.arrived': z.object({ mailboxId: s.mailboxId, row: s.messageRow }),
  'sync.changed': s.syncState,
  /** The server refused a change: it is undone. */
  'task.refused': z.object({
    accountId: s.accountId,
    kind: z.enum(['flags', 'keyword', 'move', 'expunge', 'draft']),
    /** Messages that it was about. */
    count: z.int().nonnegative(),
    error: s.wireError,
  }),
  'drafts.changed': z.object({}),
  'identities.changed': z.object({}),
  'contacts.changed': z.object({}),
  'outbox.changed': z.object({}),
  'transfer.changed': z.object({}),
  'notification.due': s.dueNotification,
  /** The person clicked one that the host shows. */
  'notification.opened': z.object({ notificationId: s.notificationId }),
} as const satisfies Record<string, z.ZodType>;

export type MethodName = keyof typeof methods;
export type MethodInput<M extends MethodName> = z.input<(typeof methods)[M]['input']>;
/** Input as a handler sees it: parsed, trimmed, defaults filled. */
export type MethodParsedInput<M extends MethodName> = z.output<(typeof methods)[M]['input']>;
export type MethodOutput<M extends MethodName> = z.output<(typeof methods)[M]['output']>;
export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.output<(typeof events)[E]>;
