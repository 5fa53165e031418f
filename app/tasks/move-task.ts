/** Moves messages to another mailbox of their account; archive, delete and junk are moves too. */
import type { ImapFlow } from 'imapflow';
import { ImapError } from '../errors.ts';
import { assertConnected } from '../imap/imap-errors.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import type { MailStoreWriter } from '../store/mail-writer.ts';
import type { HiddenCopies } from '../store/placement.ts';
import type { PlacementWriter } from '../store/placement-writer.ts';
import {
  type LocatedTarget,
  locate,
  locateThere,
  type NamedMessage,
  type RefGroup,
  toTarget,
} from './message-targets.ts';
import {
  type MovePayload,
  type MoveStep,
  movePayload,
  moveSteps,
  placeBefore,
} from './move-payload.ts';
import { type MovedMessage, moveMessages } from './move-remote.ts';
import type { NewTask, TaskKind, TaskRun } from './task-kind.ts';
import type { MovedGroup } from './task-store.ts';

export interface MoveTaskOptions {
  readonly reader: MailStoreReader;
  readonly writer: MailStoreWriter;
  readonly placement: PlacementWriter;
  readonly changed: (mailbox: StoredMailbox) => void;
  /** Brings a mailbox up to date when there is time. */
  readonly syncSoon: (mailbox: StoredMailbox) => void;
  /** Copies that stay hidden for now. */
  readonly arriving: (mailbox: StoredMailbox) => HiddenCopies | undefined;
}

export function createMoveTask(options: MoveTaskOptions): TaskKind<MovePayload> {
  const { reader, placement } = options;
  const tell = (mailboxIds: ReadonlySet<number>) => {
    for (const id of mailboxIds) {
      const mailbox = reader.mailbox(id);
      if (mailbox !== undefined) options.changed(mailbox);
    }
  };
  return {
    kind: 'move',
    schema: movePayload,
    count: ({ uids }) => uids.length,
    applyLocal(accountId, payload, resolve) {
      // A mailbox that is yet to be made shows nothing.
      const shownIn = reader.mailboxByPath(accountId, payload.to)?.mailboxId ?? 0;
      for (const { mailbox, uids } of locate(reader, accountId, payload, resolve)) {
        if (mailbox.mailboxId !== shownIn) tell(placement.show(mailbox.mailboxId, uids, shownIn));
        else tell(placement.showBack(mailbox.mailboxId, uids));
      }
    },
    async runRemote(run, payload) {
      for (const group of await locateThere(reader, run, payload)) {
        if (group.path !== payload.to) await moveGroup(run, payload, group, options, tell);
      }
    },
    async undo({ account, accountId, resolve }, payload) {
      for (const { mailbox, uids } of locate(reader, accountId, payload, resolve)) {
        tell(placement.showBack(mailbox.mailboxId, uids));
        // What is gone from there goes from the list.
        await account.syncMailbox(mailbox.mailboxId);
      }
      const destination = reader.mailboxByPath(accountId, payload.to);
      if (destination === undefined) return;
      placement.showArrived(destination.mailboxId, options.arriving(destination));
      options.changed(destination);
    },
    showBack(accountId, payload, resolve) {
      for (const { mailbox, uids } of locate(reader, accountId, payload, resolve)) {
        tell(placement.showBack(mailbox.mailboxId, uids));
      }
    },
    showTaken(accountId, payload, resolve) {
      const shownIn = reader.mailboxByPath(accountId, placeBefore(payload))?.mailboxId;
      if (shownIn === undefined) return;
      for (const group of locate(reader, accountId, payload, resolve)) {
        tell(placement.show(group.mailbox.mailboxId, awayFrom(payload, group), shownIn));
      }
    },
    reverse(accountId, payload, resolve) {
      return locate(reader, accountId, payload, resolve).flatMap((group): NewTask[] => {
        const uids = awayFrom(payload, group);
        if (uids.length === 0) return [];
        const { path, uidValidity, origin } = group;
        const messages = messagesOf(payload, uids, origin);
        const back = { path, uidValidity, uids, to: placeBefore(payload), messages };
        return [{ accountId, kind: 'move', payload: back }];
      });
    },
  };
}

/** Messages of `group` that have to move to be there again. */
function awayFrom(payload: MovePayload, { path, uids, origin }: LocatedTarget): number[] {
  if (path === placeBefore(payload)) return [];
  // One that still bears its uid never left; one that came back to that mailbox has another.
  return uids.filter((uid) => path !== payload.path || origin.get(uid) !== uid);
}

/**
 * One task for each mailbox that the messages are in; messages that are there already stay.
 * @param pathShown of the mailbox in which the person sees a message; undefined: in none
 */
export function toMoveTasks(
  groups: readonly RefGroup[],
  destination: (accountId: string) => { readonly to: string; readonly create?: boolean },
  pathShown: (group: RefGroup, message: NamedMessage) => string | undefined,
): NewTask[] {
  return groups.flatMap((group): NewTask[] => {
    const { accountId, path, uidValidity } = group;
    const { to, create } = destination(accountId);
    const byPath = Map.groupBy(group.messages, (message) => pathShown(group, message));
    byPath.delete(to);
    return [...byPath].map(([shownIn, messages]) => {
      const payload = {
        ...toTarget({ path, uidValidity, messages }),
        to,
        ...(create === true ? { create } : {}),
        ...(shownIn === undefined || shownIn === path ? {} : { shownIn }),
        messages: messages.map(({ messageId, receivedAt, sizeBytes }) => ({
          messageId,
          receivedAt,
          sizeBytes,
        })),
      };
      return { accountId, kind: 'move', payload };
    });
  });
}

