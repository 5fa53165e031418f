/** What a person does to messages: shown at once, then told to the engine, taken back if refused. */
import { useMemo } from 'react';
import type { MailboxDto, MessageRef, MessageRow } from '../../app/contract/index.ts';
import type { CallMethod } from '../host/client.ts';
import { useBackend } from '../host/hooks.tsx';
import type { QueryCache } from '../host/query-cache.ts';
import { refKey, sameRef } from './desk-state.ts';
import { countOf, type ListRow, unseenOf } from './list/list-row.ts';
import { latestLine, latestRow } from './list/message-windows.ts';
import { patchRow, patchRows } from './row-patches.ts';

export interface FlagChange {
  readonly seen?: boolean;
  readonly flagged?: boolean;
}

export interface MessageActions {
  /** Of one message, also when its row stands for a conversation. */
  setFlags(row: Pick<MessageRow, 'ref' | 'seen'>, change: FlagChange): void;
  /** Of all that the rows stand for: whole conversations. */
  setSeen(rows: readonly ListRow[], seen: boolean): void;
  /** Of everything in a mailbox. */
  setMailboxSeen(mailbox: MailboxDto): void;
  /** Of the message that each row shows. */
  setFlagged(rows: readonly ListRow[], flagged: boolean): void;
}

/** The contract's largest number of messages in one call. */
const refsAtOnce = 1_000;

function chunks<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / refsAtOnce) }, (_, index) =>
    items.slice(index * refsAtOnce, (index + 1) * refsAtOnce),
  );
}

/** Calls for as many messages as there are, a thousand at a time. */
export async function callForAll(
  refs: readonly MessageRef[],
  call: (refs: MessageRef[]) => Promise<{ taskIds: number[] }>,
): Promise<{ taskIds: number[] }> {
  const answers: { taskIds: number[] }[] = [];
  for (const some of chunks(refs)) answers.push(await call(some));
  return { taskIds: answers.flatMap(({ taskIds }) => taskIds) };
}

/** The messages that rows stand for: of a conversation, those that its list shows. */
export async function refsOf(call: CallMethod, rows: readonly ListRow[]): Promise<MessageRef[]> {
  const refs = new Map(rows.map(({ ref }) => [refKey(ref), ref]));
  const threads = rows.flatMap(({ thread }) =>
    thread !== undefined && thread.count > 1 ? [thread] : [],
  );
  // Rows that are acted on together are of one list.
  const view = threads[0]?.view;
  if (view === undefined) return [...refs.values()];
  for (const threadIds of chunks(threads.map(({ threadId }) => threadId))) {
    const found = await call('conversation.refs', { view, threadIds });
    for (const ref of found.refs) refs.set(refKey(ref), ref);
  }
  return [...refs.values()];
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
    'conversation.list',
    'conversation.open',
  ] as const) {
    cache.invalidate(method);
  }
}

export interface Gain {
  readonly total: number;
  readonly unseen: number;
}

