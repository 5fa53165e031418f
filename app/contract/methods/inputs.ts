/** What the lists of methods have in common: their shape, and parts of their inputs. */
import * as z from 'zod';
import * as s from '../schemas.ts';

/** Methods by name. */
export type MethodShapes = Readonly<Record<string, { input: z.ZodType; output: z.ZodType }>>;

export const nothing = z.object({});
export const byAccount = z.object({ accountId: s.accountId });
export const byDraft = z.object({ draftId: z.string().max(64) });
export const refs = z.array(s.messageRef).min(1).max(1_000);
/** Part of a list, counted from its beginning. */
export const listWindow = {
  offset: z.int().nonnegative(),
  limit: z.int().positive().max(s.limits.listWindow),
};
export const listChoice = { filter: s.viewFilter.optional(), order: s.listOrder.optional() };
/** Name changes, for `task.undo`. */
export const taskIds = z.object({ taskIds: z.array(z.int().positive()).max(2_000) });
