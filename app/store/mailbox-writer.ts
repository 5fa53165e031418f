/** Writes the mailboxes of mail.db: what the server listed, and how far each of them is known. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { integerColumn } from './columns.ts';
import { transaction } from './database.ts';
import type { ListedMailbox } from './mail-types.ts';
import { isListedSql } from './placement.ts';
import { statementsOf } from './statements.ts';

export class MailboxWriter {
  readonly #db: DatabaseSync;
  readonly #prepare: ReturnType<typeof statementsOf>;
  readonly #onDeleted: () => void;

  /** @param onDeleted called after messages went with their mailbox */
  constructor(db: DatabaseSync, onDeleted: () => void) {
    this.#db = db;
    this.#prepare = statementsOf(db);
    this.#onDeleted = onDeleted;
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /** Makes the account's mailboxes what the server listed; those gone from the server go here too. */
  replace(accountId: string, listed: readonly ListedMailbox[]): void {
    transaction(this.#db, () => {
      const rolesBefore = this.#roles(accountId);
      for (const [position, mailbox] of listed.entries()) {
        this.#run(
          `INSERT INTO mailbox
             (accountId, path, name, depth, role, selectable, position, serverTotal, serverUnseen)
           VALUES (?, ?, ?, ?, ?, ?, ?, coalesce(?, 0), coalesce(?, 0))
           ON CONFLICT (accountId, path) DO UPDATE SET
             name = excluded.name, depth = excluded.depth, role = excluded.role,
             selectable = excluded.selectable, position = excluded.position,
             serverTotal = coalesce(?, serverTotal), serverUnseen = coalesce(?, serverUnseen)`,
          accountId,
          mailbox.path,
          mailbox.name,
          mailbox.depth,
          mailbox.role,
          mailbox.selectable ? 1 : 0,
          position,
          mailbox.total ?? null,
          mailbox.unseen ?? null,
          mailbox.total ?? null,
          mailbox.unseen ?? null,
        );
      }
      this.#run(
        `DELETE FROM mailbox WHERE accountId = ?
           AND path NOT IN (SELECT value FROM json_each(?))`,
        accountId,
        JSON.stringify(listed.map((mailbox) => mailbox.path)),
      );
      for (const { mailboxId, listed } of this.#relisted(accountId, rolesBefore)) {
        this.#run('UPDATE message SET listed = ? WHERE shownIn = ?', listed, mailboxId);
      }
    });
    this.#onDeleted();
  }

  /** Makes sure that the account has an INBOX before its mailboxes were listed (RFC 9051 §5.1). */
  ensureInbox(accountId: string): void {
    this.#run(
      `INSERT INTO mailbox (accountId, path, name, depth, role, selectable, position)
       SELECT ?1, 'INBOX', 'INBOX', 0, 'inbox', 1, 0
       WHERE NOT EXISTS (SELECT 1 FROM mailbox WHERE accountId = ?1 AND role = 'inbox')`,
      accountId,
    );
  }

  /**
   * A mailbox has another path on the server; its messages are what they were. Nothing when that
   * was done before.
   */
  followRename(accountId: string, { from, to }: { from: string; to: string }): void {
    this.#run(
      `UPDATE mailbox SET path = ?3 WHERE accountId = ?1 AND path = ?2
         AND NOT EXISTS (SELECT 1 FROM mailbox WHERE accountId = ?1 AND path = ?3)`,
      accountId,
      from,
      to,
    );
  }

  #roles(accountId: string): Map<number, number> {
    const rows = this.#prepare(
      `SELECT mailboxId, ${isListedSql} AS listed FROM mailbox WHERE accountId = ?`,
    ).all(accountId);
    return new Map(
      rows.map((row) => [integerColumn(row, 'mailboxId'), integerColumn(row, 'listed')]),
    );
  }

  /** Mailboxes that lists over all mailboxes now show, or show no more. */
  #relisted(accountId: string, before: ReadonlyMap<number, number>) {
    return [...this.#roles(accountId)]
      .filter(([mailboxId, listed]) => (before.get(mailboxId) ?? listed) !== listed)
      .map(([mailboxId, listed]) => ({ mailboxId, listed }));
  }

  /** Empties a mailbox whose uids no longer mean what they meant (RFC 9051 §2.3.1.1). */
  reset(mailboxId: number, uidValidity: number): void {
    transaction(this.#db, () => {
      this.#run('DELETE FROM message WHERE mailboxId = ?', mailboxId);
      this.#run(
        `UPDATE mailbox SET uidValidity = ?, uidNext = 0, highestModSeq = '0', complete = 0
         WHERE mailboxId = ?`,
        uidValidity,
        mailboxId,
      );
    });
    this.#onDeleted();
  }

  /** Notes how far the mailbox is known. */
  setSyncPoint(
    mailboxId: number,
    point: { uidNext: number; highestModSeq: bigint; complete: boolean },
  ): void {
    this.#run(
      'UPDATE mailbox SET uidNext = ?, highestModSeq = ?, complete = ? WHERE mailboxId = ?',
      point.uidNext,
      String(point.highestModSeq),
      point.complete ? 1 : 0,
      mailboxId,
    );
  }

  setServerCounts(mailboxId: number, total: number, unseen?: number): void {
    this.#run(
      `UPDATE mailbox SET serverTotal = ?, serverUnseen = coalesce(?, serverUnseen)
       WHERE mailboxId = ?`,
      total,
      unseen ?? null,
      mailboxId,
    );
  }
}
