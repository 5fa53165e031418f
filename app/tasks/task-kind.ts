/**
 * What a kind of change has to bring: a local step, shown at once; a remote step, replayed in
 * order when the server can be reached; and the ways back: while it waits, when the server says
 * no for good, and after it was done.
 */
import * as z from 'zod';
import type { AccountSync } from '../imap/account-sync.ts';

/** What a remote step gets of an account. */
export type RemoteAccount = Pick<
  AccountSync,
  'inMailbox' | 'run' | 'refreshMailboxes' | 'syncMailbox' | 'noteGone'
>;

/** Messages by where the server keeps them. Mailboxes by path: mail.db may be rebuilt. */
export const target = z.object({
  path: z.string(),
  uidValidity: z.int().nonnegative(),
  uids: z.array(z.int().positive()),
});
export type Target = z.infer<typeof target>;

/** What tells a message from others wherever it lies: a copy keeps all of it. */
export const messageIdentity = z.object({
  messageId: z.string().optional(),
  receivedAt: z.number(),
  sizeBytes: z.number(),
});
export type MessageIdentity = z.infer<typeof messageIdentity>;

/** Names one message of an account, in maps. */
export function placeKey(path: string, uidValidity: number, uid: number): string {
  return `${uidValidity} ${uid} ${path}`;
}

/** A target where its messages are by now, after the moves that came before. */
export interface ResolvedTarget extends Target {
  /** From each of `uids` to the uid that the task knows it by. */
  readonly origin: ReadonlyMap<number, number>;
}

export type Resolve = (target: Target) => ResolvedTarget[];

export interface TaskRun {
  readonly account: RemoteAccount;
  readonly accountId: string;
  readonly resolve: Resolve;
  /** What was noted last; undefined while the task has not touched the server. */
  readonly step: unknown;
  /** On disk when it returns: a restart goes on from here. */
  note(step: unknown): void;
  /**
   * The server gave messages another mailbox and uid: tasks that follow will find them.
   * @param uids old uid to new uid
   * @param identities by old uid
   */
  moved(
    from: Pick<Target, 'path' | 'uidValidity'>,
    to: Pick<Target, 'path' | 'uidValidity'>,
    uids: ReadonlyMap<number, number>,
    identities: ReadonlyMap<number, MessageIdentity>,
  ): void;
  /** The changes that wait have to be shown once more when this one is done. */
  showAgain(): void;
}

/** A task that is not stored yet. */
export interface NewTask {
  readonly accountId: string;
  readonly kind: string;
  readonly payload: unknown;
}

export interface TaskKind<Payload> {
  readonly kind: string;
  readonly schema: z.ZodType<Payload>;
  /** Messages that the change is about. */
  count(payload: Payload): number;
  /** Shows the change in the store. Called again after a restart: it must be repeatable. */
  applyLocal(accountId: string, payload: Payload, resolve: Resolve): void;
  /** Must be repeatable: it may have been carried out just before a connection broke. */
  runRemote(run: TaskRun, payload: Payload): Promise<void>;
  /** The server refused: bring the store back to what the server says. */
  undo(run: TaskRun, payload: Payload): Promise<void>;
  /** Taken back before the server knew of it: the store as it was. */
  showBack(accountId: string, payload: Payload, resolve: Resolve): void;
  /**
   * Taken back while the server carries it out, and not reversed there yet: shown in its turn with
   * the changes that wait. Absent where nothing has to be shown.
   */
  showTaken?(accountId: string, payload: Payload, resolve: Resolve): void;
  /** What takes the change back after it was done; empty when nothing can. */
  reverse(accountId: string, payload: Payload, resolve: Resolve): NewTask[];
}
