/** Reads content.db on the engine's thread, beside mail.db. Cannot write. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { blobColumn } from '../store/columns.ts';
import type { ContentKey } from '../store/mail-types.ts';
import { unpack } from './codec.ts';

export class ContentReader {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Both files must be there: their writers open them first. */
  constructor(contentPath: string, mailPath: string) {
    this.#db = new DatabaseSync(contentPath, { readOnly: true });
    this.#db.exec('PRAGMA busy_timeout = 1000; PRAGMA cache_size = -8000');
    this.#db.prepare('ATTACH ? AS mail').run(`${pathToFileURL(mailPath).href}?mode=ro`);
  }

  /** Statements are prepared once. Tables of mail.db are in the schema `mail`. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** The message as it came. @throws StorageError when what is stored cannot be read */
  source({ rowId, token }: ContentKey): Uint8Array | undefined {
    const row = this.prepare(
      'SELECT raw FROM source JOIN doc USING (rowId) WHERE rowId = ? AND token = ? AND kept = 1',
    ).get(rowId, token);
    return row && unpack(blobColumn(row, 'raw'));
  }

  /** Its text, then the names of its attachments. */
  text({ rowId, token }: ContentKey): string | undefined {
    const row = this.prepare(
      'SELECT text FROM text JOIN doc USING (rowId) WHERE rowId = ? AND token = ? AND kept = 1',
    ).get(rowId, token);
    return row && Buffer.from(unpack(blobColumn(row, 'text'))).toString('utf8');
  }

  /** A note of the worker's: `clean` after a good end, `compacting` until that is done. */
  noted(name: 'clean' | 'compacting'): boolean {
    return this.prepare('SELECT value FROM state WHERE name = ?').get(name)?.value === '1';
  }

  close(): void {
    this.#db.close();
  }
}
