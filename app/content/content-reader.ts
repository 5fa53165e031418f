/** Reads content.db on the engine's thread, beside mail.db. Cannot write. */
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { blobColumn, integerColumn, optionalText } from '../store/columns.ts';
import type { ContentKey } from '../store/mail-types.ts';
import { statementsOf } from '../store/statements.ts';
import { unpack } from './codec.ts';
import { type FoldedText, foldText } from './folded-text.ts';
import { type HeldText, HeldTexts } from './held-texts.ts';

/** Octets of texts that are held unpacked. */
const mostHeld = 4 * 1024 * 1024;

export class ContentReader {
  readonly #db: DatabaseSync;
  /** Tables of mail.db are in the schema `mail`. */
  readonly prepare: ReturnType<typeof statementsOf>;
  readonly #held = new HeldTexts(mostHeld);

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
   * Its text, to be looked through, or as much of its head as `most` octets hold; undefined when only
   * its headers are here. A kept text never changes, so what was read last is held.
   * @throws StorageError when what is stored cannot be read
   */
  folded(key: ContentKey, most = Number.MAX_SAFE_INTEGER): FoldedText | undefined {
    const text = this.#held.get(key) ?? this.#unpacked(key);
    if (text === undefined) return undefined;
    const end = headEnd(text, most);
    const folded = foldText(text.octets.toString('utf8', text.start, end));
    return end < text.end ? { ...folded, isCut: true } : folded;
  }

  /** Reads the texts that are about to be looked through: at once, which takes half as long. */
  unpack(keys: readonly ContentKey[]): void {
    const wanted = keys.filter((key) => this.#held.get(key) === undefined);
    const rows = this.prepare(
      `SELECT doc.rowId AS rowId, doc.token AS token, text.text AS text FROM json_each(?) AS one
       CROSS JOIN doc ON doc.rowId = one.value CROSS JOIN text ON text.rowId = doc.rowId
       WHERE doc.kept = 1`,
    ).all(JSON.stringify(wanted.map(({ rowId }) => rowId)));
    for (const row of rows) {
      const key = { rowId: integerColumn(row, 'rowId'), token: integerColumn(row, 'token') };
      this.#held.put(key, unpack(blobColumn(row, 'text')));
    }
  }

  #unpacked(key: ContentKey): HeldText | undefined {
    const row = this.prepare(
      'SELECT text FROM text JOIN doc USING (rowId) WHERE rowId = ? AND token = ? AND kept = 1',
    ).get(key.rowId, key.token);
    if (row === undefined) return undefined;
    const text = unpack(blobColumn(row, 'text'));
    this.#held.put(key, text);
    const octets = Buffer.from(text.buffer, text.byteOffset, text.length);
    return { octets, start: 0, end: text.length };
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

  /** A note of the worker's: `clean` after a good end, `compacting` until that is done. */
  noted(name: 'clean' | 'compacting'): boolean {
    return this.prepare('SELECT value FROM state WHERE name = ?').get(name)?.value === '1';
  }

  close(): void {
    this.#held.clear();
    this.#db.close();
  }
}

const space = 0x20;
const newLine = 0x0a;
/** A head ends at a space, which is looked for so far back. */
const longestWord = 200;

/** Where a head of at most so many octets ends, between two words; the end of the text when none does. */
function headEnd({ octets, start, end }: HeldText, most: number): number {
  const last = start + most;
  if (last >= end) return end;
  for (let at = last; at > last - longestWord && at > start; at -= 1) {
    if (octets[at] === space || octets[at] === newLine) return at;
  }
  return end;
}
