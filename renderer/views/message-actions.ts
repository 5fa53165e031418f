/** What a person does to messages: shown at once, then told to the engine, taken back if refused. */
import { useMemo } from 'react';
import type { MessageRef } from '../../app/contract/index.ts';
import { useBackend } from '../host/hooks.tsx';
import { refKey } from './desk-state.ts';

export interface FlagChange {
  readonly seen?: boolean;
  readonly flagged?: boolean;
}

export interface MessageActions {
  setFlags(ref: MessageRef, change: FlagChange): void;
}

export function useMessageActions(): MessageActions {
  const { client, cache } = useBackend();
  return useMemo(
    () => ({
      setFlags(ref, change) {
        const key = refKey(ref);
        let unseenDelta = 0;
        let shownIn: number | undefined;
        cache.patch('message.list', (list, input) => {
          const index = list.rows.findIndex((row) => refKey(row.ref) === key);
          const row = list.rows[index];
          if (row === undefined) return list;
          shownIn = input.mailboxId;
          if (change.seen !== undefined && change.seen !== row.seen) {
            unseenDelta = change.seen ? -1 : 1;
          }
          return { ...list, rows: list.rows.with(index, { ...row, ...change }) };
        });
        cache.patch('message.open', (body) =>
          refKey(body.ref) === key ? { ...body, ...change } : body,
        );
        cache.patch('mailbox.list', (mailboxes) =>
          unseenDelta === 0
            ? mailboxes
            : mailboxes.map((mailbox) =>
                mailbox.mailboxId === shownIn
                  ? { ...mailbox, unseen: Math.max(0, mailbox.unseen + unseenDelta) }
                  : mailbox,
              ),
        );
        client.call('message.setFlags', { refs: [ref], ...change }).catch(() => {
          cache.invalidate('message.list');
          cache.invalidate('message.open');
          cache.invalidate('mailbox.list');
        });
      },
    }),
    [client, cache],
  );
}
