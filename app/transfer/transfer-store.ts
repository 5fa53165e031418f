/**
 * transfer.db: imports that were asked for, and how far they are. It exists nowhere else
 * (synchronous FULL). Each message is noted before it is uploaded (`pending`) and when it is done.
 */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import * as z from 'zod';
import {
  type TransferDto,
  type TransferFailure,
  type TransferSource,
  transferFailure,
  transferSource,
  transferState,
  transferTarget,
  type WireError,
  wireError,
} from '../contract/index.ts';
import { StorageError } from '../errors.ts';
import {
  integerColumn,
  optionalInteger,
  optionalText,
  type SqlRow,
  textColumn,
} from '../store/columns.ts';
import { type Migration, openDatabase, transaction } from '../store/database.ts';
import { transferLimits } from './limits.ts';

const transfer001: Migration = {
  name: 'transfer-001',
  sql: `
    CREATE TABLE transfer (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      transferId TEXT NOT NULL UNIQUE,
      accountId TEXT NOT NULL,
      kind TEXT NOT NULL,
      path TEXT NOT NULL,
      target TEXT NOT NULL,
      state TEXT NOT NULL,
      mailbox TEXT,
      next TEXT,
      pending TEXT,
      progress REAL NOT NULL DEFAULT 0,
      done INTEGER NOT NULL DEFAULT 0,
      skipped INTEGER NOT NULL DEFAULT 0,
      failed INTEGER NOT NULL DEFAULT 0,
      failures TEXT NOT NULL DEFAULT '[]',
      error TEXT,
      startedAt INTEGER NOT NULL,
      finishedAt INTEGER
    ) STRICT;
    CREATE TABLE seen (
      transferId TEXT NOT NULL REFERENCES transfer(transferId) ON DELETE CASCADE,
      mailbox TEXT NOT NULL,
      messageId TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      PRIMARY KEY (transferId, mailbox, messageId, sha256)
    ) STRICT, WITHOUT ROWID;
  `,
};

export type TransferState = TransferDto['state'];

export interface StoredTransfer {
  readonly transferId: string;
  readonly accountId: string;
  readonly source: TransferSource;
  readonly target: readonly string[];
  readonly state: TransferState;
  /** The mailbox of the source (its id) and the place in it where reading goes on. */
  readonly mailbox?: string;
  readonly next?: string;
  /** SHA-256 of the message that was being uploaded, which may be there or not. */
  readonly pending?: string;
  readonly progress: number;
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  readonly failures: readonly TransferFailure[];
  readonly error?: WireError;
  readonly startedAt: number;
  readonly finishedAt?: number;
}

/** What happened to some messages in a row, kept in one commit. */
export interface TransferStep {
  readonly mailbox: string;
  readonly next: string;
  readonly progress: number;
  readonly pending: string | undefined;
  readonly done: number;
  readonly skipped: number;
  readonly failures: readonly TransferFailure[];
  readonly seen: readonly SeenMessage[];
}

export interface SeenMessage {
  /** The mailbox on the server, by its names. */
  readonly mailbox: string;
  readonly messageId: string;
  readonly sha256: string;
}

const failureList = z.array(transferFailure);

export class TransferStore {
  readonly #db: DatabaseSync;
  readonly #select: StatementSync;
  readonly #selectSeen: StatementSync;
  readonly #insertSeen: StatementSync;
  readonly #update: StatementSync;

