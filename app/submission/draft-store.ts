/** Rows of drafts and attachments in outbox.db, and the attachments' files. No rules; see drafts.ts. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { type DraftContent, draftContent } from '../contract/index.ts';
import { parseJson, parseRow } from './row-shapes.ts';

const threadHeaders = z.object({ messageId: z.string(), references: z.array(z.string()) });
export interface ThreadHeaders {
  readonly messageId: string;
  readonly references: readonly string[];
}

export interface DraftRow {
  readonly draftId: string;
  readonly content: DraftContent;
  readonly thread: ThreadHeaders | undefined;
  readonly savedAt: Date;
  /** Set while the draft is queued. */
  readonly outboxId: string | undefined;
}

export interface AttachmentRow {
  readonly attachmentId: string;
  readonly draftId: string;
  readonly fileName: string;
  readonly mimeType: string;
  readonly sizeBytes: number;
  readonly receivedBytes: number;
  readonly finished: boolean;
  /** Without angle brackets; undefined for what does not stand in the html. */
  readonly contentId: string | undefined;
}

const draftShape = z.object({
  draft_id: z.string(),
  content: z.string(),
  thread: z.string().nullable(),
  saved_at: z.number(),
  outbox_id: z.string().nullable(),
});
const attachmentShape = z.object({
  attachment_id: z.string(),
  draft_id: z.string(),
  file_name: z.string(),
  mime_type: z.string(),
  size_bytes: z.number(),
  received_bytes: z.number(),
  finished: z.number(),
  content_id: z.string().nullable(),
});

export class DraftStore {
  readonly #db: DatabaseSync;
  readonly #folder: string;
  readonly #remove: (path: string) => void;

  /**
   * @param folder attachments/, which exists
   * @param removeFile now, or after the commit of what names the file
   */
  constructor(db: DatabaseSync, folder: string, removeFile: (path: string) => void) {
    this.#db = db;
    this.#folder = folder;
    this.#remove = removeFile;
  }

  attachmentPath(attachmentId: string): string {
    return join(this.#folder, attachmentId);
  }

  put(row: DraftRow): void {
    this.#db
      .prepare(
        `INSERT INTO draft VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (draft_id) DO UPDATE SET
           account_id = excluded.account_id, content = excluded.content,
           thread = excluded.thread, saved_at = excluded.saved_at, outbox_id = excluded.outbox_id`,
      )
      .run(
        row.draftId,
        row.content.accountId,
        JSON.stringify(row.content),
        row.thread ? JSON.stringify(row.thread) : null,
        row.savedAt.getTime(),
        row.outboxId ?? null,
      );
  }

  get(draftId: string): DraftRow | undefined {
    const row = this.#db.prepare('SELECT * FROM draft WHERE draft_id = ?').get(draftId);
    return row && toDraft(row);
  }

  ofOutbox(outboxId: string): DraftRow | undefined {
    const row = this.#db.prepare('SELECT * FROM draft WHERE outbox_id = ?').get(outboxId);
    return row && toDraft(row);
  }

  /** Drafts that are not queued, latest first. */
  list(): DraftRow[] {
    const query = 'SELECT * FROM draft WHERE outbox_id IS NULL ORDER BY saved_at DESC, rowid DESC';
    return this.#db.prepare(query).all().map(toDraft);
  }

  ofAccount(accountId: string): DraftRow[] {
    return this.#db.prepare('SELECT * FROM draft WHERE account_id = ?').all(accountId).map(toDraft);
  }

  /** Row, attachments and their files. */
  remove(draftId: string): void {
    const files = this.attachments(draftId);
    this.#db.prepare('DELETE FROM draft WHERE draft_id = ?').run(draftId);
    for (const { attachmentId } of files) this.#removeFile(attachmentId);
  }

  /** In the order in which they were added, unfinished ones too. */
  attachments(draftId: string): AttachmentRow[] {
    const query = 'SELECT * FROM attachment WHERE draft_id = ? ORDER BY rowid';
    return this.#db.prepare(query).all(draftId).map(toAttachment);
  }

  attachment(attachmentId: string): AttachmentRow | undefined {
    const query = 'SELECT * FROM attachment WHERE attachment_id = ?';
    const row = this.#db.prepare(query).get(attachmentId);
    return row && toAttachment(row);
  }

  putAttachment(row: AttachmentRow): void {
    this.#db
      .prepare(
        `INSERT INTO attachment VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (attachment_id)
         DO UPDATE SET received_bytes = excluded.received_bytes, finished = excluded.finished`,
      )
      .run(
        row.attachmentId,
        row.draftId,
        row.fileName,
        row.mimeType,
        row.sizeBytes,
        row.receivedBytes,
        row.finished ? 1 : 0,
        row.contentId ?? null,
      );
  }

  removeAttachment(attachmentId: string): void {
    this.#db.prepare('DELETE FROM attachment WHERE attachment_id = ?').run(attachmentId);
    this.#removeFile(attachmentId);
  }

  /** After a crash: attachments that never finished, and files that no row names. */
  sweep(): void {
    this.#db.exec('DELETE FROM attachment WHERE finished = 0');
    this.sweepFiles();
    const rows = this.#db.prepare('SELECT * FROM attachment').all().map(toAttachment);
    for (const { attachmentId } of rows) {
      if (!existsSync(this.attachmentPath(attachmentId))) this.removeAttachment(attachmentId);
    }
  }

  /** Removes files that no row names. */
  sweepFiles(): void {
    for (const name of readdirSync(this.#folder)) {
      if (this.attachment(name) === undefined) this.#removeFile(name);
    }
  }

  #removeFile(attachmentId: string): void {
    this.#remove(this.attachmentPath(attachmentId));
  }
}

function toDraft(row: unknown): DraftRow {
  const parsed = parseRow(draftShape, row);
  return {
    draftId: parsed.draft_id,
    content: parseJson(draftContent, parsed.content),
    thread: parsed.thread === null ? undefined : parseJson(threadHeaders, parsed.thread),
    savedAt: new Date(parsed.saved_at),
    outboxId: parsed.outbox_id ?? undefined,
  };
}

function toAttachment(row: unknown): AttachmentRow {
  const parsed = parseRow(attachmentShape, row);
  return {
    attachmentId: parsed.attachment_id,
    draftId: parsed.draft_id,
    fileName: parsed.file_name,
    mimeType: parsed.mime_type,
    sizeBytes: parsed.size_bytes,
    receivedBytes: parsed.received_bytes,
    finished: parsed.finished === 1,
    contentId: parsed.content_id ?? undefined,
  };
}
