/**
 * People of the mail in mail.db. Gives out messages that are not counted yet, keeps who is in
 * them, and finds people by beginnings of words. What a word is, and who counts for what, is
 * decided by whoever counts (app/people).
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import * as z from 'zod';
import { type AddressDto, address, type MailboxRole, mailboxRole } from '../contract/index.ts';
import { integerColumn, optionalText, type SqlRow, textColumn } from './columns.ts';
import { transaction } from './database.ts';
import { statementsOf } from './statements.ts';

/** A message as far as its people matter. */
export interface PeopleSource {
  readonly rowId: number;
  readonly accountId: string;
  /** Of the mailbox that it is shown in. */
  readonly role: MailboxRole;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly from: AddressDto | undefined;
  readonly to: readonly AddressDto[];
}

/** What a message says of one person. */
export interface Sighting {
  readonly accountId: string;
  readonly addressKey: string;
  readonly person: AddressDto;
  readonly words: readonly string[];
  readonly at: number;
  readonly tier: 0 | 1 | 2;
  /** Takes the tier down, unless the person was written to. */
  readonly lowers: boolean;
  /** Logarithm to the base of 2, of a scale that all sightings share. */
  readonly weight: number;
}

export interface FoundPerson extends AddressDto {
  readonly addressKey: string;
  readonly tier: number;
  /** With the bonus. */
  readonly weight: number;
}

export interface PeopleQuery {
  /** Each begins a word of the person; all of them do. */
  readonly beginnings: readonly string[];
  readonly limit: number;
  /** Whose mail counts for more, by `bonus`. */
  readonly accountId: string | undefined;
  readonly bonus: number;
}

const addressList = z.array(address).catch([]);

