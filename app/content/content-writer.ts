/**
 * Writes content.db; lives in the content worker and nowhere else. Parsing, compressing and the
 * index of words happen here. The caller opens and ends transactions (`begin`, `commit`).
 */

import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { extractText } from '../mime/index-text.ts';
import { integerColumn } from '../store/columns.ts';
import { toMessage } from '../store/mail-reader.ts';
import type { ContentKey } from '../store/mail-types.ts';
import { statementsOf } from '../store/statements.ts';
import { pack, packText } from './codec.ts';
import { toIndexed } from './fold.ts';
import { headsOf } from './heads.ts';

export interface RawContent extends ContentKey {
  readonly raw: Uint8Array;
}

export interface KeptContent extends ContentKey {
  readonly snippet: string;
}

export class ContentWriter {
  readonly #db: DatabaseSync;
  readonly #prepare: ReturnType<typeof statementsOf>;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#prepare = statementsOf(db);
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepare(sql).run(...values);
  }

  begin(): void {
    this.#db.exec('BEGIN IMMEDIATE');
  }

  commit(): void {
    this.#db.exec('COMMIT');
  }

  rollback(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }

  keep({ rowId, token, raw }: RawContent): KeptContent {
    const { subject, from, to, cc, body, names, snippet } = extractText(raw);
    const source = pack(raw);
    const text = packText(Buffer.from(names === '' ? body : `${body}\n\n${names}`));
    this.#run(
      'INSERT OR REPLACE INTO doc (rowId, token, kept, storedBytes) VALUES (?, ?, 1, ?)',
      rowId,
      token,
      source.length + text.length,
    );
    this.#run('INSERT OR REPLACE INTO source (rowId, raw) VALUES (?, ?)', rowId, source);
    this.#run(
      'INSERT OR REPLACE INTO text (rowId, text, heads) VALUES (?, ?, ?)',
      rowId,
      text,
      [subject, from, to, cc].map((one) => one.replaceAll('\n', ' ')).join('\n'),
    );
    this.#index(rowId, [subject, from, to, cc, body, names]);
    return { rowId, token, snippet };
  }

  /**
   * Makes headers of mail.db (attached) findable, unless the content of that message is here
   * already. A message that is gone meanwhile is passed over.
   */
  indexHead({ rowId, token }: ContentKey): void {
    const known = this.#prepare('SELECT token FROM doc WHERE rowId = ?').get(rowId);
    if (known?.token === token) return;
    const row = this.#prepare('SELECT * FROM mail.message WHERE rowId = ? AND token = ?').get(
      rowId,
      token,
    );
    if (row === undefined) return;
    if (known !== undefined) this.#delete(rowId);
    this.#run(
      'INSERT INTO doc (rowId, token, kept, storedBytes) VALUES (?, ?, 0, 0)',
      rowId,
      token,
    );
    const { subject, from, to } = headsOf(toMessage(row));
    this.#index(rowId, [subject, from, to, '', '', '']);
  }

  #index(rowId: number, columns: readonly string[]): void {
    this.#run(
      `INSERT OR REPLACE INTO search (rowid, subject, sender, recipients, copies, body, names)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      rowId,
      ...columns.map(toIndexed),
    );
  }

  /** What another message has put in its place by now stays. */
  remove({ rowId, token }: ContentKey): void {
    const known = this.#prepare('SELECT token FROM doc WHERE rowId = ?').get(rowId);
    if (known?.token === token) this.#delete(rowId);
  }

  #delete(rowId: number): void {
    for (const table of ['doc', 'source', 'text', 'search']) {
      this.#run(`DELETE FROM ${table} WHERE rowid = ?`, rowId);
    }
  }

  setState(name: string, value: string): void {
    this.#run('INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)', name, value);
  }

  /** Makes mail.db readable here, for comparing the two. */
  attachMail(path: string): void {
    this.#run('ATTACH ? AS mail', `${pathToFileURL(path).href}?mode=ro`);
  }

  /**
   * Compares the next rows after `rowId` with mail.db (attached): what belongs to no message goes.
   * Returns where to go on, undefined at the end.
   */
  sweepOrphans(rowId: number, limit: number): number | undefined {
    const rows = this.#prepare(
      `SELECT doc.rowId AS rowId, message.token IS doc.token AS known
       FROM doc LEFT JOIN mail.message ON message.rowId = doc.rowId
       WHERE doc.rowId > ? ORDER BY doc.rowId LIMIT ?`,
    ).all(rowId, limit);
    for (const row of rows) if (row.known === 0) this.#delete(integerColumn(row, 'rowId'));
    const last = rows.at(-1);
    return last && integerColumn(last, 'rowId');
  }

  /**
   * The next messages after `rowId` in mail.db that ought to be here and are not: `lost` was kept
   * once; `unindexed` is not even found by its headers.
   */
  findMissing(
    rowId: number,
    limit: number,
  ): { next: number | undefined; lost: ContentKey[]; unindexed: ContentKey[] } {
    const rows = this.#prepare(
      `SELECT message.rowId AS rowId, message.token AS token, message.content AS content,
         doc.token IS message.token AS known, coalesce(doc.kept, 0) AS kept
       FROM mail.message LEFT JOIN doc ON doc.rowId = message.rowId
       WHERE message.rowId > ? ORDER BY message.rowId LIMIT ?`,
    ).all(rowId, limit);
    const lost: ContentKey[] = [];
    const unindexed: ContentKey[] = [];
    for (const row of rows) {
      const key = { rowId: integerColumn(row, 'rowId'), token: integerColumn(row, 'token') };
      if (row.content === 1 && (row.known === 0 || row.kept === 0)) lost.push(key);
      if (row.known === 0) unindexed.push(key);
    }
    const last = rows.at(-1);
    return { next: last && integerColumn(last, 'rowId'), lost, unindexed };
  }

  /** One step of merging the index, which also drops what was deleted. True when there is more. */
  mergeSome(pages: number, whole: boolean): boolean {
    const count = () =>
      integerColumn(this.#prepare('SELECT total_changes() AS n').get() ?? {}, 'n');
    const before = count();
    this.#run(
      "INSERT INTO search(search, rank) VALUES ('merge', ?)",
      whole ? -Math.abs(pages) : pages,
    );
    return count() - before >= 2;
  }

  /** Gives some free pages back to the disk. True when there are more. */
  shrinkSome(): boolean {
    this.#db.exec('PRAGMA main.incremental_vacuum(200)');
    return (
      integerColumn(this.#prepare('PRAGMA main.freelist_count').get() ?? {}, 'freelist_count') > 0
    );
  }

  /** Empties the write-ahead log into the file. False when somebody reads in it. */
  checkpoint(): boolean {
    return this.#db.prepare('PRAGMA main.wal_checkpoint(TRUNCATE)').get()?.busy === 0;
  }

  /** Messages kept and octets stored, by mailbox of mail.db (attached). */
  sizes(): { mailboxId: number; messages: number; storedBytes: number; mailBytes: number }[] {
    return this.#prepare(
      `SELECT mailboxId, count(*) AS messages, sum(doc.storedBytes) AS storedBytes,
         sum(message.sizeBytes) AS mailBytes
       FROM doc JOIN mail.message ON message.rowId = doc.rowId AND message.token = doc.token
       WHERE doc.kept = 1 GROUP BY mailboxId`,
    )
      .all()
      .map((row) => ({
        mailboxId: integerColumn(row, 'mailboxId'),
        messages: integerColumn(row, 'messages'),
        storedBytes: integerColumn(row, 'storedBytes'),
        mailBytes: integerColumn(row, 'mailBytes'),
      }));
  }
}
