/** Rows of outbox.db that say what an account's server may hold of a draft. No rules; see draft-copies.ts. */
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { DraftOrigin } from '../ports.ts';
import { parseJson, parseRow } from './row-shapes.ts';

export interface DraftCopyRow {
  readonly draftId: string;
  readonly accountId: string;
  /** Of the content that the server has, or has refused; undefined when that is not known. */
  readonly revision: string | undefined;
  readonly origin: DraftOrigin | undefined;
}

const rowShape = z.object({
  draft_id: z.string(),
  account_id: z.string(),
  revision: z.string().nullable(),
  origin: z.string().nullable(),
});
const originShape = z.object({
  path: z.string(),
  uidValidity: z.int().nonnegative(),
  uid: z.int().positive(),
});

export class DraftCopyStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  get(draftId: string, accountId: string): DraftCopyRow | undefined {
    const row = this.#db
      .prepare('SELECT * FROM draft_copy WHERE draft_id = ? AND account_id = ?')
      .get(draftId, accountId);
    return row && toRow(row);
  }

  ofAccount(accountId: string): DraftCopyRow[] {
    const query = 'SELECT * FROM draft_copy WHERE account_id = ?';
    return this.#db.prepare(query).all(accountId).map(toRow);
  }

  ofDraft(draftId: string): DraftCopyRow[] {
    return this.#db.prepare('SELECT * FROM draft_copy WHERE draft_id = ?').all(draftId).map(toRow);
  }

  put({ draftId, accountId, revision, origin }: DraftCopyRow): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO draft_copy VALUES (?, ?, ?, ?)')
      .run(draftId, accountId, revision ?? null, origin ? JSON.stringify(origin) : null);
  }

  remove(draftId: string, accountId: string): void {
    this.#db
      .prepare('DELETE FROM draft_copy WHERE draft_id = ? AND account_id = ?')
      .run(draftId, accountId);
  }

  removeAccount(accountId: string): void {
    this.#db.prepare('DELETE FROM draft_copy WHERE account_id = ?').run(accountId);
  }
}

function toRow(row: unknown): DraftCopyRow {
  const parsed = parseRow(rowShape, row);
  return {
    draftId: parsed.draft_id,
    accountId: parsed.account_id,
    revision: parsed.revision ?? undefined,
    origin: parsed.origin === null ? undefined : parseJson(originShape, parsed.origin),
  };
}
