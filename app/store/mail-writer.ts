/**
 * Writes mail.db. One call is one transaction of at most a few hundred rows, so that no call
 * holds the engine's thread for long; callers split larger work (rowsPerTransaction).
 */
import { randomInt } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { integerColumn, optionalText, textColumn } from './columns.ts';
import { transaction } from './database.ts';
import type { ContentKey, FlagsChange, MessageHeader } from './mail-types.ts';
import { MailboxWriter } from './mailbox-writer.ts';
import { type HiddenCopies, isListedSql, sameMessageKey, shownAsAnother } from './placement.ts';
import { statementsOf } from './statements.ts';
import { ThreadIndex } from './thread-index.ts';

/** Larger work is split by the caller. */
export const rowsPerTransaction = 200;

/** Places for messages within one second of arrival. */
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
  readonly copies: HiddenCopies | undefined;
  /** Counted as they are stored. */
  readonly added: { stored: number; total: number; unseen: number };
}

export class MailStoreWriter {
  readonly mailboxes: MailboxWriter;
  readonly #db: DatabaseSync;
  readonly #threads: ThreadIndex;
  readonly #prepare: ReturnType<typeof statementsOf>;
  /** Told of messages that came into the store, once they are committed. */
  onInserted: ((messages: readonly ContentKey[]) => void) | undefined;
  /** Told after messages went, whichever way; which ones is noted in content_gone. */
  onDeleted: (() => void) | undefined;

