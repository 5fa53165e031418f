/**
 * contacts.db: the person's address book; each change is on disk when a call returns. Reads and
 * writes entries; vCards are read and written elsewhere (vcard-read.ts, vcard-write.ts).
 */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { foldWord } from '../content/fold.ts';
import { type ContactDto, type ContactInput, contact, limits } from '../contract/index.ts';
import { RequestError, StorageError } from '../errors.ts';
import { addressKey, parseAddress, plainDisplayName } from '../mime/build-address.ts';
import { integerColumn, textColumn } from '../store/columns.ts';
import { openDatabase, transaction } from '../store/database.ts';
import { contactMigrations } from './contacts-schema.ts';
import { beyond, personWords, typedWords } from './person-words.ts';

export interface ContactsOptions {
  /** contacts.db, or `:memory:` */
  readonly path: string;
  readonly now?: () => Date;
}

export class Contacts {
  readonly #db: DatabaseSync;
  readonly #now: () => Date;
  /** The book is another now. */
  onChanged: (() => void) | undefined;

  /** @throws StorageError */
  constructor({ path, now }: ContactsOptions) {
    this.#now = now ?? (() => new Date());
    this.#db = openDatabase(path, contactMigrations, { synchronous: 'FULL' });
    // Who was taken out of the book does not stay readable in free pages.
    this.#db.exec('PRAGMA secure_delete = ON');
  }

  close(): void {
    this.#db.close();
  }

  /** By name, without case and diacritics. */
  list(text: string, offset: number, limit: number): { total: number; contacts: ContactDto[] } {
    const { where, values } = matching(text);
    const row = this.#db.prepare(`SELECT count(*) AS total FROM contact ${where}`).get(...values);
    const rows = this.#db
      .prepare(
        `SELECT content FROM contact ${where} ORDER BY sort_key, contact_id LIMIT ? OFFSET ?`,
      )
      .all(...values, limit, offset);
    return {
      total: row === undefined ? 0 : integerColumn(row, 'total'),
      contacts: rows.map((each) => toContact(textColumn(each, 'content'))),
    };
  }

  /** Every entry by name, one at a time. */
  *all(): Generator<ContactDto> {
    const rows = this.#db.prepare('SELECT content FROM contact ORDER BY sort_key, contact_id');
    for (const row of rows.iterate()) yield toContact(textColumn(row, 'content'));
  }

  /** @throws RequestError `contact.not-found` */
  get(contactId: string): ContactDto {
    const row = this.#db.prepare('SELECT content FROM contact WHERE contact_id = ?').get(contactId);
    if (row === undefined) throw new RequestError('contact.not-found');
    return toContact(textColumn(row, 'content'));
  }

  /** The first entry that has the address. */
  byAddress(address: string): ContactDto | undefined {
    const row = this.#db
      .prepare(
        `SELECT content FROM contact JOIN contact_address USING (contact_id)
         WHERE address_key = ? ORDER BY sort_key, contact_id LIMIT 1`,
      )
      .get(addressKey(address));
    return row && toContact(textColumn(row, 'content'));
  }

  /** @throws RequestError `contact.not-found` for an id that is not there, `address.invalid` */
  save(input: ContactInput): ContactDto {
    const saved = transaction(this.#db, () => this.#put(input));
    this.onChanged?.();
    return saved;
  }

  /** Several entries in one commit, all or nothing; reads in between see what was saved. */
  change(work: (save: (input: ContactInput) => ContactDto) => void): void {
    transaction(this.#db, () => work((input) => this.#put(input)));
    this.onChanged?.();
  }

  /** The first entry of that name that has no address. */
  withoutAddress(name: string): ContactDto | undefined {
    const row = this.#db
      .prepare(
        `SELECT content FROM contact WHERE sort_key = ? AND NOT EXISTS
           (SELECT 1 FROM contact_address WHERE contact_address.contact_id = contact.contact_id)
         ORDER BY contact_id LIMIT 1`,
      )
      .get(sortKeyOf(plainDisplayName(name)));
    return row && toContact(textColumn(row, 'content'));
  }

  /** @throws RequestError `contact.not-found` */
  remove(contactId: string): void {
    const { changes } = this.#db.prepare('DELETE FROM contact WHERE contact_id = ?').run(contactId);
    if (changes === 0) throw new RequestError('contact.not-found');
    // The write-ahead log still holds the page as it was before: empties it.
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.onChanged?.();
  }

  #put(input: ContactInput): ContactDto {
    if (input.contactId !== undefined) this.get(input.contactId);
    const emails = input.emails.map(({ address, kind }) => ({
      address: parseAddress(address),
      kind,
    }));
    const name = plainDisplayName(input.name);
    const saved: ContactDto = {
      ...input,
      emails,
      contactId: input.contactId ?? randomUUID(),
      name: name === '' ? (emails[0]?.address ?? '') : name,
      savedAt: this.#now().toISOString(),
    };
    const { contactId } = saved;
    this.#db
      .prepare(
        `INSERT INTO contact VALUES (?, ?, ?) ON CONFLICT (contact_id)
         DO UPDATE SET sort_key = excluded.sort_key, content = excluded.content`,
      )
      .run(contactId, sortKeyOf(saved.name), JSON.stringify(saved));
    for (const table of ['contact_address', 'contact_word']) {
      this.#db.prepare(`DELETE FROM ${table} WHERE contact_id = ?`).run(contactId);
    }
    const addAddress = this.#db.prepare('INSERT OR IGNORE INTO contact_address VALUES (?, ?)');
    for (const { address } of emails) addAddress.run(addressKey(address), contactId);
    const names = [saved.name, saved.givenName ?? '', saved.familyName ?? ''];
    const found = [...names, saved.organization ?? ''];
    const words = personWords(
      found,
      emails.map(({ address }) => address),
    );
    const addWord = this.#db.prepare('INSERT OR IGNORE INTO contact_word VALUES (?, ?)');
    for (const word of words) addWord.run(word, contactId);
    return saved;
  }
}

function sortKeyOf(name: string): string {
  return name.split(/\s+/).map(foldWord).join(' ');
}

function matching(text: string): { where: string; values: string[] } {
  const words = typedWords(text.slice(0, limits.addressLength));
  const clause = `contact_id IN (SELECT contact_id FROM contact_word WHERE word >= ? AND word < ?)`;
  return {
    where: words.length === 0 ? '' : `WHERE ${words.map(() => clause).join(' AND ')}`,
    values: words.flatMap((word) => [word, beyond(word)]),
  };
}

function toContact(content: string): ContactDto {
  try {
    return contact.parse(JSON.parse(content));
  } catch (error) {
    throw new StorageError('storage.failed', { what: 'contacts' }, { cause: error });
  }
}
