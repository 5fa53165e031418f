/**
 * Where messages are shown and where the server keeps them, while the person's changes are on
 * their way: shown elsewhere at once, moved in the store when the server did it, shown back when
 * it refused. A moved message keeps its row, its token and so its content.
 */
import type { DatabaseSync } from 'node:sqlite';
import { integerColumn, optionalText, type SqlRow, textColumn } from './columns.ts';
import { transaction } from './database.ts';
import { type HiddenCopies, isListedSql, sameMessageKey, shownAsAnother } from './placement.ts';
import { statementsOf } from './statements.ts';
import type { ThreadIndex } from './thread-index.ts';

export class PlacementWriter {
  readonly #db: DatabaseSync;
  readonly #threads: ThreadIndex;
  readonly #prepare: ReturnType<typeof statementsOf>;

  constructor(db: DatabaseSync, threads: ThreadIndex) {
    this.#db = db;
    this.#prepare = statementsOf(db);
    this.#threads = threads;
  }

  /**
   * Shows messages in another mailbox than the server keeps them in.
   * @param shownIn 0 shows them nowhere
   * @returns the mailboxes whose lists changed
   */
  show(mailboxId: number, uids: readonly number[], shownIn: number): Set<number> {
    const touched = new Set<number>();
    const find = this.#prepare(
      'SELECT rowId, shownIn FROM message WHERE mailboxId = ? AND uid = ?',
    );
    transaction(this.#db, () => {
      for (const uid of uids) {
        const row = find.get(mailboxId, uid);
        if (row === undefined) continue;
        const before = integerColumn(row, 'shownIn');
        if (before === shownIn) continue;
        this.#place(integerColumn(row, 'rowId'), shownIn);
        touched.add(before).add(shownIn);
      }
    });
    return realMailboxes(touched);
  }

  /** Shows messages where the server keeps them; those marked for removal nowhere. */
  showBack(mailboxId: number, uids: readonly number[]): Set<number> {
    const touched = new Set<number>();
    transaction(this.#db, () => {
      for (const uid of uids) {
        const row = this.#prepare(
          'SELECT rowId, shownIn, deleted FROM message WHERE mailboxId = ? AND uid = ?',
        ).get(mailboxId, uid);
        if (row === undefined) continue;
        const shownIn = integerColumn(row, 'deleted') === 1 ? 0 : mailboxId;
        touched.add(integerColumn(row, 'shownIn')).add(shownIn);
        this.#place(integerColumn(row, 'rowId'), shownIn);
      }
    });
    return realMailboxes(touched);
  }

  /**
   * The server moved messages. Rows go along, unless a sync of the destination brought the message
   * already: then that row stays, shown where the old one was. A row that was shown at home, or
   * that a sync hid because the move itself had marked it for removal, is shown at its new home, and
   * changes that wait have to be shown again (`shownHome`): what comes after a move may have been
   * shown on a row that a sync took away. Others come with the destination's next sync (`absent`).
   * @param uids old uid to new uid
   */
  relocate(
    mailboxId: number,
    toMailboxId: number,
    uids: ReadonlyMap<number, number>,
  ): { readonly shownHome: number; readonly absent: number } {
    const find = this.#prepare(
      'SELECT rowId, shownIn, deleted FROM message WHERE mailboxId = ? AND uid = ?',
    );
    let shownHome = 0;
    let absent = 0;
    transaction(this.#db, () => {
      for (const [uid, newUid] of uids) {
        const row = find.get(mailboxId, uid);
        const there = find.get(toMailboxId, newUid);
        if (row === undefined) {
          if (there === undefined) absent += 1;
          else {
            shownHome += 1;
            const hidden = integerColumn(there, 'shownIn') === shownAsAnother;
            if (hidden) this.#place(integerColumn(there, 'rowId'), toMailboxId);
          }
          continue;
        }
        const rowId = integerColumn(row, 'rowId');
        const before = integerColumn(row, 'shownIn');
        const marked = before === 0 && integerColumn(row, 'deleted') === 1;
        const moves = marked || before === mailboxId;
        const shownIn = moves ? toMailboxId : before;
        if (moves) shownHome += 1;
        if (there === undefined) {
          this.#prepare(
            'UPDATE message SET mailboxId = ?, uid = ?, deleted = 0 WHERE rowId = ?',
          ).run(toMailboxId, newUid, rowId);
          if (moves) this.#place(rowId, shownIn);
          continue;
        }
        this.#prepare('DELETE FROM message WHERE rowId = ?').run(rowId);
        this.#place(integerColumn(there, 'rowId'), shownIn);
      }
    });
    return { shownHome, absent };
  }

  /** Messages that are gone from a mailbox for good, moved ones too. */
  remove(mailboxId: number, uids: readonly number[]): void {
    const statement = this.#prepare('DELETE FROM message WHERE mailboxId = ? AND uid = ?');
    transaction(this.#db, () => {
      for (const uid of uids) statement.run(mailboxId, uid);
    });
  }

  /**
   * Shows what came to this mailbox and is not on its way there any more.
   * @param copies what other rows still stand for
   */
  showArrived(mailboxId: number, copies?: HiddenCopies): boolean {
    const hidden = this.#prepare(
      `SELECT rowId, uid, deleted, messageId, receivedAt, sizeBytes
       FROM message INDEXED BY message_displaced
       WHERE shownIn = ? AND shownIn <> mailboxId AND mailboxId = ?`,
    ).all(shownAsAnother, mailboxId);
    if (hidden.length === 0) return false;
    const displaced = this.#prepare(
      `SELECT messageId, receivedAt, sizeBytes FROM message INDEXED BY message_displaced
       WHERE shownIn = ? AND shownIn <> mailboxId`,
    ).all(mailboxId);
    const awaited = new Set(displaced.map(keyOf));
    const arrived = hidden.filter((row) => {
      const isCopy = copies !== undefined && integerColumn(row, 'uid') >= copies.fromUid;
      return !awaited.has(keyOf(row)) && !(isCopy && copies.keys.has(keyOf(row)));
    });
    transaction(this.#db, () => {
      for (const row of arrived) this.#placeHome(row, mailboxId);
    });
    return arrived.length > 0;
  }

  /**
   * Shows all of an account's messages where the server keeps them: before the changes that are
   * still on their way are shown again, after a start.
   */
  showAllBack(accountId: string): void {
    const rows = this.#prepare(
      `SELECT rowId, mailboxId, deleted FROM message INDEXED BY message_displaced
       WHERE shownIn <> mailboxId AND shownIn >= 0 AND (deleted = 0 OR shownIn <> 0)
         AND mailboxId IN (SELECT mailboxId FROM mailbox WHERE accountId = ?)`,
    ).all(accountId);
    transaction(this.#db, () => {
      for (const row of rows) this.#placeHome(row, integerColumn(row, 'mailboxId'));
    });
  }

  /** Adds a keyword, or takes it away. Returns how many rows changed. */
  setKeyword(mailboxId: number, uids: readonly number[], keyword: string, on: boolean): number {
    let changed = 0;
    const find = this.#prepare(
      'SELECT rowId, keywords FROM message WHERE mailboxId = ? AND uid = ?',
    );
    transaction(this.#db, () => {
      for (const uid of uids) {
        const row = find.get(mailboxId, uid);
        if (row === undefined) continue;
        const before = textColumn(row, 'keywords');
        const after = withKeyword(before.split(' '), keyword, on).join(' ').trim();
        if (after === before) continue;
        this.#prepare('UPDATE message SET keywords = ? WHERE rowId = ?').run(
          after,
          integerColumn(row, 'rowId'),
        );
        changed += 1;
      }
    });
    return changed;
  }

  /** Uids in a mailbox of messages with these Message-IDs. */
  uidsByMessageId(
    accountId: string,
    mailboxId: number,
    messageIds: readonly string[],
  ): Map<string, number> {
    const found = new Map<string, number>();
    for (const messageId of messageIds) {
      const threadId = this.#threads.threadByMessageId(accountId, messageId);
      if (threadId === undefined) continue;
      const rows = this.#prepare(
        'SELECT uid, mailboxId, messageId FROM message WHERE threadId = ?',
      ).all(threadId);
      for (const row of rows) {
        if (integerColumn(row, 'mailboxId') !== mailboxId) continue;
        if (optionalText(row, 'messageId') === messageId) {
          found.set(messageId, integerColumn(row, 'uid'));
        }
      }
    }
    return found;
  }

  #placeHome(row: SqlRow, mailboxId: number): void {
    const shownIn = integerColumn(row, 'deleted') === 1 ? 0 : mailboxId;
    this.#place(integerColumn(row, 'rowId'), shownIn);
  }

  #place(rowId: number, shownIn: number): void {
    this.#prepare(
      `UPDATE message SET shownIn = ?1, listed = coalesce(
         (SELECT ${isListedSql} FROM mailbox WHERE mailboxId = ?1), 0) WHERE rowId = ?2`,
    ).run(shownIn, rowId);
  }
}

/** Keywords are not case-sensitive (RFC 9051 §2.3.2). */
export function withKeyword(
  keywords: readonly string[],
  keyword: string,
  on: boolean,
): readonly string[] {
  const lower = keyword.toLowerCase();
  const has = keywords.some((one) => one.toLowerCase() === lower);
  if (on) return has ? keywords : [...keywords, keyword];
  return has ? keywords.filter((one) => one.toLowerCase() !== lower) : keywords;
}

function keyOf(row: SqlRow): string {
  return sameMessageKey({
    messageId: optionalText(row, 'messageId'),
    receivedAt: integerColumn(row, 'receivedAt'),
    sizeBytes: integerColumn(row, 'sizeBytes'),
  });
}

function realMailboxes(ids: Set<number>): Set<number> {
  return new Set([...ids].filter((id) => id > 0));
}
