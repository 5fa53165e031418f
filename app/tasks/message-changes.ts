/** What the window may ask to be done with messages, as tasks. One call may make several. */
import type { MailboxRole, MessageRef } from '../contract/index.ts';
import { RequestError } from '../errors.ts';
import type { MailStoreReader } from '../store/mail-reader.ts';
import type { StoredMailbox } from '../store/mail-types.ts';
import { toExpungeTasks } from './expunge-task.ts';
import { type FlagChange, toFlagsPayloads } from './flags-task.ts';
import { toKeywordTasks } from './keyword-task.ts';
import { type Follow, groupRefs, type RefGroup } from './message-targets.ts';
import { toMoveTasks } from './move-task.ts';
import { type NewTask, placeKey } from './task-kind.ts';
import type { TaskQueue } from './task-queue.ts';

type Refs = readonly MessageRef[];
type Destination = { to: string; create?: boolean };

/** All return the ids of the tasks, for `TaskQueue.undo`. */
export class MessageChanges {
  readonly #reader: MailStoreReader;
  readonly #queue: TaskQueue;

  constructor(reader: MailStoreReader, queue: TaskQueue) {
    this.#reader = reader;
    this.#queue = queue;
  }

  setFlags(refs: Refs, change: FlagChange): number[] {
    const tasks = toFlagsPayloads(this.#now(refs), change);
    return this.#queue.addAll(tasks.map((task) => ({ ...task, kind: 'flags' })));
  }

  setKeyword(refs: Refs, keyword: string, on: boolean): number[] {
    return this.#queue.addAll(toKeywordTasks(this.#now(refs), { keyword, on }));
  }

  /** @throws RequestError `mailbox.not-found`, also for a mailbox of another account */
  move(refs: Refs, mailboxId: number): number[] {
    const mailbox = this.#reader.mailbox(mailboxId);
    if (mailbox?.selectable !== true || refs.some((ref) => ref.accountId !== mailbox.accountId)) {
      throw new RequestError('mailbox.not-found');
    }
    return this.#queue.addAll(this.#moves(this.#now(refs), () => ({ to: mailbox.path })));
  }

  archive(refs: Refs): number[] {
    const destination = (accountId: string) => {
      const all = this.#reader.mailboxByRole(accountId, 'all');
      // Gmail: without the inbox's label a message is in All Mail alone.
      const known =
        this.#reader.mailboxByRole(accountId, 'archive') ?? (isGmail(all) ? all : undefined);
      return known === undefined ? { to: 'Archive', create: true } : { to: known.path };
    };
    return this.#queue.addAll(this.#moves(this.#now(refs), destination));
  }

  delete(refs: Refs): number[] {
    return this.#queue.addAll(this.#moves(this.#now(refs), this.#byRole('trash', 'Trash')));
  }

  deleteForever(refs: Refs): number[] {
    return this.#queue.addAll(toExpungeTasks(this.#now(refs)));
  }

  /** The keywords tell the server's filter what the person thinks ($Junk, $NotJunk: RFC 9051 §2.3.2). */
  junk(refs: Refs, junk: boolean): number[] {
    const there = this.#now(refs);
    const to = junk ? this.#byRole('junk', 'Junk') : this.#byRole('inbox', 'INBOX');
    const keyword = (name: string, on: boolean) =>
      toKeywordTasks(there, { keyword: name, on, optional: true });
    return this.#queue.addAll([
      ...keyword('$Junk', junk),
      ...keyword('$NotJunk', !junk),
      ...this.#moves(there, to),
    ]);
  }

  /** A reply or forwarded message was sent. */
  answered(ref: MessageRef, kind: 'reply' | 'forward'): number[] {
    if (kind === 'reply') return this.setFlags([ref], { answered: true });
    const change = { keyword: '$Forwarded', on: true, optional: true };
    return this.#queue.addAll(toKeywordTasks(this.#now([ref]), change));
  }

  #now(refs: Refs): RefGroup[] {
    const follow: Follow = (accountId, place) => this.#queue.notedPlace(accountId, place);
    return groupRefs(refs, this.#reader, follow);
  }

  #moves(groups: readonly RefGroup[], destination: (accountId: string) => Destination): NewTask[] {
    const waiting = new Map<string, ReadonlyMap<string, string | undefined>>();
    return toMoveTasks(groups, destination, ({ accountId, path, uidValidity }, message) => {
      const { stored, uid } = message;
      if (stored !== undefined) return this.#reader.mailbox(stored.shownIn)?.path;
      const shown = waiting.get(accountId) ?? this.#queue.pathsShown(accountId);
      waiting.set(accountId, shown);
      const key = placeKey(path, uidValidity, uid);
      return shown.has(key) ? shown.get(key) : path;
    });
  }

  #byRole(role: MailboxRole, name: string): (accountId: string) => Destination {
    return (accountId) => {
      const known = this.#reader.mailboxByRole(accountId, role);
      return known === undefined ? { to: name, create: true } : { to: known.path };
    };
  }
}

function isGmail(all: StoredMailbox | undefined): boolean {
  return all !== undefined && /^\[(?:Gmail|Google Mail)\]/.test(all.path);
}