/** Messages and unread ones that a mailbox gains; negative when it loses them. */
export function patchCounts(cache: QueryCache, mailboxId: number, gain: Gain): void {
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

/** Where the person sees messages: a moved one lies elsewhere on the server for a while. */
export function placesShown(cache: QueryCache): (ref: MessageRef) => number {
  const moved = new Map<string, number>();
  const note = (mailboxId: number, ref: MessageRef) => {
    if (ref.mailboxId !== mailboxId) moved.set(refKey(ref), mailboxId);
  };
  cache.find('message.list', ({ rows }, { mailboxId }) => {
    for (const { ref } of rows) note(mailboxId, ref);
    return undefined;
  });
  cache.find('view.list', ({ rows }, { view }) => {
    if (view.kind === 'mailbox') for (const { ref } of rows) note(view.mailboxId, ref);
    return undefined;
  });
  cache.find('conversation.list', ({ rows }, { view }) => {
    if (view.kind === 'mailbox') for (const { row } of rows) note(view.mailboxId, row.ref);
    return undefined;
  });
  return (ref) => moved.get(refKey(ref)) ?? ref.mailboxId;
}

export function shownIn(cache: QueryCache, ref: MessageRef): number {
  return placesShown(cache)(ref);
}

/** What each mailbox has in these rows. */
export function gainsOf(cache: QueryCache, rows: readonly ListRow[]): ReadonlyMap<number, Gain> {
  const placeOf = placesShown(cache);
  const gains = new Map<number, Gain>();
  for (const row of rows) {
    const mailboxId = placeOf(row.ref);
    const before = gains.get(mailboxId) ?? { total: 0, unseen: 0 };
    gains.set(mailboxId, {
      total: before.total + countOf(row),
      unseen: before.unseen + unseenOf(row),
    });
  }
  return gains;
}

function patchUnread(cache: QueryCache, gained: number): void {
  if (gained === 0) return;
  cache.patch('view.counts', (counts) => ({
    ...counts,
    unread: Math.max(0, counts.unread + gained),
  }));
}

export function useMessageActions(): MessageActions {
  const { client, cache } = useBackend();
  return useMemo(() => {
    const again = () => reloadMail(cache);
    return {
      setFlags({ ref, seen }, change) {
        const before = latestRow(cache, ref)?.seen ?? seen;
        const unseen = change.seen === undefined ? 0 : Number(before) - Number(change.seen);
        patchRow(cache, ref, change);
        cache.patch('message.open', (body) =>
          sameRef(body.ref, ref) ? { ...body, ...change } : body,
        );
        if (unseen !== 0) {
          patchCounts(cache, shownIn(cache, ref), { total: 0, unseen });
          patchUnread(cache, unseen);
        }
        client.call('message.setFlags', { refs: [ref], ...change }).catch(again);
      },
      setSeen(rows, seen) {
        const now = rows.map((row) => latestLine(cache, row) ?? row);
        const keys = new Set(now.map(({ ref }) => refKey(ref)));
        const threads = new Set(now.flatMap(({ thread }) => thread?.threadId ?? []));
        let gained = 0;
        for (const [mailboxId, { total, unseen }] of gainsOf(cache, now)) {
          const gain = seen ? -unseen : total - unseen;
          gained += gain;
          if (gain !== 0) patchCounts(cache, mailboxId, { total: 0, unseen: gain });
        }
        patchRows(cache, keys, { seen }, threads);
        cache.patch('message.open', (body) =>
          keys.has(refKey(body.ref)) ? { ...body, seen } : body,
        );
        patchUnread(cache, gained);
        refsOf(client.call, now)
          .then((refs) =>
            callForAll(refs, (some) => client.call('message.setFlags', { refs: some, seen })),
          )
          .catch(again);
      },
      setMailboxSeen({ mailboxId, unseen }) {
        const seen = <Row extends MessageRow>(row: Row) =>
          row.seen ? row : { ...row, seen: true };
        cache.patch('message.list', (page, input) =>
          input.mailboxId === mailboxId ? { ...page, rows: page.rows.map(seen) } : page,
        );
        cache.patch('conversation.list', (page, { view }) =>
          view.kind === 'mailbox' && view.mailboxId === mailboxId
            ? { ...page, rows: page.rows.map((one) => ({ ...one, unseen: 0, row: seen(one.row) })) }
            : page,
        );
        patchCounts(cache, mailboxId, { total: 0, unseen: -unseen });
        client.call('mailbox.markSeen', { mailboxId }).catch(again);
      },
      setFlagged(rows, flagged) {
        const refs = rows.map(({ ref }) => ref);
        const keys = new Set(refs.map(refKey));
        patchRows(cache, keys, { flagged });
        cache.patch('message.open', (body) =>
          keys.has(refKey(body.ref)) ? { ...body, flagged } : body,
        );
        callForAll(refs, (some) => client.call('message.setFlags', { refs: some, flagged })).catch(
          again,
        );
      },
    };
  }, [client, cache]);
}
