/**
 * tasks.db: the person's changes that a server has not confirmed yet. They exist nowhere else, so
 * each is on disk (synchronous FULL) before it is shown. Mailboxes are named by path, because
 * mail.db may be rebuilt at any time.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { integerColumn, type SqlRow, textColumn } from '../store/columns.ts';
import { type Migration, openDatabase } from '../store/database.ts';

const task001: Migration = {
  name: 'task-001-tasks',
  sql: `
    CREATE TABLE task (
      taskId INTEGER PRIMARY KEY AUTOINCREMENT,
      accountId TEXT NOT NULL,
      kind TEXT NOT NULL,
      payload TEXT NOT NULL,
      createdAt INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX task_by_account ON task (accountId, taskId);
  `,
};

export interface StoredTask {
  readonly taskId: number;
  readonly accountId: string;
  readonly kind: string;
  /** Of the shape that the kind defines; checked by whoever reads it. */
  readonly payload: unknown;
}

export class TaskStore {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #delete: StatementSync;

  /** @throws StorageError */
  constructor(path: string) {
    this.#db = openDatabase(path, [task001], { synchronous: 'FULL' });
    this.#insert = this.#db.prepare(
      'INSERT INTO task (accountId, kind, payload, createdAt) VALUES (?, ?, ?, ?)',
    );
    this.#select = this.#db.prepare('SELECT * FROM task WHERE accountId = ? ORDER BY taskId');
    this.#delete = this.#db.prepare('DELETE FROM task WHERE taskId = ?');
  }

  add(accountId: string, kind: string, payload: unknown): StoredTask {
    const { lastInsertRowid } = this.#insert.run(
      accountId,
      kind,
      JSON.stringify(payload),
      Date.now(),
    );
    return { taskId: Number(lastInsertRowid), accountId, kind, payload };
  }

  /** In the order in which they were made. */
  list(accountId: string): StoredTask[] {
    return this.#select.all(accountId).map(toTask);
  }

  remove(taskId: number): void {
    this.#delete.run(taskId);
  }

  replace(taskId: number, payload: unknown): void {
    this.#db
      .prepare('UPDATE task SET payload = ? WHERE taskId = ?')
      .run(JSON.stringify(payload), taskId);
  }

  removeAccount(accountId: string): void {
    this.#db.prepare('DELETE FROM task WHERE accountId = ?').run(accountId);
  }

  close(): void {
    this.#db.close();
  }
}

function toTask(row: SqlRow): StoredTask {
  return {
    taskId: integerColumn(row, 'taskId'),
    accountId: textColumn(row, 'accountId'),
    kind: textColumn(row, 'kind'),
    payload: parseJson(textColumn(row, 'payload')),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A damaged task fails its kind's check and is dropped there.
    return undefined;
  }
}
