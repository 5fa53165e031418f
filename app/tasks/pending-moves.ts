/**
 * The move that is on its way to the server right now, seen from both ends. Between its first
 * command and its last note a sync may see the source without the message and the destination
 * with it: until the move is noted, the row in the source stays what the person sees.
 */
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import { type HiddenCopies, sameMessageKey } from '../store/placement.ts';
import { locate } from './message-targets.ts';
import { movePayload, moveSteps } from './move-payload.ts';
import type { Resolve } from './task-kind.ts';
import type { StoredTask } from './task-store.ts';

/** The task that the server may have heard of; tasks run in order, so that there is one at most. */
export interface UnderWay {
  readonly task: StoredTask;
  readonly resolve: Resolve;
}

/** Messages that `task` may have taken from `mailbox` already. */
export function uidsLeaving(
  { task, resolve }: UnderWay,
  mailbox: StoredMailbox,
  reader: MailStoreReader,
): ReadonlySet<number> {
  const groups = groupsOf({ task, resolve }, mailbox.accountId, reader);
  return new Set(groups.flatMap(({ group }) => (group.path === mailbox.path ? group.uids : [])));
}

/** What `task` may have brought to `mailbox`; only what is still shown by its row in the source. */
export function copiesArriving(
  { task, resolve }: UnderWay,
  mailbox: StoredMailbox,
  reader: MailStoreReader,
): HiddenCopies | undefined {
  const copies = groupsOf({ task, resolve }, mailbox.accountId, reader)
    .filter(({ step }) => step.path === mailbox.path && step.uidValidity === mailbox.uidValidity)
    .map(({ group, step }) => ({
      fromUid: step.uidNext,
      keys: group.uids.flatMap((uid) => {
        const message = reader.message(group.mailbox.mailboxId, uid);
        return message === undefined ? [] : [sameMessageKey(message)];
      }),
    }));
  if (copies.length === 0) return undefined;
  return {
    fromUid: Math.min(...copies.map(({ fromUid }) => fromUid)),
    keys: new Set(copies.flatMap(({ keys }) => keys)),
  };
}

/** Messages by where they are now; those whose move is noted are there and no longer on their way. */
function groupsOf({ task, resolve }: UnderWay, accountId: string, reader: MailStoreReader) {
  if (task.kind !== 'move' || task.step === undefined) return [];
  const payload = movePayload.safeParse(task.payload);
  const steps = moveSteps.safeParse(task.step);
  if (!payload.success || !steps.success) return [];
  return locate(reader, accountId, payload.data, resolve).flatMap((group) => {
    const step = steps.data[group.path];
    return step === undefined ? [] : [{ group, step }];
  });
}
