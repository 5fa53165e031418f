/**
 * Puts each message into a thread as it is stored, in whatever order messages come: all that name
 * one another by Message-ID, In-Reply-To or References (RFC 5322 §3.6.4) are one thread of their
 * account. An answer that names nothing joins by subject, with care. Work for one message is
 * bounded, whatever its header says; a thread is too.
 */
import { randomInt } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { integerColumn, optionalText, type SqlRow, textColumn } from './columns.ts';
import type { MessageHeader } from './mail-types.ts';
import { statementsOf } from './statements.ts';
import { comparedSubject } from './thread-subject.ts';

/** A longer thread goes on as another one. */
export const messagesPerThread = 500;
/** Of the references: the first, where the thread began, and so many of the last. */
const lastReferences = 10;
const subjectCandidates = 20;
const subjectDays = 30;
const monthSeconds = subjectDays * 86_400;
const hashesPerMonth = 2 ** 42;
const threadsPerAccount = 2 ** 32;
/** So many keys are merged at once. */
const freshKeys = 8_192;

export interface ThreadPlace {
  readonly threadId: number;
  /** Null when there is no subject to compare. */
  readonly subjectKey: number | null;
  readonly bareKey: number | null;
}

interface ThreadAccount {
  readonly accountNumber: number;
  readonly seed: number;
  nextThread: number;
  changed: boolean;
}

export class ThreadIndex {
  readonly #prepare: ReturnType<typeof statementsOf>;
  readonly #accounts = new Map<string, ThreadAccount>();
  /** Undefined until asked. */
  #anyAlias: boolean | undefined;
  /** What answers without a name are about; undefined until asked. */
  #bareHashes: Set<number> | undefined;
  /** What is in `thread_key_fresh`; undefined until asked. */
  #fresh: Map<number, number> | undefined;

  constructor(db: DatabaseSync) {
    this.#prepare = statementsOf(db);
  }

  /**
   * Where a message that is about to be stored belongs. Runs within the caller's transaction.
   * @param secondRowIds rowIds of one second, to find messages of the same days
   */
  place(accountId: string, header: MessageHeader, secondRowIds: number): ThreadPlace {
    const account = this.#account(accountId);
    const keys = keysOf(header, account.seed);
    const found: number[] = [];
    const unknown: number[] = [];
    for (const key of keys) {
      const threadId = this.#threadOf(key);
      if (threadId === undefined) unknown.push(key);
      else if (!found.includes(threadId)) found.push(threadId);
    }
    const subject = comparedSubject(header.subject);
    const bare = subject.answers && header.inReplyTo === undefined && !header.references?.length;
    let subjectKey: number | null = null;
    let hash: number | null = null;
    if (subject.text !== '') {
      hash = hash52(`\n${subject.text}`, account.seed) % hashesPerMonth;
      // Months lie apart, so that the messages of one sync are neighbours in the index.
      subjectKey = monthOf(header.receivedAt) * hashesPerMonth + hash;
      for (const threadId of this.#sameSubject(header, hash, bare, secondRowIds)) {
        if (!found.includes(threadId)) found.push(threadId);
      }
      if (bare) this.#bareHashes?.add(hash);
    }
    const threadId = found.length === 0 ? newThread(account) : this.#join(account, found);
    for (const key of unknown) this.#addKey(key, threadId);
    return { threadId, subjectKey, bareKey: bare ? hash : null };
  }

  /** Threads in which a message of this Message-ID is, if any is known. */
  threadByMessageId(accountId: string, messageId: string): number | undefined {
    return this.#threadOf(hash52(messageId, this.#account(accountId).seed));
  }

  /** Notes which numbers are taken; at the end of the transaction. */
  flush(): void {
    if (this.#freshKeys().size >= freshKeys) this.#merge();
    for (const account of this.#accounts.values()) {
      if (!account.changed) continue;
      account.changed = false;
      this.#prepare('UPDATE thread_account SET nextThread = ? WHERE accountNumber = ?').run(
        account.nextThread,
        account.accountNumber,
      );
    }
  }

