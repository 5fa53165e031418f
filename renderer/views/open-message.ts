/** Opens a message from outside of a list, e.g. from a notification: its mailbox, and it within. */
import type { Dispatch } from 'react';
import type { MessageRow, ViewDto } from '../../app/contract/index.ts';
import type { Client } from '../host/client.ts';
import { type DeskAction, sameRef } from './desk-state.ts';
import { orderOfPlace } from './list/list-order.ts';
import { type ListRow, toListRow } from './list/list-row.ts';

/** What came lately stands among the first. */
const lookAt = 100;

export async function openMessage(
  client: Client,
  dispatch: Dispatch<DeskAction>,
  row: MessageRow,
): Promise<void> {
  const { accountId, mailboxId } = row.ref;
  dispatch({ type: 'go', place: { kind: 'mailbox', accountId, mailboxId }, pane: 'reader' });
  const { index, found } = await place(client, row).catch(() => nowhere);
  dispatch({ type: 'select', index: Math.max(0, index), row: found ?? row });
}

interface Place {
  readonly index: number;
  readonly found: ListRow | undefined;
}
const nowhere: Place = { index: -1, found: undefined };

/** In the list as the person has it: by conversations or by messages, in its order. */
async function place(client: Client, row: MessageRow): Promise<Place> {
  const { listBy, listOrders } = await client.call('settings.get', {});
  const { accountId, mailboxId } = row.ref;
  const order = orderOfPlace(listOrders, { kind: 'mailbox', accountId, mailboxId });
  const view: ViewDto = { kind: 'mailbox', mailboxId: row.ref.mailboxId };
  const window = { view, offset: 0, limit: lookAt, order } as const;
  const rows =
    listBy === 'conversations'
      ? (await client.call('conversation.list', window)).rows.map((one) => toListRow(one, view))
      : (await client.call('view.list', window)).rows;
  const index = rows.findIndex(({ ref }) => sameRef(ref, row.ref));
  return { index, found: rows[index] };
}
