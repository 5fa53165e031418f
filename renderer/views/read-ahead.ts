/** Has the engine read a message before it is opened: the one that is pressed, pointed at, or next. */
import { useEffect, useEffectEvent } from 'react';
import type { MessageRow } from '../../app/contract/index.ts';
import { useBackend } from '../host/hooks.tsx';

/** A pointer or a selection that goes on sooner is on its way to somewhere else. */
const restMs = 80;

/** What is here already is read; nothing is fetched from a server, and nothing changes by it. */
export function useReadAhead(): (row: MessageRow | undefined) => void {
  const { client, cache } = useBackend();
  return (row) => {
    if (row === undefined) return;
    const { ref, threadId } = row;
    cache.prime('message.open', { ref }, async () => {
      const { body } = await client.call('message.ahead', { ref });
      return body;
    });
    if (threadId !== undefined) {
      cache.ensure('conversation.open', { accountId: ref.accountId, threadId });
    }
  };
}

/** Reads these once nothing else was wanted for a moment. `key` tells one choice from another. */
export function useRestedReadAhead(
  key: string | undefined,
  rows: () => readonly (MessageRow | undefined)[],
): void {
  const readAhead = useReadAhead();
  const read = useEffectEvent(() => {
    for (const row of rows()) readAhead(row);
  });
  useEffect(() => {
    if (key === undefined) return;
    const timer = window.setTimeout(() => read(), restMs);
    return () => window.clearTimeout(timer);
  }, [key]);
}