  /** The transaction failed: what is remembered may be wrong. */
  forget(): void {
    this.#accounts.clear();
    this.#anyAlias = undefined;
    this.#fresh = undefined;
    this.#bareHashes = undefined;
  }

  removeAccount(accountId: string): void {
    const row = this.#prepare('SELECT * FROM thread_account WHERE accountId = ?').get(accountId);
    this.#accounts.delete(accountId);
    if (row === undefined) return;
    const first = integerColumn(row, 'accountNumber') * threadsPerAccount;
    const last = first + threadsPerAccount - 1;
    this.#merge();
    this.#prepare('DELETE FROM thread_key WHERE threadId BETWEEN ? AND ?').run(first, last);
    this.#prepare('DELETE FROM thread_alias WHERE threadId BETWEEN ? AND ?').run(first, last);
    this.#prepare('DELETE FROM thread_account WHERE accountId = ?').run(accountId);
  }

  #account(accountId: string): ThreadAccount {
    const known = this.#accounts.get(accountId);
    if (known !== undefined) return known;
    this.#prepare(
      `INSERT INTO thread_account (accountId, seed) VALUES (?, ?)
       ON CONFLICT (accountId) DO NOTHING`,
    ).run(accountId, randomInt(2 ** 32));
    const row = this.#prepare('SELECT * FROM thread_account WHERE accountId = ?').get(accountId);
    if (row === undefined) throw new Error('no thread account');
    const account = {
      accountNumber: integerColumn(row, 'accountNumber'),
      seed: integerColumn(row, 'seed'),
      nextThread: integerColumn(row, 'nextThread'),
      changed: false,
    };
    this.#accounts.set(accountId, account);
    return account;
  }

  #freshKeys(): Map<number, number> {
    this.#fresh ??= new Map(
      this.#prepare('SELECT key, threadId FROM thread_key_fresh')
        .all()
        .map((row) => [integerColumn(row, 'key'), integerColumn(row, 'threadId')]),
    );
    return this.#fresh;
  }

  #addKey(key: number, threadId: number): void {
    this.#freshKeys().set(key, threadId);
    this.#prepare('INSERT INTO thread_key_fresh (key, threadId) VALUES (?, ?)').run(key, threadId);
  }

  #merge(): void {
    this.#prepare(
      `INSERT INTO thread_key (key, threadId)
       SELECT key, threadId FROM thread_key_fresh WHERE true ORDER BY key
       ON CONFLICT (key) DO NOTHING`,
    ).run();
    this.#prepare('DELETE FROM thread_key_fresh').run();
    this.#fresh = new Map();
  }

  #knownThread(key: number): number | undefined {
    const fresh = this.#freshKeys().get(key);
    if (fresh !== undefined) return fresh;
    const row = this.#prepare('SELECT threadId FROM thread_key WHERE key = ?').get(key);
    return row && integerColumn(row, 'threadId');
  }

  #threadOf(key: number): number | undefined {
    let threadId = this.#knownThread(key);
    if (threadId === undefined) return undefined;
    this.#anyAlias ??= this.#prepare('SELECT 1 FROM thread_alias LIMIT 1').get() !== undefined;
    // Short: the smaller thread always joins the larger one.
    while (this.#anyAlias) {
      const alias = this.#prepare('SELECT joined FROM thread_alias WHERE threadId = ?').get(
        threadId,
      );
      if (alias === undefined) break;
      threadId = integerColumn(alias, 'joined');
    }
    return threadId;
  }

  #size(threadId: number): number {
    const row = this.#prepare(
      'SELECT count(*) AS size FROM (SELECT 1 FROM message WHERE threadId = ? LIMIT ?)',
    ).get(threadId, messagesPerThread);
    return row === undefined ? 0 : integerColumn(row, 'size');
  }

  /** Makes the threads one, as far as there is room; one that has room for another message. */
  #join(account: ThreadAccount, threads: readonly number[]): number {
    let target: number | undefined;
    let size = 0;
    for (const threadId of threads) {
      const more = this.#size(threadId);
      if (target === undefined) {
        if (more < messagesPerThread) [target, size] = [threadId, more];
        continue;
      }
      if (size + more >= messagesPerThread) continue;
      const [from, to]: [number, number] = more > size ? [target, threadId] : [threadId, target];
      this.#prepare('UPDATE message SET threadId = ? WHERE threadId = ?').run(to, from);
      this.#prepare('INSERT INTO thread_alias (threadId, joined) VALUES (?, ?)').run(from, to);
      this.#anyAlias = true;
      target = to;
      size += more;
    }
    return target ?? newThread(account);
  }

  /** False when no answer without a name is about this; removed ones still count. */
  #mayBeBare(hash: number): boolean {
    this.#bareHashes ??= new Set(
      this.#prepare(
        'SELECT bareKey FROM message INDEXED BY message_bare WHERE bareKey IS NOT NULL LIMIT ?',
      )
        .all(bareHashesHeld)
        .map((row) => integerColumn(row, 'bareKey')),
    );
    return this.#bareHashes.size >= bareHashesHeld || this.#bareHashes.has(hash);
  }

  /**
   * Threads of messages with the same subject, a few weeks apart at most, one of whose authors is
   * among the other's people. One of the two is an answer that names no message.
   */
  #sameSubject(header: MessageHeader, hash: number, bare: boolean, secondRowIds: number): number[] {
    const span = monthSeconds * secondRowIds;
    const at = Math.trunc(header.receivedAt / 1_000) * secondRowIds;
    const rows = this.#mayBeBare(hash)
      ? this.#prepare(
          `SELECT threadId, fromAddress, toList FROM message INDEXED BY message_bare
           WHERE bareKey = ? AND rowId BETWEEN ? AND ? ORDER BY rowId DESC LIMIT ?`,
        ).all(hash, at - span, at + span, subjectCandidates)
      : [];
    if (bare) {
      const month = monthOf(header.receivedAt);
      for (const near of [month, month - 1, month + 1]) {
        rows.push(
          ...this.#prepare(
            `SELECT threadId, fromAddress, toList FROM message INDEXED BY message_subject
             WHERE subjectKey = ? AND rowId BETWEEN ? AND ? ORDER BY rowId DESC LIMIT ?`,
          ).all(near * hashesPerMonth + hash, at - span, at + span, subjectCandidates),
        );
      }
    }
    return rows
      .filter((row) => sharePeople(header, row))
      .map((row) => integerColumn(row, 'threadId'));
  }
}

