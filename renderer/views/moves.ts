/**
 * Messages that leave their place: archived, deleted, moved; one, several, or whole conversations.
 * The rows go in the same frame and the next one is selected; the last change can be undone for a while.
 */
import { type Dispatch, type RefObject, useEffect, useState } from 'react';
import type { MailboxDto, MailboxRole, MessageRef } from '../../app/contract/index.ts';
import { useBackend } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { useSay } from './Announcer.tsx';
import { type DeskAction, type Place, refKey, type Selection, samePlace } from './desk-state.ts';
import { countOf, type ListRow } from './list/list-row.ts';
import {
  callForAll,
  gainsOf,
  patchCounts,
  placesShown,
  refsOf,
  reloadMail,
} from './message-actions.ts';
import { takeOut } from './row-patches.ts';

/** The list on the screen, as far as a move has to know it. */
export interface ListOrder {
  indexOf(row: ListRow): number | undefined;
  rowAt(index: number): ListRow | undefined;
  readonly total: number;
}

export type MoveKind = 'archive' | 'delete' | 'junk' | 'notJunk' | 'move' | 'deleteForever';

/** One row or several; a row of a conversation stands for all of it that its list shows. */
export type Targets = ListRow | readonly ListRow[];

/** What was done last, and what takes it back. */
export interface DoneMove {
  readonly kind: MoveKind;
  /** The mailbox's own name, of a move to one without a role. */
  readonly to: MailboxDto | undefined;
  readonly rows: readonly ListRow[];
  /** Messages; a conversation has several. */
  readonly count: number;
  readonly index: number;
  /** Where the person was. */
  readonly place: Place | undefined;
  readonly taskIds: Promise<{ taskIds: number[] }>;
}

export interface Moves {
  readonly done: DoneMove | undefined;
  archive(targets: Targets): void;
  /** To Trash; asks first where that would be for good. */
  remove(targets: Targets): void;
  deleteForever(targets: Targets): void;
  /** To Junk, or out of it. */
  junk(targets: Targets): void;
  /** Opens the choice of mailboxes; of one account only. */
  chooseMailbox(targets: Targets): void;
  moveTo(targets: Targets, mailbox: MailboxDto): void;
  undo(): void;
  forget(): void;
  /** The offer stays while the person is at it. */
  hold(held: boolean): void;
  /** Of the mailbox in which the person sees the message. */
  roleOf(row: ListRow): MailboxRole | undefined;
}

/** How long a change offers to be undone, unless the person is at the offer. */
const offerMs = 10_000;

function listOf(targets: Targets): readonly ListRow[] {
  return 'ref' in targets ? [targets] : targets;
}

/** Messages are moved within their account. */
export function ofOneAccount(rows: readonly ListRow[]): boolean {
  return rows.every(({ ref }) => ref.accountId === rows[0]?.ref.accountId);
}

interface MovesOptions {
  readonly place: Place | undefined;
  readonly order: RefObject<ListOrder | undefined>;
  readonly selection: Selection | undefined;
  readonly dispatch: Dispatch<DeskAction>;
  readonly onFailure: (reason: unknown) => void;
}

