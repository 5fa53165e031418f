/**
 * tasks.db: the person's changes that a server has not confirmed yet. They exist nowhere else, so
 * each is on disk (synchronous FULL) before it is shown. Mailboxes are named by path, because
 * mail.db may be rebuilt at any time.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { RenamedPath } from '../ports.ts';
import { integerColumn, optionalText, type SqlRow, textColumn } from '../store/columns.ts';
import { type Migration, openDatabase, transaction } from '../store/database.ts';
import { statementsOf } from '../store/statements.ts';
import { withKey, withPath } from './renamed-paths.ts';
import type { MessageIdentity, NewTask } from './task-kind.ts';

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

const task002: Migration = {
  name: 'task-002-steps',
  sql: `
    -- How far the remote step came; NULL while the task has not touched the server.
    ALTER TABLE task ADD COLUMN step TEXT;
    -- The person took it back while it was under way: done, it is reversed.
    ALTER TABLE task ADD COLUMN undone INTEGER NOT NULL DEFAULT 0;
    -- Where messages went, for tasks that name them by where they were.
    CREATE TABLE moved (
      accountId TEXT NOT NULL,
      path TEXT NOT NULL,
      uidValidity INTEGER NOT NULL,
      uid INTEGER NOT NULL,
      toPath TEXT NOT NULL,
      toUidValidity INTEGER NOT NULL,
      toUid INTEGER NOT NULL,
      PRIMARY KEY (accountId, path, uidValidity, uid)
    ) STRICT, WITHOUT ROWID;
  `,
};

const task003: Migration = {
  name: 'task-003-identities',
  sql: `
    -- What tells a moved message from others, until a sync brings it from its new place.
    ALTER TABLE moved ADD COLUMN messageId TEXT;
    ALTER TABLE moved ADD COLUMN receivedAt INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE moved ADD COLUMN sizeBytes INTEGER NOT NULL DEFAULT 0;
  `,
};

const task004: Migration = {
  name: 'task-004-renames',
  sql: `
    -- Mailboxes whose paths change. Not done: the server was asked, and what it did is not known.
    -- Done: tasks have followed, and mail.db may not have.
    CREATE TABLE renaming (
      accountId TEXT NOT NULL,
      path TEXT NOT NULL,
      toPath TEXT NOT NULL,
      done INTEGER NOT NULL,
      PRIMARY KEY (accountId, path)
    ) STRICT, WITHOUT ROWID;
  `,
};

/** A message may have been moved so often while a task waited. */
const mostMoves = 100;

export interface MessagePlace {
  readonly path: string;
  readonly uidValidity: number;
  readonly uid: number;
}

/** Where a move took a message. */
export interface NotedPlace extends MessagePlace {
  readonly identity: MessageIdentity;
}

/** Messages that went from one mailbox to another: old uid to new uid. */
export interface MovedGroup {
  readonly from: Omit<MessagePlace, 'uid'>;
  readonly to: Omit<MessagePlace, 'uid'>;
  readonly uids: ReadonlyMap<number, number>;
}

export interface StoredTask {
  readonly taskId: number;
  readonly accountId: string;
  readonly kind: string;
  /** Of the shape that the kind defines; checked by whoever reads it. */
  readonly payload: unknown;
  /** Undefined while the task has not touched the server. */
  readonly step?: unknown;
  /** Taken back while it was under way. */
  readonly undone?: boolean;
}

export class TaskStore {
  readonly #db: DatabaseSync;
  readonly #prepare: ReturnType<typeof statementsOf>;

  /** @throws StorageError */
  constructor(path: string) {
    this.#db = openDatabase(path, [task001, task002, task003, task004], { synchronous: 'FULL' });
    this.#prepare = statementsOf(this.#db);
  }