  constructor(db: DatabaseSync, threads = new ThreadIndex(db)) {
    this.#db = db;
    this.#prepare = statementsOf(db);
    this.#threads = threads;
    this.mailboxes = new MailboxWriter(db, () => this.onDeleted?.());
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /**
   * Adds messages or brings known ones up to date.
   * @param copies what other rows stand for until a move is noted: stored, and not shown yet
   */
  upsertMessages(
    mailboxId: number,
    headers: readonly MessageHeader[],
    copies?: HiddenCopies,
  ): void {
    const inserted: ContentKey[] = [];
    try {
      transaction(this.#db, () => {
        const arrival = this.#arrival(mailboxId, headers, copies);
        // Oldest first within the batch: pages fill up, where newest first would leave halves.
        for (const header of headers.toSorted((a, b) => a.uid - b.uid)) {
          const known = arrival.known?.has(header.uid) ?? true;
          if (!known || !this.#updateMessage(mailboxId, header)) {
            inserted.push(this.#insertMessage(arrival, header));
          }
        }
        if (arrival.added.stored > 0) this.#count(arrival);
        this.#threads.flush();
      });
    } catch (error) {
      this.#threads.forget();
      throw error;
    }
    if (inserted.length > 0) this.onInserted?.(inserted);
  }

  #arrival(
    mailboxId: number,
    headers: readonly MessageHeader[],
    copies: HiddenCopies | undefined,
  ): Arrival {
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
      copies,
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

  /**
   * Takes a free rowId of that second (INTERNALDATE knows no less): messages of one second follow
   * their uids, whatever order they come in. Each mailbox begins elsewhere, so that few are taken.
   */
  #insertMessage(arrival: Arrival, header: MessageHeader): ContentKey {
    const { mailboxId } = arrival;
    const token = randomInt(2 ** 47);
    const receivedAt = Math.trunc(Math.min(Math.max(header.receivedAt, 0), latestTime));
    const place = this.#threads.place(
      arrival.accountId,
      receivedAt === header.receivedAt ? header : { ...header, receivedAt },
      rowIdsPerSecond,
    );
    const { awaited: expected, copies } = arrival;
    const isCopy = copies !== undefined && header.uid >= copies.fromUid;
    const key = expected.size > 0 || isCopy ? sameMessageKey({ ...header, receivedAt }) : '';
    const awaited = expected.has(key) || (isCopy && copies.keys.has(key));
    const shownIn = header.deleted === true ? 0 : awaited ? shownAsAnother : mailboxId;
    const insert = this.#prepare(
      `INSERT INTO message (rowId, mailboxId, shownIn, uid, token, receivedAt, sentAt, fromName,
         fromAddress, toList, subject, messageId, inReplyTo, referenceIds, emailId, keywords,
         seen, flagged, answered, hasAttachment, sizeBytes, threadId, subjectKey, bareKey,
         listed, deleted)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (rowId) DO NOTHING`,
    );
    const values = [
      mailboxId,
      shownIn,
      header.uid,
      token,
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
    ] as const;
    const second = Math.trunc(receivedAt / 1_000) * rowIdsPerSecond;
    let slot = (header.uid + mailboxId * mailboxStride) % rowIdsPerSecond;
    while (insert.run(second + slot, ...values).changes === 0) slot = (slot + 1) % rowIdsPerSecond;
    arrival.added.stored += 1;
    if (shownIn === mailboxId) {
      arrival.added.total += 1;
      if (!header.seen) arrival.added.unseen += 1;
    }
    return { rowId: second + slot, token };
  }

  /**
   * Flags, and keywords where given, of known messages; unknown uids are passed over.
   * Returns how many rows changed.
   */
  setFlags(mailboxId: number, changes: ReadonlyMap<number, FlagsChange>): number {
    let changed = 0;
    transaction(this.#db, () => {
      for (const [uid, flags] of changes) {
        const values = [flags.seen, flags.flagged, flags.answered].map((flag) =>
          flag === undefined ? null : flag ? 1 : 0,
        );
        const row = this.#run(
          `UPDATE message SET seen = coalesce(?1, seen), flagged = coalesce(?2, flagged),
             answered = coalesce(?3, answered), keywords = coalesce(?6, keywords)
           WHERE mailboxId = ?4 AND uid = ?5 AND (seen IS NOT coalesce(?1, seen)
             OR flagged IS NOT coalesce(?2, flagged) OR answered IS NOT coalesce(?3, answered)
             OR keywords IS NOT coalesce(?6, keywords))`,
          ...values,
          mailboxId,
          uid,
          flags.keywords?.join(' ') ?? null,
        );
        if (row + this.#setDeleted(mailboxId, uid, flags.deleted) > 0) changed += 1;
      }
    });
    return changed;
  }

  /**
   * The server has them no more. Those that the person moved stay: they were expected to go from
   * here, and what moved them says where they are (PlacementWriter). Returns how many went.
   */
  removeMessages(mailboxId: number, uids: readonly number[]): number {
    let removed = 0;
    transaction(this.#db, () => {
      for (const uid of uids) {
        removed += this.#run(
          `DELETE FROM message WHERE mailboxId = ?1 AND uid = ?2
             AND (shownIn = ?1 OR shownIn <= 0)`,
          mailboxId,
          uid,
        );
      }
    });
    this.onDeleted?.();
    return removed;
  }

  /** Notes that the contents of these messages are in content.db; those gone meanwhile are passed over. */
  setKept(contents: readonly (ContentKey & { readonly snippet: string })[]): void {
    transaction(this.#db, () => {
      for (const { rowId, token, snippet } of contents) {
        this.#run(
          'UPDATE message SET snippet = ?, content = 1 WHERE rowId = ? AND token = ?',
          snippet,
          rowId,
          token,
        );
      }
    });
  }

  /** Notes that contents are not to be had, or (`none`) that they have to come again. */
  setContent(keys: readonly ContentKey[], state: 'none' | 'unavailable'): void {
    transaction(this.#db, () => {
      for (const { rowId, token } of keys) {
        this.#run(
          'UPDATE message SET content = ? WHERE rowId = ? AND token = ?',
          state === 'none' ? 0 : 2,
          rowId,
          token,
        );
      }
    });
  }

  /**
   * content.db was made anew: what was kept has to come again. One step over rows after `rowId`;
   * returns where the next begins, or undefined at the end.
   */
  forgetContents(rowId: number): number | undefined {
    const last = this.#db
      .prepare('SELECT max(rowId) AS last FROM (SELECT rowId FROM message WHERE rowId > ? LIMIT ?)')
      .get(rowId, rowsPerTransaction)?.last;
    if (typeof last !== 'number') return undefined;
    this.#run(
      'UPDATE message SET content = 0 WHERE content = 1 AND rowId > ? AND rowId <= ?',
      rowId,
      last,
    );
    return last;
  }

  /** Contents up to this one were removed from content.db. */
  clearContentGone(lastGoneId: number): void {
    this.#run('DELETE FROM content_gone WHERE goneId <= ?', lastGoneId);
  }

  /** Deletes some of an account's messages, and the account's mailboxes with the last. True when more are left. */
  removeSomeOfAccount(accountId: string): boolean {
    const isMore = transaction(this.#db, () => {
      const removed = this.#run(
        `DELETE FROM message WHERE rowId IN (SELECT message.rowId FROM message
           JOIN mailbox USING (mailboxId) WHERE accountId = ? LIMIT ?)`,
        accountId,
        rowsPerTransaction,
      );
      if (removed < rowsPerTransaction) {
        this.#run('DELETE FROM mailbox WHERE accountId = ?', accountId);
        this.#threads.removeAccount(accountId);
      }
      return removed === rowsPerTransaction;
    });
    this.onDeleted?.();
    return isMore;
  }

  /** Gives some free pages back to the disk. True when there are more. */
  shrinkSome(): boolean {
    this.#db.exec('PRAGMA incremental_vacuum(100)');
    return Number(this.#db.prepare('PRAGMA freelist_count').get()?.freelist_count ?? 0) > 0;
  }

  /**
   * Makes everything that was written so far outlive a power cut: a commit that is synced takes
   * those before it along.
   */
  flush(): void {
    const version = Number(this.#db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    this.#db.exec('PRAGMA synchronous = FULL');
    try {
      this.#db.exec(`PRAGMA user_version = ${version}`);
    } finally {
      this.#db.exec('PRAGMA synchronous = NORMAL');
    }
  }

  /**
   * Empties the write-ahead log into the file. False when somebody reads in it, or copies it just
   * now: then SQLite gives up at once, whatever the busy timeout (sqlite.org/c3ref/wal_checkpoint_v2).
   */
  checkpoint(): boolean {
    return this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0;
  }
}