export function useMoves(options: MovesOptions): Moves {
  const { place, order, selection, dispatch, onFailure } = options;
  const { client, cache } = useBackend();
  const { t } = useWords();
  const say = useSay();
  const [done, setDone] = useState<DoneMove>();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (done === undefined || held) return;
    const timer = window.setTimeout(() => setDone(undefined), offerMs);
    return () => window.clearTimeout(timer);
  }, [done, held]);

  function roleAt(mailboxId: number): MailboxRole | undefined {
    return cache.find('mailbox.list', (all) => all.find((one) => one.mailboxId === mailboxId))
      ?.role;
  }
  function rolesOf(rows: readonly ListRow[]): (MailboxRole | undefined)[] {
    const placeOf = placesShown(cache);
    return [...new Set(rows.map(({ ref }) => placeOf(ref)))].map(roleAt);
  }
  function failed(reason: unknown): void {
    setDone(undefined);
    reloadMail(cache);
    onFailure(reason);
  }
  /** One row gives way to the next; several leave the reader empty. */
  function goOn(rows: readonly ListRow[], index: number): void {
    const [row] = rows;
    if (rows.length > 1) dispatch({ type: 'deselect' });
    if (rows.length !== 1 || row === undefined || selection?.row === undefined) return;
    if (refKey(selection.row.ref) !== refKey(row.ref)) return;
    const list = order.current;
    const last = list === undefined ? -1 : list.total - 1;
    if (list === undefined || last < 1) dispatch({ type: 'deselect' });
    else if (index < last) dispatch({ type: 'select', index, row: list.rowAt(index + 1) });
    else dispatch({ type: 'select', index: last - 1, row: list.rowAt(last - 1) });
  }
  function move(
    kind: MoveKind,
    rows: readonly ListRow[],
    call: (refs: MessageRef[]) => DoneMove['taskIds'],
    to?: MailboxDto,
  ): void {
    const [row] = rows;
    if (row === undefined) return;
    const index = order.current?.indexOf(row) ?? selection?.index ?? 0;
    const gains = gainsOf(cache, rows);
    // Asked before anything is shown as gone.
    const refs = refsOf(client.call, rows);
    goOn(rows, index);
    takeOut(
      cache,
      rows.map(({ ref }) => ref),
    );
    for (const [mailboxId, { total, unseen }] of gains) {
      patchCounts(cache, mailboxId, { total: -total, unseen: -unseen });
      if (to !== undefined) patchCounts(cache, to.mailboxId, { total, unseen });
    }
    const taskIds = refs.then((all) => callForAll(all, call));
    taskIds.catch(failed);
    const count = rows.reduce((sum, one) => sum + countOf(one), 0);
    setDone({ kind, rows, count, index, place, taskIds, to });
  }

  return {
    done,
    roleOf: (row) => rolesOf([row])[0],
    archive(targets) {
      const rows = listOf(targets);
      if (rolesOf(rows).every((role) => role === 'archive')) return;
      move('archive', rows, (refs) => client.call('message.archive', { refs }));
    },
    remove(targets) {
      const rows = listOf(targets);
      if (rolesOf(rows).some((role) => role === 'trash' || role === 'junk')) {
        dispatch({ type: 'sheet', sheet: { kind: 'delete', rows } });
      } else move('delete', rows, (refs) => client.call('message.delete', { refs }));
    },
    deleteForever(targets) {
      const call = (refs: MessageRef[]) => client.call('message.deleteForever', { refs });
      move('deleteForever', listOf(targets), call);
    },
    junk(targets) {
      const rows = listOf(targets);
      const junk = !rolesOf(rows).every((role) => role === 'junk');
      const call = (refs: MessageRef[]) => client.call('message.junk', { refs, junk });
      move(junk ? 'junk' : 'notJunk', rows, call);
    },
    chooseMailbox(targets) {
      const rows = listOf(targets);
      if (rows.length > 0 && ofOneAccount(rows)) {
        dispatch({ type: 'sheet', sheet: { kind: 'move', rows } });
      }
    },
    moveTo(targets, mailbox) {
      const { mailboxId } = mailbox;
      const call = (refs: MessageRef[]) => client.call('message.move', { refs, mailboxId });
      move('move', listOf(targets), call, mailbox);
    },
    undo() {
      if (done === undefined || done.kind === 'deleteForever') return;
      setDone(undefined);
      setHeld(false);
      say(t('desk.undone'));
      if (place !== undefined && samePlace(done.place, place) && done.rows.length === 1) {
        dispatch({ type: 'select', index: done.index, row: done.rows[0] });
      }
      done.taskIds
        .then(({ taskIds }) =>
          undoAll(taskIds, (some) => client.call('task.undo', { taskIds: some })),
        )
        .then(() => reloadMail(cache), failed);
    },
    forget: () => setDone(undefined),
    hold: setHeld,
  };
}

/** The contract takes back so many tasks at once. */
const tasksAtOnce = 2_000;

async function undoAll(
  taskIds: readonly number[],
  call: (taskIds: number[]) => Promise<unknown>,
): Promise<void> {
  for (let at = 0; at < taskIds.length; at += tasksAtOnce) {
    await call(taskIds.slice(at, at + tasksAtOnce));
  }
}
