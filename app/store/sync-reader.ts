/**
 * What sync asks of mail.db: how far a mailbox is known, and what is still to come. Every answer
 * is a walk of one index, and long ones come in pages, so that no call holds the engine's thread.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { integerColumn, type SqlRow } from './columns.ts';
import { rowIdsPerSecond } from './mail-writer.ts';
import { statementsOf } from './statements.ts';

export interface MissingContent {
  readonly rowId: number;
  readonly uid: number;
  readonly sizeBytes: number;
}

export class SyncReader {
  readonly #prepare: ReturnType<typeof statementsOf>;

  constructor(db: DatabaseSync) {
    this.#prepare = statementsOf(db);
  }

  #all(sql: string, ...values: SQLInputValue[]): SqlRow[] {
    return this.#prepare(sql).all(...values);
  }

  /** At most `limit` uids of a mailbox above `after`, rising. */
  uidsAfter(mailboxId: number, after: number, limit: number): number[] {
    return this.#all(
      'SELECT uid FROM message WHERE mailboxId = ? AND uid > ? ORDER BY uid LIMIT ?',
      mailboxId,
      after,
      limit,
    ).map((row) => integerColumn(row, 'uid'));
  }

  /** At most `limit` uids of a mailbox in [first, last], rising. */
  uidsWithin(mailboxId: number, first: number, last: number, limit: number): number[] {
    return this.#all(
      'SELECT uid FROM message WHERE mailboxId = ? AND uid BETWEEN ? AND ? ORDER BY uid LIMIT ?',
      mailboxId,
      first,
      last,
      limit,
    ).map((row) => integerColumn(row, 'uid'));
  }

  /** The uid at which the `count` messages begin that lie right below `below`; undefined for none. */
  uidBelow(mailboxId: number, below: number, count: number): number | undefined {
    const row = this.#all(
      `SELECT min(uid) AS uid FROM
         (SELECT uid FROM message WHERE mailboxId = ? AND uid < ? ORDER BY uid DESC LIMIT ?)`,
      mailboxId,
      below,
      count,
    )[0];
    return row === undefined || row.uid === null ? undefined : integerColumn(row, 'uid');
  }

  /**
   * Messages without content, newest first, below `belowRowId` and received since `since`.
   * Those whose content is here under the same emailId, from another mailbox, are passed over.
   * @param since milliseconds since 1970
   */
  missingContent(
    mailboxId: number,
    options: { since: number; belowRowId: number; limit: number },
  ): MissingContent[] {
    return this.#all(
      `SELECT rowId, uid, sizeBytes FROM message AS m
       WHERE mailboxId = ? AND content = 0 AND rowId >= ? AND rowId < ?
         AND NOT EXISTS (SELECT 1 FROM message AS twin WHERE m.emailId IS NOT NULL
           AND twin.threadId = m.threadId AND twin.emailId = m.emailId
           AND twin.rowId <> m.rowId AND twin.content = 1)
       ORDER BY rowId DESC LIMIT ?`,
      mailboxId,
      firstRowIdOf(options.since),
      options.belowRowId,
      options.limit,
    ).map((row) => ({
      rowId: integerColumn(row, 'rowId'),
      uid: integerColumn(row, 'uid'),
      sizeBytes: integerColumn(row, 'sizeBytes'),
    }));
  }

  /**
   * How many messages received since `since` are shown in a mailbox, and how many of these lack
   * content. One whose content is here under the same emailId lacks none (see `missingContent`);
   * that is looked into for the newest few thousand, since it costs a row each.
   */
  contentCounts(mailboxId: number, since: number): { total: number; missing: number } {
    const from = firstRowIdOf(since);
    const count = (sql: string) => {
      const row = this.#all(sql, mailboxId, from)[0];
      return row === undefined ? 0 : integerColumn(row, 'n');
    };
    const total = count(
      'SELECT count(*) AS n FROM message INDEXED BY message_shown WHERE shownIn = ? AND rowId >= ?',
    );
    const kept = count(
      `SELECT count(*) AS n FROM message INDEXED BY message_without_content
       WHERE mailboxId = ? AND content = 0 AND rowId >= ?`,
    );
    if (kept === 0) return { total, missing: count(displacedInto) };
    // What is marked \Deleted or on its way elsewhere is kept here and not shown, or the reverse.
    const missing = kept - count(displacedFrom) + count(displacedInto) - count(withTwin);
    return { total, missing: Math.max(0, missing) };
  }
}

/** Few: messages that are shown elsewhere than the server keeps them. */
const displacedInto = `SELECT count(*) AS n FROM message INDEXED BY message_displaced
  WHERE shownIn = ? AND shownIn <> mailboxId AND rowId >= ? AND content = 0`;
const displacedFrom = `SELECT count(*) AS n FROM message INDEXED BY message_displaced
  WHERE shownIn <> mailboxId AND mailboxId = ? AND rowId >= ? AND content = 0`;
const withTwin = `SELECT count(*) AS n FROM
  (SELECT mailboxId, shownIn, rowId, threadId, emailId FROM message INDEXED BY message_without_content
    WHERE mailboxId = ? AND content = 0 AND rowId >= ? ORDER BY rowId DESC LIMIT 5000) AS m
  WHERE m.emailId IS NOT NULL AND m.shownIn = m.mailboxId
    AND EXISTS (SELECT 1 FROM message AS twin WHERE twin.threadId = m.threadId
      AND twin.emailId = m.emailId AND twin.rowId <> m.rowId AND twin.content = 1)`;

function firstRowIdOf(since: number): number {
  return Math.trunc(Math.max(0, since) / 1_000) * rowIdsPerSecond;
}
