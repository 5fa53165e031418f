/** What a person does to messages: shown at once, then told to the engine, taken back if refused. */
import { useMemo } from 'react';
import type { MessageRef, MessageRow } from '../../app/contract/index.ts';
import { useBackend } from '../host/hooks.tsx';
import type { QueryCache } from '../host/query-cache.ts';
import { sameRef } from './desk-state.ts';
import { latestRow } from './list/message-windows.ts';
import { patchRow } from './row-patches.ts';

export interface FlagChange {
  readonly seen?: boolean;
  readonly flagged?: boolean;
}

export interface MessageActions {
  setFlags(row: Pick<MessageRow, 'ref' | 'seen'>, change: FlagChange): void;
}

/** Everything that shows messages is asked for anew: after something did not go as it was shown. */
export function reloadMail(cache: QueryCache): void {
  for (const method of [
    'message.list',
    'message.open',
    'mailbox.list',
    'view.list',
    'view.counts',
    'search.query',
    'conversation.open',
  ] as const) {
    cache.invalidate(method);
  }
}

/** Messages and unread ones that a mailbox gains; negative when it loses them. */
export function patchCounts(
  cache: QueryCache,
  mailboxId: number,
  gain: { readonly total: number; readonly unseen: number },
): void {
  cache.patch('mailbox.list', (mailboxes) =>
    mailboxes.some((mailbox) => mailbox.mailboxId === mailboxId)
      ? mailboxes.map((mailbox) =>
          mailbox.mailboxId === mailboxId
            ? {
                ...mailbox,
                total: Math.max(0, mailbox.total + gain.total),
                unseen: Math.max(0, mailbox.unseen + gain.unseen),
              }
            : mailbox,
        )
      : mailboxes,
  );
}

/** Where the person sees the message: a moved one lies elsewhere on the server for a while. */
export function shownIn(cache: QueryCache, ref: MessageRef): number {
  return (
    cache.find('message.list', ({ rows }, input) =>
      rows.some((row) => sameRef(row.ref, ref)) ? input.mailboxId : undefined,
    ) ?? ref.mailboxId
  );
}

export function useMessageActions(): MessageActions {
  const { client, cache } = useBackend();
  return useMemo(
    () => ({
      setFlags({ ref, seen }, change) {
        const before = latestRow(cache, ref)?.seen ?? seen;
        const unseen = change.seen === undefined ? 0 : Number(before) - Number(change.seen);
        patchRow(cache, ref, change);
        cache.patch('message.open', (body) =>
          sameRef(body.ref, ref) ? { ...body, ...change } : body,
        );
        if (unseen !== 0) {
          patchCounts(cache, shownIn(cache, ref), { total: 0, unseen });
          cache.patch('view.counts', (counts) => ({
            ...counts,
            unread: Math.max(0, counts.unread + unseen),
          }));
        }
        client.call('message.setFlags', { refs: [ref], ...change }).catch(() => reloadMail(cache));
      },
    }),
    [client, cache],
  );
}
