/** Opens a message from outside of a list, e.g. from a notification: its mailbox, and it within. */
import type { Dispatch } from 'react';
import type { MessageRow } from '../../app/contract/index.ts';
import type { Client } from '../host/client.ts';
import { type DeskAction, sameRef } from './desk-state.ts';

/** What came lately stands among the first. */
const lookAt = 100;

export async function openMessage(
  client: Client,
  dispatch: Dispatch<DeskAction>,
  row: MessageRow,
): Promise<void> {
  const { accountId, mailboxId } = row.ref;
  dispatch({ type: 'go', place: { kind: 'mailbox', accountId, mailboxId }, pane: 'reader' });
  const list = await client
    .call('message.list', { mailboxId, offset: 0, limit: lookAt })
    .catch(() => undefined);
  const index = list?.rows.findIndex(({ ref }) => sameRef(ref, row.ref)) ?? -1;
  dispatch({ type: 'select', index: Math.max(0, index), row: list?.rows[index] ?? row });
}