/** Answers that name no message are few: what they are about is held, to spare a look for each message. */
const bareHashesHeld = 50_000;

function monthOf(receivedAt: number): number {
  return Math.trunc(receivedAt / 1_000 / monthSeconds);
}

function newThread(account: ThreadAccount): number {
  account.changed = true;
  return account.accountNumber * threadsPerAccount + account.nextThread++;
}

/** The message's own key first, then those it names, nearest first. */
function keysOf(header: MessageHeader, seed: number): number[] {
  const { messageId, inReplyTo, references } = header;
  const keys: number[] = [];
  const add = (id: string | undefined) => {
    if (id === undefined) return;
    const key = hash52(id, seed);
    if (!keys.includes(key)) keys.push(key);
  };
  add(messageId);
  add(inReplyTo);
  if (references !== undefined) {
    for (const id of references.slice(-lastReferences).reverse()) add(id);
    add(references[0]);
  }
  return keys;
}

function sharePeople(header: MessageHeader, row: SqlRow): boolean {
  const from = header.from?.address.toLowerCase();
  const otherFrom = optionalText(row, 'fromAddress')?.toLowerCase();
  if (from === undefined || otherFrom === undefined || from === '') return false;
  if (from === otherFrom) return true;
  if (header.to.some(({ address }) => address.toLowerCase() === otherFrom)) return true;
  return textColumn(row, 'toList')
    .toLowerCase()
    .includes(`"address":${JSON.stringify(from)}`);
}

/** 52 bits of `text`; not for secrets. */
function hash52(text: string, seed: number): number {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 2_654_435_761);
    b = Math.imul(b ^ unit, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  // Never zero: its negative is another key.
  return (b & 0xfffff) * 2 ** 32 + (a >>> 0) + 1;
}