async function moveGroup(
  run: TaskRun,
  payload: MovePayload,
  group: LocatedTarget,
  options: MoveTaskOptions,
  tell: (mailboxIds: ReadonlySet<number>) => void,
): Promise<void> {
  const { accountId, account } = run;
  const { reader } = options;
  const { path, uidValidity, uids, mailbox } = group;
  const messages = messagesOf(payload, uids, group.origin).map(
    (message, index): MovedMessage => ({ ...message, uid: uids[index] ?? 0 }),
  );
  const { step, moved } = await account.run(async (client) => {
    const begun = await beginStep(run, payload, path, client);
    const result = await moveMessages(client, {
      source: { path, uidValidity },
      messages,
      step: begun,
      note: (next) => noteStep(run, path, next),
    });
    if (reader.mailboxByPath(accountId, begun.path) === undefined) {
      await account.refreshMailboxes(client, false);
    }
    return { step: begun, moved: result.uids };
  });
  const before = reader.mailboxByPath(accountId, step.path);
  if (before !== undefined && before.uidValidity > 0 && before.uidValidity !== step.uidValidity) {
    // Made anew on the server, and not known to be: while the old row still stands for the message.
    await account.syncMailbox(before.mailboxId);
  }
  const from = { path, uidValidity };
  const to = { path: step.path, uidValidity: step.uidValidity };
  // Noted before it is shown: a start in between shows it then (`showMoved`).
  run.moved(from, to, moved, new Map(messages.map((message) => [message.uid, message])));
  const { shownHome, absent } = showMoved(options, accountId, { from, to, uids: moved });
  if (shownHome > 0 || absent > 0) run.showAgain();
  const destination = reader.mailboxByPath(accountId, step.path);
  const gone = moved.size < uids.length;
  if (destination !== undefined && (absent > 0 || gone || !destination.complete)) {
    options.syncSoon(destination);
  }
  account.noteGone(mailbox.mailboxId, uids);
  options.placement.remove(mailbox.mailboxId, uids);
  if (destination !== undefined) {
    options.placement.showArrived(destination.mailboxId, options.arriving(destination));
  }
  tell(new Set([mailbox.mailboxId, ...(destination ? [destination.mailboxId] : [])]));
}

/** Brings rows to where the server has put their messages; again, when that was done before. */
export function showMoved(
  { reader, writer, placement }: Pick<MoveTaskOptions, 'reader' | 'writer' | 'placement'>,
  accountId: string,
  { from, to, uids }: MovedGroup,
): { readonly shownHome: number; readonly absent: number } {
  const source = reader.mailboxByPath(accountId, from.path);
  const destination = reader.mailboxByPath(accountId, to.path);
  // Never opened yet: its uids mean from now on what they mean on the server.
  if (destination?.uidValidity === 0) {
    writer.mailboxes.reset(destination.mailboxId, to.uidValidity);
  }
  const known =
    destination !== undefined &&
    (destination.uidValidity === 0 || destination.uidValidity === to.uidValidity);
  if (!known || source?.uidValidity !== from.uidValidity)
    return { shownHome: 0, absent: uids.size };
  return placement.relocate(source.mailboxId, destination.mailboxId, uids);
}

/** The step that was noted, or a new one: nothing is done before it is on disk. */
async function beginStep(
  run: TaskRun,
  payload: MovePayload,
  from: string,
  client: ImapFlow,
): Promise<MoveStep> {
  const noted = moveSteps.catch({}).parse(run.step ?? {})[from];
  const path = payload.create === true ? await ensureMailbox(client, payload.to) : payload.to;
  const status = await client.status(path, { uidNext: true, uidValidity: true });
  if (status === false || status.uidNext === undefined || status.uidValidity === undefined) {
    assertConnected(client);
    throw new ImapError('imap.failed', { command: 'STATUS', status: 'NO' });
  }
  const uidValidity = Number(status.uidValidity);
  // In a mailbox that was made anew there is no copy of ours.
  if (noted?.uidValidity === uidValidity) return { ...noted, path };
  const step = { path, uidValidity, uidNext: status.uidNext };
  noteStep(run, from, step);
  return step;
}

/** Path of the mailbox as the server has it. */
async function ensureMailbox(client: ImapFlow, name: string): Promise<string> {
  return (await client.mailboxCreate([name])).path;
}

function noteStep(run: TaskRun, from: string, step: MoveStep): void {
  const steps = moveSteps.catch({}).parse(run.step ?? {});
  run.note({ ...steps, [from]: step });
}

/** What is known of the messages, in the order of `uids`. */
function messagesOf(
  payload: MovePayload,
  uids: readonly number[],
  origin: ReadonlyMap<number, number>,
) {
  return uids.map((uid) => {
    const known = payload.messages[payload.uids.indexOf(origin.get(uid) ?? 0)];
    return known ?? { receivedAt: 0, sizeBytes: 0 };
  });
}