  /** @throws StorageError */
  constructor(path: string) {
    this.#db = openDatabase(path, [transfer001], { synchronous: 'FULL' });
    this.#select = this.#db.prepare('SELECT * FROM transfer WHERE transferId = ?');
    this.#selectSeen = this.#db.prepare(
      'SELECT sha256 FROM seen WHERE transferId = ? AND mailbox = ? AND messageId = ?',
    );
    this.#insertSeen = this.#db.prepare('INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?)');
    this.#update = this.#db.prepare(
      `UPDATE transfer SET mailbox = ?, next = ?, pending = ?, progress = ?, done = done + ?,
         skipped = skipped + ?, failed = failed + ?, failures = ? WHERE transferId = ?`,
    );
  }

  add(accountId: string, source: TransferSource, target: readonly string[]): StoredTransfer {
    const transferId = randomUUID();
    this.#db
      .prepare(
        `INSERT INTO transfer (transferId, accountId, kind, path, target, state, startedAt)
         VALUES (?, ?, ?, ?, ?, 'waiting', ?)`,
      )
      .run(transferId, accountId, source.kind, source.path, JSON.stringify(target), Date.now());
    const added = this.get(transferId);
    if (added === undefined) throw new StorageError('storage.failed');
    return added;
  }

  get(transferId: string): StoredTransfer | undefined {
    const row = this.#select.get(transferId);
    return row && toTransfer(row);
  }

  /** In the order in which they were asked for. */
  list(): StoredTransfer[] {
    return this.#db.prepare('SELECT * FROM transfer ORDER BY position').all().map(toTransfer);
  }

  setState(transferId: string, state: TransferState, error?: WireError): void {
    const over = state === 'finished' || state === 'cancelled';
    transaction(this.#db, () => {
      this.#db
        .prepare('UPDATE transfer SET state = ?, error = ?, finishedAt = ? WHERE transferId = ?')
        .run(
          state,
          error === undefined ? null : JSON.stringify(error),
          over ? Date.now() : null,
          transferId,
        );
      if (state === 'finished') {
        this.#db
          .prepare('UPDATE transfer SET progress = 1, pending = NULL WHERE transferId = ?')
          .run(transferId);
      }
      if (over) this.#db.prepare('DELETE FROM seen WHERE transferId = ?').run(transferId);
    });
  }

  /** On disk when this returns. A transfer that was removed meanwhile takes no more notes. */
  note(transferId: string, step: TransferStep): void {
    transaction(this.#db, () => {
      const stored = this.get(transferId);
      if (stored === undefined) return;
      const failures = [...stored.failures, ...step.failures].slice(0, transferLimits.failuresKept);
      this.#update.run(
        step.mailbox,
        step.next,
        step.pending ?? null,
        Math.min(1, Math.max(0, step.progress)),
        step.done,
        step.skipped,
        step.failures.length,
        JSON.stringify(failures),
        transferId,
      );
      if (stored.state === 'cancelled') return;
      for (const { mailbox, messageId, sha256 } of step.seen) {
        this.#insertSeen.run(transferId, mailbox, messageId, sha256);
      }
    });
  }

  /** SHA-256 of each message of that Message-ID that this transfer has dealt with. */
  seen(transferId: string, mailbox: string, messageId: string): string[] {
    const rows = this.#selectSeen.all(transferId, mailbox, messageId);
    return rows.map((row) => textColumn(row, 'sha256'));
  }

  remove(transferId: string): void {
    this.#db.prepare('DELETE FROM transfer WHERE transferId = ?').run(transferId);
  }

  removeAccount(accountId: string): void {
    this.#db.prepare('DELETE FROM transfer WHERE accountId = ?').run(accountId);
  }

  close(): void {
    this.#db.close();
  }
}

/** @throws StorageError `storage.failed` when the row is damaged */
function toTransfer(row: SqlRow): StoredTransfer {
  const mailbox = optionalText(row, 'mailbox');
  const next = optionalText(row, 'next');
  const pending = optionalText(row, 'pending');
  const error = optionalText(row, 'error');
  const finishedAt = optionalInteger(row, 'finishedAt');
  return {
    transferId: textColumn(row, 'transferId'),
    accountId: textColumn(row, 'accountId'),
    source: parsed(transferSource, { kind: row.kind, path: row.path }),
    target: parsed(transferTarget, parseJson(textColumn(row, 'target'))),
    state: parsed(transferState, row.state),
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(next === undefined ? {} : { next }),
    ...(pending === undefined ? {} : { pending }),
    progress: parsed(z.number(), row.progress),
    done: integerColumn(row, 'done'),
    skipped: integerColumn(row, 'skipped'),
    failed: integerColumn(row, 'failed'),
    failures: parsed(failureList, parseJson(textColumn(row, 'failures'))),
    ...(error === undefined ? {} : { error: parsed(wireError, parseJson(error)) }),
    startedAt: integerColumn(row, 'startedAt'),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new StorageError('storage.failed', {}, { cause: result.error });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
