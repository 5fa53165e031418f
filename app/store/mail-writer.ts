/**
 * Writes mail.db. One call is one transaction of at most a few hundred rows, so that no call
 * holds the engine's thread for long; callers split larger work (rowsPerTransaction).
 */
import { randomInt } from 'node:crypto';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { integerColumn, optionalText, textColumn } from './columns.ts';
import { transaction } from './database.ts';
import type { ListedMailbox, MessageFlags, MessageHeader } from './mail-types.ts';
import { isListedSql, sameMessageKey, shownAsAnother } from './placement.ts';
import { ThreadIndex } from './thread-index.ts';

/** Larger work is split by the caller. */
export const rowsPerTransaction = 200;

export const rowIdsPerSecond = 4_096_000;
/** Keeps `rowId` within JavaScript's safe integers: a second of the year 2039 still fits. */
const latestTime = 2_190_000_000_000;
/** Prime; mailboxes of one account lie far apart within a second. */
const mailboxStride = 131_071;

/** What all new messages of a mailbox have in common. */
interface Arrival {
  readonly mailboxId: number;
  readonly accountId: string;
  readonly listed: boolean;
  /** Uids that may be known already; undefined when that has to be asked one by one. */
  readonly known: ReadonlySet<number> | undefined;
  /** Messages that are shown here while the server still keeps them elsewhere. */
  readonly awaited: ReadonlySet<string>;
  /** Counted as they are stored. */
  readonly added: { stored: number; total: number; unseen: number };
}

export class MailStoreWriter {
  readonly #db: DatabaseSync;
  readonly #threads: ThreadIndex;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync, threads = new ThreadIndex(db)) {
    this.#db = db;
    this.#threads = threads;
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /** Makes the account's mailboxes what the server listed; those gone from the server go here too. */
  replaceMailboxes(accountId: string, listed: readonly ListedMailbox[]): void {
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
  resetMailbox(mailboxId: number, uidValidity: number): void {
    transaction(this.#db, () => {
      this.#run('DELETE FROM message WHERE mailboxId = ?', mailboxId);
      this.#run(
        `UPDATE mailbox SET uidValidity = ?, uidNext = 0, highestModSeq = '0', complete = 0
         WHERE mailboxId = ?`,
        uidValidity,
        mailboxId,
      );
    });
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

