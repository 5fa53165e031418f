/** Marks the message that is shown as read, when the settings say so. */
import { useEffect, useEffectEvent, useRef } from 'react';
import type { MessageRow } from '../../../app/contract/index.ts';
import { useQuery } from '../../host/hooks.tsx';
import { useMessageActions } from '../message-actions.ts';

/** What else changes by it comes after the message stands on the screen, not before. */
const drawnMs = 50;

/** @param row of the message; undefined while its text is not there to be read */
export function useMarkSeen(row: MessageRow | undefined): void {
  const actions = useMessageActions();
  const settings = useQuery('settings.get', {});
  const markRead = settings.data?.markRead ?? (settings.error === undefined ? undefined : '0');
  // Not its name: a move gives it another one, and what the person marked since then stays.
  const key =
    row === undefined
      ? undefined
      : JSON.stringify([row.ref.accountId, row.receivedAt, row.from?.address, row.subject]);
  const timer = useRef<number>(undefined);
  const mark = useEffectEvent(() => {
    if (row !== undefined && !row.seen) actions.setFlags(row, { seen: true });
  });
  useEffect(() => {
    if (key === undefined || markRead === undefined || markRead === 'never') return;
    timer.current = window.setTimeout(() => mark(), Number(markRead) * 1_000 || drawnMs);
    return () => window.clearTimeout(timer.current);
  }, [key, markRead]);
  // Marked by hand meanwhile: should it be unread again, then because the person wants it so.
  const seen = row?.seen;
  useEffect(() => {
    if (seen === true) window.clearTimeout(timer.current);
  }, [seen]);
}
