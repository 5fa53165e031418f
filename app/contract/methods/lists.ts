/** Lists of messages: mailboxes, views, conversations, searches. */
import * as z from 'zod';
import * as s from '../schemas.ts';
import { byAccount, listChoice, listWindow, type MethodShapes, nothing } from './inputs.ts';

export const listMethods = {
  /**
   * Asks the server for messages that hold the text, in all mailboxes of the account: the second
   * step of a search, for what is not here. `found` counts all; `rows` are the newest.
   */
  'search.server': {
    input: byAccount.extend({
      searchId: z.string().min(1).max(64),
      text: z.string().trim().min(1).max(500),
    }),
    output: z.object({
      found: z.int().nonnegative(),
      rows: z.array(s.messageRow).max(200),
      /** Mailboxes whose search the server refused. */
      refused: z.int().nonnegative(),
    }),
  },
  /** Gives up a search on the server; it then ends with `cancelled`. */
  'search.cancel': { input: z.object({ searchId: z.string().max(64) }), output: nothing },
  /** A window of a mailbox, newest first. */
  'message.list': {
    input: z.object({ mailboxId: s.mailboxId, ...listWindow }),
    output: z.object({ total: z.int().nonnegative(), rows: z.array(s.messageRow) }),
  },
  /** Messages over mailboxes and accounts, newest first unless asked otherwise. */
  'view.list': {
    input: z.object({ view: s.view, ...listWindow, ...listChoice }),
    output: z.object({ total: z.int().nonnegative(), rows: z.array(s.messageRow) }),
  },
  'view.counts': { input: nothing, output: s.viewCounts },
  /** Threads, by their newest message in the view, or the newest that the filter passes. */
  'conversation.list': {
    input: z.object({ view: s.view, ...listWindow, ...listChoice }),
    output: z.object({ total: z.int().nonnegative(), rows: z.array(s.conversationRow) }),
  },
  /** What of these threads the view shows: what a change of a conversation is about. Newest first. */
  'conversation.refs': {
    input: z.object({
      view: s.view,
      threadIds: z.array(z.int().positive()).min(1).max(1_000),
    }),
    output: z.object({ refs: z.array(s.messageRef) }),
  },
  /**
   * All messages of a thread over the account's mailboxes but Junk and Trash, oldest first; one
   * that lies in several mailboxes comes once.
   */
  'conversation.open': {
    input: byAccount.extend({ threadId: z.int().positive() }),
    output: z.object({ rows: z.array(s.messageRow) }),
  },
  /**
   * Searches what is local, newest first. Words, "phrases", -not, OR, and `from: to: cc: subject:
   * filename: has:attachment is:unread|read|starred|answered in: account: before: after: larger:
   * smaller:`; the last word may go on while it is typed, unless it is one to be left out.
   */
  'search.query': {
    input: z.object({
      query: z.string().max(s.limits.searchLength),
      accountId: s.accountId.optional(),
      mailboxId: s.mailboxId.optional(),
      limit: z.int().positive().max(s.limits.searchWindow),
      /** `next` of the answer before. */
      before: z.int().nonnegative().optional(),
    }),
    output: z.object({
      hits: z.array(s.searchHit).max(s.limits.searchWindow),
      /** Where older results begin; absent when there are none. */
      next: z.int().nonnegative().optional(),
      notes: z.array(s.searchNote),
    }),
  },
} as const satisfies MethodShapes;
