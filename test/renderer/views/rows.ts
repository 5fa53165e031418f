/** Made-up rows for tests of lists. */
import type { MessageRow } from '../../../app/contract/index.ts';

export function row(uid: number, more: Partial<MessageRow> = {}): MessageRow {
  return {
    ref: { accountId: 'a1', mailboxId: 1, uidValidity: 1, uid },
    to: [],
    subject: `Letter ${uid}`,
    snippet: '',
    receivedAt: '2026-11-25T12:00:00Z',
    seen: true,
    flagged: false,
    answered: false,
    hasAttachment: false,
    ...more,
  };
}

export const uids = (rows: readonly MessageRow[] | undefined) => rows?.map(({ ref }) => ref.uid);
