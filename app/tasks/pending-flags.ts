/**
 * What the person changed and the server has not confirmed, as a sync asks for it: flags and
 * keywords, which win over the server's word, and the move that is on its way.
 */
import type { PendingChanges } from '../imap/sync-context.ts';
import type { MessageFlags, StoredMailbox } from '../store/mail-types.ts';
import type { HiddenCopies } from '../store/placement.ts';
import { withKeyword } from '../store/placement-writer.ts';
import { changeOf, type FlagsPayload, takenBack } from './flags-task.ts';
import type { KeywordPayload } from './keyword-task.ts';
import { placeKey, type Resolve, type Target, type TaskKind, target } from './task-kind.ts';
import type { StoredTask } from './task-store.ts';

interface Change {
  readonly flags: Partial<MessageFlags>;
  readonly keywords: readonly { keyword: string; on: boolean }[];
}

/** The kinds whose changes are known here. */
export interface PendingKinds {
  readonly flags: Pick<TaskKind<FlagsPayload>, 'kind' | 'schema'>;
  readonly keyword: Pick<TaskKind<KeywordPayload>, 'kind' | 'schema'>;
}

/** What is known of the move that is on its way; undefined without one. */
export interface MoveUnderWay {
  leaving(mailbox: StoredMailbox): ReadonlySet<number> | undefined;
  arriving(mailbox: StoredMailbox): HiddenCopies | undefined;
  /** Shows the changes that wait once more: rows came that they are about. */
  showPending(accountId: string): void;
}

const noUids: ReadonlySet<number> = new Set();

export class PendingFlags implements PendingChanges {
  readonly #byAccount = new Map<string, Map<string, Change>>();
  readonly #elsewhere = new Map<string, () => ReadonlySet<string>>();
  #moves: MoveUnderWay | undefined;

  /** Whom to ask about moves; the queue is made after the sync that asks. */
  follow(moves: MoveUnderWay): void {
    this.#moves = moves;
  }

  leaving(mailbox: StoredMailbox): ReadonlySet<number> {
    return this.#moves?.leaving(mailbox) ?? noUids;
  }

  arriving(mailbox: StoredMailbox): HiddenCopies | undefined {
    return this.#moves?.arriving(mailbox);
  }

  came(mailbox: StoredMailbox, uids: readonly number[]): void {
    const { accountId, path, uidValidity } = mailbox;
    const elsewhere = this.#elsewhere.get(accountId);
    if (elsewhere === undefined || uids.length === 0) return;
    const wanted = elsewhere();
    if (uids.some((uid) => wanted.has(placeKey(path, uidValidity, uid)))) {
      this.#moves?.showPending(accountId);
    }
  }

  flags(mailbox: StoredMailbox, uid: number): Partial<MessageFlags> | undefined {
    return this.#change(mailbox, uid)?.flags;
  }

  keywords(mailbox: StoredMailbox, uid: number, fromServer: readonly string[]): readonly string[] {
    const changes = this.#change(mailbox, uid)?.keywords ?? [];
    return changes.reduce<readonly string[]>(
      (keywords, { keyword, on }) => withKeyword(keywords, keyword, on),
      fromServer,
    );
  }

  /**
   * Replaces what is known of the account; later tasks win over earlier ones. Of one that was taken
   * back and is being carried out, it is the way back that counts.
   */
  replace(
    accountId: string,
    tasks: readonly StoredTask[],
    kinds: PendingKinds,
    resolve: Resolve,
  ): void {
    const found = new Map<string, Change>();
    const add = (target: Target, more: (change: Change) => Change) => {
      for (const { path, uidValidity, uids } of resolve(target)) {
        for (const uid of uids) {
          const key = placeKey(path, uidValidity, uid);
          found.set(key, more(found.get(key) ?? { flags: {}, keywords: [] }));
        }
      }
    };
    for (const task of tasks) {
      if (task.kind === kinds.flags.kind) {
        const parsed = kinds.flags.schema.safeParse(task.payload);
        if (!parsed.success) continue;
        const { named, change } = task.undone
          ? takenBack(parsed.data)
          : { named: parsed.data, change: parsed.data };
        const own = changeOf(change);
        add(named, ({ flags, keywords }) => ({ flags: { ...flags, ...own }, keywords }));
      } else if (task.kind === kinds.keyword.kind) {
        const parsed = kinds.keyword.schema.safeParse(task.payload);
        if (!parsed.success) continue;
        const { keyword, on, changed } = parsed.data;
        const named = task.undone ? { ...parsed.data, uids: changed } : parsed.data;
        const own = { keyword, on: task.undone ? !on : on };
        add(named, ({ flags, keywords }) => ({ flags, keywords: [...keywords, own] }));
      }
    }
    this.#byAccount.set(accountId, found);
    this.#noteElsewhere(accountId, tasks, resolve);
  }

  /** What is to be shown elsewhere, or nowhere; worked out when rows come, which is seldom. */
  #noteElsewhere(accountId: string, tasks: readonly StoredTask[], resolve: Resolve): void {
    const moving = tasks.filter(
      ({ kind, undone }) => undone !== true && (kind === 'move' || kind === 'expunge'),
    );
    if (moving.length === 0) {
      this.#elsewhere.delete(accountId);
      return;
    }
    let known: ReadonlySet<string> | undefined;
    this.#elsewhere.set(accountId, () => {
      known ??= new Set(
        moving.flatMap(({ payload }) => {
          const parsed = target.safeParse(payload);
          if (!parsed.success) return [];
          return resolve(parsed.data).flatMap(({ path, uidValidity, uids }) =>
            uids.map((uid) => placeKey(path, uidValidity, uid)),
          );
        }),
      );
      return known;
    });
  }

  #change(mailbox: StoredMailbox, uid: number): Change | undefined {
    return this.#byAccount
      .get(mailbox.accountId)
      ?.get(placeKey(mailbox.path, mailbox.uidValidity, uid));
  }
}
