/** Reads content.db on the engine's thread, beside mail.db. Cannot write. */

import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { blobColumn, optionalText } from '../store/columns.ts';
import type { ContentKey } from '../store/mail-types.ts';
import { statementsOf } from '../store/statements.ts';
import { unpack } from './codec.ts';
import { type FoldedText, foldText } from './folded-text.ts';

/** Letters of folded texts that are held, so that the next letter typed unpacks none anew. */
const mostHeld = 3_000_000;
/** A larger text is not held. */
const largestHeld = 100_000;

interface Held {
  readonly token: number;
  readonly text: FoldedText;
  readonly length: number;
}

export class ContentReader {
  readonly #db: DatabaseSync;
  /** Tables of mail.db are in the schema `mail`. */
  readonly prepare: ReturnType<typeof statementsOf>;
  readonly #held = new Map<number, Held>();
  #heldLength = 0;

  /** Both files must be there: their writers open them first. */
  constructor(contentPath: string, mailPath: string) {
    this.#db = new DatabaseSync(contentPath, { readOnly: true });
    this.prepare = statementsOf(this.#db);
    this.#db.exec('PRAGMA busy_timeout = 1000; PRAGMA cache_size = -8000');
    this.#db.prepare('ATTACH ? AS mail').run(`${pathToFileURL(mailPath).href}?mode=ro`);
    this.#db.exec('PRAGMA mail.cache_size = -8000');
  }

  /**
   * Runs `work` on one state of both files. Their locks are taken once: each statement by itself
   * takes and gives back its own, which costs more than reading a row.
   */
  snapshot<T>(work: () => T): T {
    if (this.#db.isTransaction) return work();
    this.#db.exec('BEGIN');
    try {
      return work();
    } finally {
      // SQLite may have ended it, after an error.
      if (this.#db.isTransaction) this.#db.exec('COMMIT');
    }
  }

  /** The message as it came. @throws StorageError when what is stored cannot be read */
  source({ rowId, token }: ContentKey): Uint8Array | undefined {
    const row = this.prepare(
      'SELECT raw FROM source JOIN doc USING (rowId) WHERE rowId = ? AND token = ? AND kept = 1',
    ).get(rowId, token);
    return row && unpack(blobColumn(row, 'raw'));
  }

  /**
   * Its text, to be looked through; undefined when only its headers are here. A kept text never
   * changes, so what was read last is held.
   * @throws StorageError when what is stored cannot be read
   */
  folded({ rowId, token }: ContentKey): FoldedText | undefined {
    const held = this.#held.get(rowId);
    if (held?.token === token) {
      // Last used, last to go.
      this.#held.delete(rowId);
      this.#held.set(rowId, held);
      return held.text;
    }
    const row = this.prepare(
      'SELECT text FROM text JOIN doc USING (rowId) WHERE rowId = ? AND token = ? AND kept = 1',
    ).get(rowId, token);
    if (row === undefined) return undefined;
    const packed = unpack(blobColumn(row, 'text'));
    const text = foldText(
      Buffer.from(packed.buffer, packed.byteOffset, packed.length).toString('utf8'),
    );
    const length = text.text.length + text.folded.length;
    if (length <= largestHeld) this.#hold(rowId, { token, text, length });
    return text;
  }

  /**
   * What the index was given of a kept message's headers: subject, sender, recipients and copies, a
   * line each. Undefined when only mail.db has them.
   */
  heads({ rowId, token }: ContentKey): string | undefined {
    const row = this.prepare(
      'SELECT heads FROM text JOIN doc USING (rowId) WHERE rowId = ? AND token = ? AND kept = 1',
    ).get(rowId, token);
    return row && optionalText(row, 'heads');
  }

  #hold(rowId: number, held: Held): void {
    this.#heldLength += held.length - (this.#held.get(rowId)?.length ?? 0);
    this.#held.delete(rowId);
    this.#held.set(rowId, held);
    for (const [oldest, { length }] of this.#held) {
      if (this.#heldLength <= mostHeld) return;
      this.#held.delete(oldest);
      this.#heldLength -= length;
    }
  }

  /** A note of the worker's: `clean` after a good end, `compacting` until that is done. */
  noted(name: 'clean' | 'compacting'): boolean {
    return this.prepare('SELECT value FROM state WHERE name = ?').get(name)?.value === '1';
  }

  close(): void {
    this.#held.clear();
    this.#db.close();
  }
}
