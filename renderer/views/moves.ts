/**
 * Messages that leave their place: archived, deleted, moved. The row goes in the same frame and the
 * next one is selected; the last change can be undone for a while.
 */
import { type Dispatch, type RefObject, useEffect, useState } from 'react';
import type { MailboxDto, MailboxRole, MessageRow } from '../../app/contract/index.ts';
import { useBackend } from '../host/hooks.tsx';
import { useWords } from '../i18n/I18n.tsx';
import { useSay } from './Announcer.tsx';
import { type DeskAction, type Place, refKey, type Selection, samePlace } from './desk-state.ts';
import { patchCounts, reloadMail, shownIn } from './message-actions.ts';
import { takeOut } from './row-patches.ts';

/** The list on the screen, as far as a move has to know it. */
export interface ListOrder {
  indexOf(row: MessageRow): number | undefined;
  rowAt(index: number): MessageRow | undefined;
  readonly total: number;
}

export type MoveKind = 'archive' | 'delete' | 'junk' | 'notJunk' | 'move' | 'deleteForever';

/** What was done last, and what takes it back. */
export interface DoneMove {
  readonly kind: MoveKind;
  /** The mailbox's own name, of a move to one without a role. */
  readonly to: MailboxDto | undefined;
  readonly row: MessageRow;
  readonly index: number;
  /** Where the person was. */
  readonly place: Place | undefined;
  readonly taskIds: Promise<{ taskIds: number[] }>;
}

export interface Moves {
  readonly done: DoneMove | undefined;
  archive(row: MessageRow): void;
  /** To Trash; asks first where that would be for good. */
  remove(row: MessageRow): void;
  deleteForever(row: MessageRow): void;
  /** To Junk, or out of it. */
  junk(row: MessageRow): void;
  /** Opens the choice of mailboxes. */
  chooseMailbox(row: MessageRow): void;
  moveTo(row: MessageRow, mailbox: MailboxDto): void;
  undo(): void;
  forget(): void;
  /** The offer stays while the person is at it. */
  hold(held: boolean): void;
  /** Of the mailbox in which the person sees the message. */
  roleOf(row: MessageRow): MailboxRole | undefined;
}

/** How long a change offers to be undone, unless the person is at the offer. */
const offerMs = 10_000;

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

  function mailboxOf(row: MessageRow): MailboxDto | undefined {
    const mailboxId = shownIn(cache, row.ref);
    return cache.find('mailbox.list', (all) => all.find((one) => one.mailboxId === mailboxId));
  }
  function failed(reason: unknown): void {
    setDone(undefined);
    reloadMail(cache);
    onFailure(reason);
  }
  function goOn(row: MessageRow, index: number): void {
    if (selection?.row === undefined || refKey(selection.row.ref) !== refKey(row.ref)) return;
    const list = order.current;
    const last = list === undefined ? -1 : list.total - 1;
    if (list === undefined || last < 1) dispatch({ type: 'deselect' });
    else if (index < last) dispatch({ type: 'select', index, row: list.rowAt(index + 1) });
    else dispatch({ type: 'select', index: last - 1, row: list.rowAt(last - 1) });
  }
  function move(
    kind: MoveKind,
    row: MessageRow,
    call: () => DoneMove['taskIds'],
    to?: MailboxDto,
  ): void {
    const index = order.current?.indexOf(row) ?? selection?.index ?? 0;
    const from = shownIn(cache, row.ref);
    goOn(row, index);
    takeOut(cache, [row.ref]);
    const unseen = row.seen ? 0 : 1;
    patchCounts(cache, from, { total: -1, unseen: -unseen });
    if (to !== undefined) patchCounts(cache, to.mailboxId, { total: 1, unseen });
    const taskIds = call();
    taskIds.catch(failed);
    setDone({ kind, row, index, place, taskIds, to });
  }
  const roleOf = (row: MessageRow) => mailboxOf(row)?.role;

  return {
    done,
    roleOf,
    archive(row) {
      if (roleOf(row) === 'archive') return;
      move('archive', row, () => client.call('message.archive', { refs: [row.ref] }));
    },
    remove(row) {
      const role = roleOf(row);
      if (role === 'trash' || role === 'junk') {
        dispatch({ type: 'sheet', sheet: { kind: 'delete', row } });
      } else move('delete', row, () => client.call('message.delete', { refs: [row.ref] }));
    },
    deleteForever(row) {
      move('deleteForever', row, () => client.call('message.deleteForever', { refs: [row.ref] }));
    },
    junk(row) {
      const junk = roleOf(row) !== 'junk';
      const call = () => client.call('message.junk', { refs: [row.ref], junk });
      move(junk ? 'junk' : 'notJunk', row, call);
    },
    chooseMailbox: (row) => dispatch({ type: 'sheet', sheet: { kind: 'move', row } }),
    moveTo(row, mailbox) {
      const { mailboxId } = mailbox;
      const call = () => client.call('message.move', { refs: [row.ref], mailboxId });
      move('move', row, call, mailbox);
    },
    undo() {
      if (done === undefined || done.kind === 'deleteForever') return;
      setDone(undefined);
      setHeld(false);
      say(t('desk.undone'));
      if (place !== undefined && samePlace(done.place, place)) {
        dispatch({ type: 'select', index: done.index, row: done.row });
      }
      done.taskIds
        .then(({ taskIds }) => client.call('task.undo', { taskIds }))
        .then(() => reloadMail(cache), failed);
    },
    forget: () => setDone(undefined),
    hold: setHeld,
  };
}
