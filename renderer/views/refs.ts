/** Names of messages, compared. Pure. */
import type { MessageRef } from '../../app/contract/index.ts';

/** The same message gives the same text. */
export function refKey(ref: MessageRef): string {
  return `${ref.accountId}/${ref.mailboxId}/${ref.uidValidity}/${ref.uid}`;
}

export function sameRef(a: MessageRef, b: MessageRef): boolean {
  return (
    a.uid === b.uid &&
    a.mailboxId === b.mailboxId &&
    a.uidValidity === b.uidValidity &&
    a.accountId === b.accountId
  );
}
