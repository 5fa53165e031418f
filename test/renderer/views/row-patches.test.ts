import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ViewDto } from '../../../app/contract/index.ts';
import type { CallMethod } from '../../../renderer/host/client.ts';
import { QueryCache } from '../../../renderer/host/query-cache.ts';
import { type ListSource, rowAt } from '../../../renderer/views/list/message-windows.ts';
import { closeGaps, patchRow, patchRows, takeOut } from '../../../renderer/views/row-patches.ts';
import { row, uids } from './rows.ts';

test('what is below a row that went moves up, across windows', () => {
  const pages = new Map([
    [0, [row(9), row(8), row(7)]],
    [3, [row(6), row(5), row(4)]],
    [6, [row(3)]],
  ]);
  const closed = closeGaps(pages, ({ ref }) => ref.uid === 8);
  assert.equal(closed?.removed, 1);
  assert.deepEqual(uids(closed?.pages.get(0)), [9, 7, 6]);
  assert.deepEqual(uids(closed?.pages.get(3)), [5, 4, 3]);
  assert.deepEqual(uids(closed?.pages.get(6)), []);
});

test('a window whose next one is not here ends short, and never shows a row twice', () => {
  const pages = new Map([
    [0, [row(9), row(8)]],
    [4, [row(5), row(4)]],
  ]);
  const closed = closeGaps(pages, ({ ref }) => ref.uid === 9);
  assert.deepEqual(uids(closed?.pages.get(0)), [8]);
  assert.deepEqual(uids(closed?.pages.get(4)), [4]);
});

test('windows without the row stay as they are', () => {
  assert.equal(
    closeGaps(new Map([[0, [row(1)]]]), () => false),
    undefined,
  );
});

const messagesOf = (view: ViewDto): ListSource => ({ view, by: 'messages', order: 'newest' });

const inbox = { view: { kind: 'mailbox', mailboxId: 1 } as const, offset: 0, limit: 100 };

/** A cache in which a mailbox of three, a view and a search have been answered. */
async function filled(): Promise<QueryCache> {
  const rows = [row(3, { seen: false }), row(2), row(1)];
  const answers: Record<string, unknown> = {
    'message.list': { total: 3, rows },
    'view.list': { total: 2, rows: rows.slice(0, 2) },
    'conversation.list': {
      total: 2,
      rows: [
        { threadId: 7, row: rows[0], count: 3, unseen: 2, participants: [] },
        { threadId: 8, row: rows[2], count: 1, unseen: 0, participants: [] },
      ],
    },
    'search.query': { hits: [{ row: rows[0], mailboxName: '', snippet: [] }], notes: [] },
  };
  // A stand-in for all methods: what each gives is the table's choice.
  const call = ((method: string) => Promise.resolve(answers[method])) as CallMethod;
  const cache = new QueryCache(call);
  cache.ensure('message.list', { mailboxId: 1, offset: 0, limit: 100 });
  cache.ensure('view.list', { view: { kind: 'unread' }, offset: 0, limit: 100 });
  cache.ensure('conversation.list', inbox);
  cache.ensure('search.query', { query: 'x', limit: 50 });
  await new Promise((resolve) => setImmediate(resolve));
  return cache;
}

test('a message that is taken out is gone from mailbox, view and search at once', async () => {
  const cache = await filled();
  takeOut(cache, [row(3).ref]);
  const { data } = cache.peek('message.list', { mailboxId: 1, offset: 0, limit: 100 });
  assert.equal(data?.total, 2);
  assert.deepEqual(uids(data?.rows), [2, 1]);
  assert.equal(rowAt(cache, messagesOf({ kind: 'unread' }), 0)?.ref.uid, 2);
  assert.deepEqual(cache.peek('search.query', { query: 'x', limit: 50 }).data?.hits, []);
});

test('a change of a message shows in every list that has it', async () => {
  const cache = await filled();
  patchRow(cache, row(3).ref, { seen: true });
  assert.equal(rowAt(cache, messagesOf({ kind: 'mailbox', mailboxId: 1 }), 0)?.seen, true);
  assert.equal(rowAt(cache, messagesOf({ kind: 'unread' }), 0)?.seen, true);
  const found = cache.peek('search.query', { query: 'x', limit: 50 }).data;
  assert.equal(found?.hits[0]?.row.seen, true);
});

test('a conversation goes with the message that it is shown by', async () => {
  const cache = await filled();
  takeOut(cache, [row(3).ref]);
  const { data } = cache.peek('conversation.list', inbox);
  assert.deepEqual([data?.total, data?.rows.map(({ threadId }) => threadId)], [1, [8]]);
});

test('one message that is read leaves the others of its conversation unread', async () => {
  const cache = await filled();
  patchRow(cache, row(3).ref, { seen: true });
  assert.equal(cache.peek('conversation.list', inbox).data?.rows[0]?.unseen, 1);
});

test('a conversation is read or unread as a whole when that is what was asked', async () => {
  const cache = await filled();
  const unseen = () => cache.peek('conversation.list', inbox).data?.rows.map((one) => one.unseen);
  patchRows(cache, new Set(), { seen: true }, new Set([7]));
  assert.deepEqual(unseen(), [0, 0]);
  patchRows(cache, new Set(), { seen: false }, new Set([7, 8]));
  assert.deepEqual(unseen(), [3, 1]);
});