  /** All or none: what the person did with one click is one change, whatever it takes. */
  add(tasks: readonly NewTask[]): StoredTask[] {
    return transaction(this.#db, () => tasks.map((task) => this.#add(task)));
  }

  #add({ accountId, kind, payload }: NewTask): StoredTask {
    const { lastInsertRowid } = this.#prepare(
      'INSERT INTO task (accountId, kind, payload, createdAt) VALUES (?, ?, ?, ?)',
    ).run(accountId, kind, JSON.stringify(payload), Date.now());
    return { taskId: Number(lastInsertRowid), accountId, kind, payload };
  }

  /** In the order in which they were made. */
  list(accountId: string): StoredTask[] {
    return this.#prepare('SELECT * FROM task WHERE accountId = ? ORDER BY taskId')
      .all(accountId)
      .map(toTask);
  }

  /** The one to be carried out next. */
  first(accountId: string): StoredTask | undefined {
    const row = this.#prepare('SELECT * FROM task WHERE accountId = ? ORDER BY taskId LIMIT 1').get(
      accountId,
    );
    return row && toTask(row);
  }

  get(taskId: number): StoredTask | undefined {
    const row = this.#prepare('SELECT * FROM task WHERE taskId = ?').get(taskId);
    return row && toTask(row);
  }

  count(accountId: string): number {
    const row = this.#prepare('SELECT count(*) AS count FROM task WHERE accountId = ?').get(
      accountId,
    );
    return row === undefined ? 0 : integerColumn(row, 'count');
  }

  noteStep(taskId: number, step: unknown): void {
    this.#prepare('UPDATE task SET step = ? WHERE taskId = ?').run(JSON.stringify(step), taskId);
  }

  /**
   * Takes changes back, all or none.
   * @param change.reverse what takes back those that are done
   */
  takeBack(change: {
    readonly remove: readonly number[];
    readonly markUndone: readonly number[];
    readonly reverse: readonly NewTask[];
  }): StoredTask[] {
    return transaction(this.#db, () => {
      const reverse = change.reverse.map((task) => this.#add(task));
      for (const taskId of change.markUndone) {
        this.#prepare('UPDATE task SET undone = 1 WHERE taskId = ?').run(taskId);
      }
      for (const taskId of change.remove) this.#remove(taskId);
      return reverse;
    });
  }

  /**
   * Notes where messages went, and by old uid what they are. A message that came back to where it once was has no other
   * place.
   */
  addMoved(
    accountId: string,
    from: Omit<MessagePlace, 'uid'>,
    to: Omit<MessagePlace, 'uid'>,
    uids: ReadonlyMap<number, number>,
    identities: ReadonlyMap<number, MessageIdentity> = new Map(),
  ): void {
    transaction(this.#db, () => {
      for (const [uid, toUid] of uids) {
        const identity = identities.get(uid);
        this.#prepare('INSERT OR REPLACE INTO moved VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
          accountId,
          from.path,
          from.uidValidity,
          uid,
          to.path,
          to.uidValidity,
          toUid,
          identity?.messageId ?? null,
          identity?.receivedAt ?? 0,
          identity?.sizeBytes ?? 0,
        );
      }
    });
  }

  /** Where a message is by now, as far as this account's moves tell. */
  placeOf(accountId: string, place: MessagePlace): MessagePlace {
    const { path, uidValidity, uid } = this.notedPlace(accountId, place) ?? place;
    return { path, uidValidity, uid };
  }

  /** As `placeOf`; undefined when no move is known to have taken it anywhere. */
  notedPlace(accountId: string, place: MessagePlace): NotedPlace | undefined {
    let at: NotedPlace | undefined;
    for (let moves = 0; moves < mostMoves; moves++) {
      const { path, uidValidity, uid } = at ?? place;
      const row = this.#prepare(
        `SELECT toPath, toUidValidity, toUid, messageId, receivedAt, sizeBytes FROM moved
         WHERE accountId = ? AND path = ? AND uidValidity = ? AND uid = ?`,
      ).get(accountId, path, uidValidity, uid);
      if (row === undefined) break;
      at = {
        path: textColumn(row, 'toPath'),
        uidValidity: integerColumn(row, 'toUidValidity'),
        uid: integerColumn(row, 'toUid'),
        identity: {
          messageId: optionalText(row, 'messageId'),
          receivedAt: integerColumn(row, 'receivedAt'),
          sizeBytes: integerColumn(row, 'sizeBytes'),
        },
      };
    }
    return at;
  }

  /** All that is known of an account's moves, each message by where it is now. */
  moved(accountId: string): MovedGroup[] {
    const groups = new Map<string, MovedGroup & { readonly uids: Map<number, number> }>();
    const rows = this.#prepare('SELECT path, uidValidity, uid FROM moved WHERE accountId = ?');
    for (const row of rows.all(accountId)) {
      const from = {
        path: textColumn(row, 'path'),
        uidValidity: integerColumn(row, 'uidValidity'),
      };
      const uid = integerColumn(row, 'uid');
      const { uid: newUid, ...to } = this.placeOf(accountId, { ...from, uid });
      const key = JSON.stringify([from, to]);
      const group = groups.get(key) ?? { from, to, uids: new Map<number, number>() };
      group.uids.set(uid, newUid);
      groups.set(key, group);
    }
    return [...groups.values()];
  }

  /**
   * Forgets a task.
   * @param follow stored in the same commit
   */
  remove(taskId: number, follow: readonly NewTask[] = []): void {
    transaction(this.#db, () => {
      for (const task of follow) this.#add(task);
      this.#remove(taskId);
    });
  }

  #remove(taskId: number): void {
    this.#prepare('DELETE FROM task WHERE taskId = ?').run(taskId);
  }

  /** Forgets where messages went, if nothing waits that names them by where they were. */
  forgetMoved(accountId: string): void {
    this.#prepare(
      `DELETE FROM moved WHERE accountId = ?1
         AND NOT EXISTS (SELECT 1 FROM task WHERE accountId = ?1)`,
    ).run(accountId);
  }

  /** Mailboxes that the server is about to be asked to give other paths. */
  beginRename(accountId: string, pairs: readonly RenamedPath[]): void {
    transaction(this.#db, () => {
      for (const pair of pairs) this.#noteRename(accountId, pair, false);
    });
  }

  /** Mailboxes have other paths: tasks, and what is known of moves, follow; all or none. */
  followRename(accountId: string, pairs: readonly RenamedPath[]): void {
    transaction(this.#db, () => {
      for (const pair of pairs) {
        this.#noteRename(accountId, pair, true);
        this.#renameTasks(accountId, pair);
        this.#renameMoved(accountId, pair);
      }
    });
  }

  renames(accountId: string): {
    readonly begun: readonly RenamedPath[];
    readonly done: readonly RenamedPath[];
  } {
    const rows = this.#prepare('SELECT * FROM renaming WHERE accountId = ? ORDER BY path').all(
      accountId,
    );
    const pairs = (done: number) =>
      rows
        .filter((row) => integerColumn(row, 'done') === done)
        .map((row) => ({ from: textColumn(row, 'path'), to: textColumn(row, 'toPath') }));
    return { begun: pairs(0), done: pairs(1) };
  }

  forgetRenames(accountId: string, which: 'begun' | 'done'): void {
    this.#prepare('DELETE FROM renaming WHERE accountId = ? AND done = ?').run(
      accountId,
      which === 'done' ? 1 : 0,
    );
  }

  #noteRename(accountId: string, { from, to }: RenamedPath, done: boolean): void {
    this.#prepare('INSERT OR REPLACE INTO renaming VALUES (?, ?, ?, ?)').run(
      accountId,
      from,
      to,
      done ? 1 : 0,
    );
  }

  #renameTasks(accountId: string, { from, to }: RenamedPath): void {
    for (const task of this.list(accountId)) {
      const payload = withPath(task.payload, from, to);
      if (payload !== undefined) {
        this.#prepare('UPDATE task SET payload = ? WHERE taskId = ?').run(
          JSON.stringify(payload),
          task.taskId,
        );
      }
      const step = withKey(task.step, from, to);
      if (step !== undefined) this.noteStep(task.taskId, step);
    }
  }

  #renameMoved(accountId: string, { from, to }: RenamedPath): void {
    this.#prepare('UPDATE OR REPLACE moved SET path = ?3 WHERE accountId = ?1 AND path = ?2').run(
      accountId,
      from,
      to,
    );
    this.#prepare('UPDATE moved SET toPath = ?3 WHERE accountId = ?1 AND toPath = ?2').run(
      accountId,
      from,
      to,
    );
  }

  removeAccount(accountId: string): void {
    transaction(this.#db, () => {
      this.#prepare('DELETE FROM task WHERE accountId = ?').run(accountId);
      this.#prepare('DELETE FROM moved WHERE accountId = ?').run(accountId);
      this.#prepare('DELETE FROM renaming WHERE accountId = ?').run(accountId);
    });
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
    ...(row.step === null ? {} : { step: parseJson(textColumn(row, 'step')) }),
    ...(row.undone === 1 ? { undone: true } : {}),
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