export class PeopleTable {
  readonly #db: DatabaseSync;
  readonly #prepare: ReturnType<typeof statementsOf>;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#prepare = statementsOf(db);
  }

  /** Latest first: whoever is known soonest is whom the person writes to now. */
  uncounted(limit: number): PeopleSource[] {
    const rows = this.#prepare(
      `SELECT t.rowId, b.accountId, coalesce(s.role, b.role) AS role,
         coalesce(m.sentAt, m.receivedAt) AS at, m.fromName, m.fromAddress, m.toList
       FROM person_todo t LEFT JOIN message m USING (rowId)
         LEFT JOIN mailbox b ON b.mailboxId = m.mailboxId
         LEFT JOIN mailbox s ON s.mailboxId = m.shownIn
       ORDER BY t.rowId DESC LIMIT ?`,
    ).all(limit);
    return rows.map(toSource);
  }

  /** Keeps what messages say of people; those messages count as counted. One commit. */
  count(rowIds: readonly number[], sightings: readonly Sighting[]): void {
    transaction(this.#db, () => {
      for (const sighting of sightings) this.#see(sighting);
      for (const rowId of rowIds) {
        this.#prepare('DELETE FROM person_todo WHERE rowId = ?').run(rowId);
      }
    });
  }

  find({ beginnings, limit, accountId, bonus }: PeopleQuery): FoundPerson[] {
    // The longest narrows most; the others are looked for in what it leaves.
    const [first, ...others] = [...beginnings].sort((a, b) => b.length - a.length);
    const values: SQLInputValue[] = [accountId ?? '', bonus];
    const clauses: string[] = [];
    if (first !== undefined) {
      clauses.push('personId IN (SELECT personId FROM person_word WHERE word >= ? AND word < ?)');
      values.push(first, `${first}\u{10ffff}`);
    }
    for (const word of others) {
      clauses.push("words LIKE ? ESCAPE '\\'");
      values.push(`% ${word.replace(/[\\%_]/g, '\\$&')}%`);
    }
    const where = clauses.length === 0 ? '' : `WHERE ${clauses.join(' AND ')}`;
    // Without words the index gives the order: nobody else is looked at.
    const order = first === undefined ? 'person.weight' : 'rank';
    const rows = this.#prepare(
      `SELECT addressKey, address, name, tier, weight + (accountId = ?) * ? AS rank
       FROM person ${where} ORDER BY tier DESC, ${order} DESC LIMIT ?`,
    ).all(...values, limit);
    return rows.map(toPerson);
  }

  /** What is known of an address, over all accounts: the best of it. */
  byAddress(addressKey: string): FoundPerson | undefined {
    const row = this.#prepare(
      `SELECT addressKey, address, name, tier, weight AS rank FROM person WHERE addressKey = ?
       ORDER BY tier DESC, weight DESC LIMIT 1`,
    ).get(addressKey);
    return row && toPerson(row);
  }

  /** An account is gone: so is what its mail told. */
  forget(accountId: string): void {
    this.#prepare('DELETE FROM person WHERE accountId = ?').run(accountId);
  }

  #see(sighting: Sighting): void {
    const { accountId, addressKey, person, at, tier, lowers, weight } = sighting;
    const known = this.#prepare(
      'SELECT personId, name, nameAt, tier, weight FROM person WHERE accountId = ? AND addressKey = ?',
    ).get(accountId, addressKey);
    const words = ` ${sighting.words.join(' ')} `;
    if (known === undefined) {
      const { lastInsertRowid } = this.#prepare(
        `INSERT INTO person (accountId, addressKey, address, name, nameAt, tier, weight, words)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(accountId, addressKey, person.address, person.name, at, tier, weight, words);
      this.#putWords(Number(lastInsertRowid), sighting.words);
      return;
    }
    const personId = integerColumn(known, 'personId');
    const before = Number(known.tier);
    const after = lowers && before < 2 ? Math.min(before, tier) : Math.max(before, tier);
    this.#prepare('UPDATE person SET tier = ?, weight = ? WHERE personId = ?').run(
      after,
      sumOfLogs(Number(known.weight), weight),
      personId,
    );
    const renamed = person.name !== '' && person.name !== textColumn(known, 'name');
    if (!renamed || at < integerColumn(known, 'nameAt')) return;
    this.#prepare(
      'UPDATE person SET address = ?, name = ?, nameAt = ?, words = ? WHERE personId = ?',
    ).run(person.address, person.name, at, words, personId);
    this.#prepare('DELETE FROM person_word WHERE personId = ?').run(personId);
    this.#putWords(personId, sighting.words);
  }

  #putWords(personId: number, words: readonly string[]): void {
    const put = this.#prepare('INSERT OR IGNORE INTO person_word VALUES (?, ?)');
    for (const word of words) put.run(word, personId);
  }
}

/** log2(2^a + 2^b), without ever making the large numbers. */
function sumOfLogs(a: number, b: number): number {
  return Math.max(a, b) + Math.log2(1 + 2 ** -Math.abs(a - b));
}

function toSource(row: SqlRow): PeopleSource {
  const fromAddress = row.fromAddress === null ? undefined : optionalText(row, 'fromAddress');
  // A message that is gone says nothing; its row is only taken off the list.
  const gone = row.accountId === null;
  return {
    rowId: integerColumn(row, 'rowId'),
    accountId: gone ? '' : textColumn(row, 'accountId'),
    role: gone ? 'none' : mailboxRole.catch('none').parse(row.role),
    at: gone ? 0 : integerColumn(row, 'at'),
    from:
      gone || fromAddress === undefined
        ? undefined
        : { name: optionalText(row, 'fromName') ?? '', address: fromAddress },
    to: gone ? [] : addressList.parse(parseJson(textColumn(row, 'toList'))),
  };
}

function toPerson(row: SqlRow): FoundPerson {
  return {
    addressKey: textColumn(row, 'addressKey'),
    address: textColumn(row, 'address'),
    name: textColumn(row, 'name'),
    tier: integerColumn(row, 'tier'),
    weight: Number(row.rank),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
