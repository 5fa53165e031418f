/** The program itself: its window, notifications, settings, room on the disk. */
import * as z from 'zod';
import * as s from '../schemas.ts';
import { type MethodShapes, nothing } from './inputs.ts';

export const appMethods = {
  'app.info': {
    input: nothing,
    output: z.object({
      version: z.string(),
      host: z.enum(['electron', 'chromium', 'fixture']),
      capabilities: z.array(s.capability),
      /** Where passwords rest: the system's keyring, a file only this user can read, or nowhere. */
      secretStorage: z.enum(['system', 'file', 'session']),
    }),
  },
  /** Whether the person looks at the window: nothing is notified of meanwhile. */
  'app.focus': { input: z.object({ focused: z.boolean() }), output: nothing },
  /** The number on the program's icon, where the host has one; 0 takes it away. */
  'app.badge': { input: z.object({ count: z.int().nonnegative() }), output: nothing },
  /** Takes everything of this profile off the computer and ends the program. Nothing on servers. */
  'app.erase': { input: nothing, output: nothing },
  /** The end of the log, oldest line first, addresses masked; and where it lies. */
  'log.tail': {
    input: z.object({ lines: z.int().positive().max(1_000) }),
    output: z.object({ path: z.string().optional(), lines: z.array(z.string()) }),
  },
  /** Has the host show it. `shown` is false where the window does that itself. */
  'notification.show': {
    input: s.hostNotification,
    output: z.object({ shown: z.boolean() }),
  },
  /** The host's word that the person clicked one. */
  'notification.clicked': {
    input: z.object({ notificationId: s.notificationId }),
    output: nothing,
  },
  'settings.get': { input: nothing, output: s.settings },
  'settings.set': { input: s.settings.partial(), output: s.settings },
  'storage.status': { input: nothing, output: s.storageStatus },
  /** Gives free room of the caches back to the disk; what was deleted is not even there as remains. */
  'storage.compact': { input: nothing, output: s.storageStatus },
} as const satisfies MethodShapes;