  /** Adds messages or brings known ones up to date. */
  upsertMessages(mailboxId: number, headers: readonly MessageHeader[]): void {
    try {
      transaction(this.#db, () => {
        const arrival = this.#arrival(mailboxId, headers);
        // Oldest first within the batch: pages fill up, where newest first would leave halves.
        for (const header of headers.toSorted((a, b) => a.uid - b.uid)) {
          const known = arrival.known?.has(header.uid) ?? true;
          if (!known || !this.#updateMessage(mailboxId, header)) {
            this.#insertMessage(arrival, header);
          }
        }
        if (arrival.added.stored > 0) this.#count(arrival);
        this.#threads.flush();
      });
    } catch (error) {
      this.#threads.forget();
      throw error;
    }
  }

  #arrival(mailboxId: number, headers: readonly MessageHeader[]): Arrival {
    const mailbox = this.#prepare(
      `SELECT accountId, ${isListedSql} AS listed FROM mailbox WHERE mailboxId = ?`,
    ).get(mailboxId);
    const awaited = this.#prepare(
      `SELECT messageId, receivedAt, sizeBytes FROM message INDEXED BY message_displaced
       WHERE shownIn = ? AND shownIn <> mailboxId`,
    ).all(mailboxId);
    return {
      mailboxId,
      accountId: mailbox === undefined ? '' : textColumn(mailbox, 'accountId'),
      listed: mailbox !== undefined && integerColumn(mailbox, 'listed') === 1,
      known: this.#knownUids(mailboxId, headers),
      added: { stored: 0, total: 0, unseen: 0 },
      awaited: new Set(
        awaited.map((row) =>
          sameMessageKey({
            messageId: optionalText(row, 'messageId'),
            receivedAt: integerColumn(row, 'receivedAt'),
            sizeBytes: integerColumn(row, 'sizeBytes'),
          }),
        ),
      ),
    };
  }

  #count({ mailboxId, added }: Arrival): void {
    this.#run(
      `UPDATE mailbox SET stored = stored + ?, total = total + ?, unseen = unseen + ?
       WHERE mailboxId = ?`,
      added.stored,
      added.total,
      added.unseen,
      mailboxId,
    );
  }

  /** A sync brings neighbours: what is known of their range tells new messages from known ones. */
  #knownUids(
    mailboxId: number,
    headers: readonly MessageHeader[],
  ): ReadonlySet<number> | undefined {
    const uids = headers.map(({ uid }) => uid);
    const first = Math.min(...uids);
    const last = Math.max(...uids);
    const most = headers.length * 4;
    const rows = this.#prepare(
      'SELECT uid FROM message WHERE mailboxId = ? AND uid BETWEEN ? AND ? LIMIT ?',
    ).all(mailboxId, first, last, most);
    // The same uid twice in one batch is for the slow way as well.
    if (rows.length === most || new Set(uids).size < uids.length) return undefined;
    return new Set(rows.map((row) => integerColumn(row, 'uid')));
  }

  #updateMessage(mailboxId: number, header: MessageHeader): boolean {
    const known = this.#run(
      `UPDATE message SET seen = ?, flagged = ?, answered = ?, keywords = ?
       WHERE mailboxId = ? AND uid = ?`,
      header.seen ? 1 : 0,
      header.flagged ? 1 : 0,
      header.answered ? 1 : 0,
      (header.keywords ?? []).join(' '),
      mailboxId,
      header.uid,
    );
    if (known > 0) this.#setDeleted(mailboxId, header.uid, header.deleted);
    return known > 0;
  }

  /** What is marked for removal (RFC 9051 §2.3.2) is shown no more, and again without the mark. */
  #setDeleted(mailboxId: number, uid: number, deleted: boolean | undefined): number {
    if (deleted === undefined) return 0;
    return this.#run(
      `UPDATE message SET deleted = ?1,
         shownIn = CASE WHEN ?1 = 1 AND shownIn = mailboxId THEN 0
           WHEN ?1 = 0 AND shownIn = 0 THEN mailboxId ELSE shownIn END,
         listed = CASE WHEN ?1 = 1 AND shownIn = mailboxId THEN 0
           WHEN ?1 = 0 AND shownIn = 0 THEN
             (SELECT ${isListedSql} FROM mailbox WHERE mailboxId = ?2) ELSE listed END
       WHERE mailboxId = ?2 AND uid = ?3 AND deleted <> ?1`,
      deleted ? 1 : 0,
      mailboxId,
      uid,
    );
  }

  #insertMessage(arrival: Arrival, header: MessageHeader): void {
    const { mailboxId } = arrival;
    const receivedAt = Math.trunc(Math.min(Math.max(header.receivedAt, 0), latestTime));
    const place = this.#threads.place(
      arrival.accountId,
      receivedAt === header.receivedAt ? header : { ...header, receivedAt },
      rowIdsPerSecond,
    );
    const awaited =
      arrival.awaited.size > 0 && arrival.awaited.has(sameMessageKey({ ...header, receivedAt }));
    const shownIn = header.deleted === true ? 0 : awaited ? shownAsAnother : mailboxId;
    this.#run(
      `INSERT INTO message (rowId, mailboxId, shownIn, uid, token, receivedAt, sentAt, fromName,
         fromAddress, toList, subject, messageId, inReplyTo, referenceIds, emailId, keywords,
         seen, flagged, answered, hasAttachment, sizeBytes, threadId, subjectKey, bareKey,
         listed, deleted)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      this.#freeRowId(receivedAt, mailboxId, header.uid),
      mailboxId,
      shownIn,
      header.uid,
      randomInt(2 ** 47),
      receivedAt,
      header.sentAt ?? null,
      header.from?.name ?? null,
      header.from?.address ?? null,
      JSON.stringify(header.to),
      header.subject,
      header.messageId ?? null,
      header.inReplyTo ?? null,
      header.references?.length ? header.references.join(' ') : null,
      header.emailId ?? null,
      (header.keywords ?? []).join(' '),
      header.seen ? 1 : 0,
      header.flagged ? 1 : 0,
      header.answered ? 1 : 0,
      header.hasAttachment ? 1 : 0,
      header.sizeBytes,
      place.threadId,
      place.subjectKey,
      place.bareKey,
      arrival.listed && shownIn > 0 ? 1 : 0,
      header.deleted === true ? 1 : 0,
    );
    arrival.added.stored += 1;
    if (shownIn !== mailboxId) return;
    arrival.added.total += 1;
    if (!header.seen) arrival.added.unseen += 1;
  }

  /**
   * A free rowId of that second (INTERNALDATE knows no less): messages of one second follow their
   * uids, whatever order they come in. Each mailbox begins elsewhere, so that few places are taken.
   */
  #freeRowId(receivedAt: number, mailboxId: number, uid: number): number {
    const second = Math.trunc(receivedAt / 1_000) * rowIdsPerSecond;
    const statement = this.#prepare('SELECT 1 FROM message WHERE rowId = ?');
    for (let place = (uid + mailboxId * mailboxStride) % rowIdsPerSecond; ; ) {
      if (statement.get(second + place) === undefined) return second + place;
      place = (place + 1) % rowIdsPerSecond;
    }
  }

  /** Flags of known messages; unknown uids are passed over. Returns how many rows changed. */
  setFlags(mailboxId: number, changes: ReadonlyMap<number, Partial<MessageFlags>>): number {
    let changed = 0;
    transaction(this.#db, () => {
      for (const [uid, flags] of changes) {
        const values = [flags.seen, flags.flagged, flags.answered].map((flag) =>
          flag === undefined ? null : flag ? 1 : 0,
        );
        const row = this.#run(
          `UPDATE message SET seen = coalesce(?1, seen), flagged = coalesce(?2, flagged),
             answered = coalesce(?3, answered)
           WHERE mailboxId = ?4 AND uid = ?5 AND (seen IS NOT coalesce(?1, seen)
             OR flagged IS NOT coalesce(?2, flagged) OR answered IS NOT coalesce(?3, answered))`,
          ...values,
          mailboxId,
          uid,
        );
        if (row + this.#setDeleted(mailboxId, uid, flags.deleted) > 0) changed += 1;
      }
    });
    return changed;
  }

  /**
   * The server has them no more. Those that the person moved stay: they were expected to go from
   * here, and what moved them says where they are (PlacementWriter).
   */
  removeMessages(mailboxId: number, uids: readonly number[]): void {
    transaction(this.#db, () => {
      for (const uid of uids) {
        this.#run(
          `DELETE FROM message WHERE mailboxId = ?1 AND uid = ?2
             AND (shownIn = ?1 OR shownIn <= 0)`,
          mailboxId,
          uid,
        );
      }
    });
  }

  /** Keeps a message as it came, and the first words of its text. */
  keepSource(rowId: number, raw: Uint8Array, snippet: string): void {
    transaction(this.#db, () => {
      // The message may have been expunged while its source was under way.
      const known = this.#run('UPDATE message SET snippet = ? WHERE rowId = ?', snippet, rowId);
      if (known === 0) return;
      this.#run('INSERT OR REPLACE INTO message_source (rowId, raw) VALUES (?, ?)', rowId, raw);
    });
  }

  removeAccount(accountId: string): void {
    transaction(this.#db, () => {
      this.#run('DELETE FROM mailbox WHERE accountId = ?', accountId);
      this.#threads.removeAccount(accountId);
    });
  }
}
