/** What a person is told of while the window is not looked at. */
import * as z from 'zod';
import { messageRow } from './mail.ts';

/** Names a notification while the program runs. */
export const notificationId = z.string().min(1).max(40);

/**
 * Due now: one message, or so many that they are told of together. The window makes the words, as
 * only it has them, and shows it, or has the host show it.
 */
export const dueNotification = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('message'),
    notificationId,
    row: messageRow,
    /** False: that there is new mail, and nothing of it. */
    preview: z.boolean(),
    silent: z.boolean(),
  }),
  z.object({
    kind: z.literal('summary'),
    notificationId,
    /** The newest of them: where a click leads. */
    row: messageRow,
    count: z.int().positive(),
    silent: z.boolean(),
  }),
]);
export type DueNotification = z.infer<typeof dueNotification>;

/** As the host shows it: plain text, in the person's language. */
export const hostNotification = z.object({
  notificationId,
  title: z.string().min(1).max(300),
  body: z.string().max(1_000),
  silent: z.boolean(),
});
export type HostNotification = z.infer<typeof hostNotification>;
