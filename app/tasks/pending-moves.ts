/**
 * The move that is on its way to the server right now, seen from both ends. Between its first
 * command and its last note a sync may see the source without the message and the destination
 * with it: until the move is noted, the row in the source stays what the person sees.
 */
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import { type HiddenCopies, sameMessageKey } from '../store/placement.ts';
import { locate } from './message-targets.ts';
import { movePayload, moveSteps, placeBefore } from './move-payload.ts';
import { placeKey, type Resolve, target } from './task-kind.ts';
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

/**
 * Where the changes that wait show messages, by `placeKey` of where they are now: the path of a
 * mailbox, or undefined for nowhere. Of a message that has no row yet nothing else tells.
 */
export function pathsShown(
  tasks: readonly StoredTask[],
  resolve: Resolve,
): ReadonlyMap<string, string | undefined> {
  const shown = new Map<string, string | undefined>();
  const show = (payload: unknown, shownIn: string | undefined) => {
    const parsed = target.safeParse(payload);
    for (const { path, uidValidity, uids } of parsed.success ? resolve(parsed.data) : []) {
      for (const uid of uids) shown.set(placeKey(path, uidValidity, uid), shownIn);
    }
  };
  for (const { kind, payload, undone } of tasks) {
    const move = kind === 'move' ? movePayload.safeParse(payload) : undefined;
    if (move?.success === true) {
      show(payload, undone === true ? placeBefore(move.data) : move.data.to);
    } else if (kind === 'expunge' && undone !== true) show(payload, undefined);
  }
  return shown;
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
