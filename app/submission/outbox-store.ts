/**
 * outbox.db with its files: drafts (draft-store.ts) and the rows of queued messages. A row of the
 * queue is written only after its message file is on disk. No rules; see outbox.ts and settle.ts.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import {
  type MessageRef,
  messageRef,
  outboxState,
  type WireError,
  wireError,
} from '../contract/index.ts';
import { openDatabase, transaction } from '../store/database.ts';
import { DraftCopyStore } from './draft-copy-store.ts';
import { DraftStore } from './draft-store.ts';
import { outboxMigrations } from './outbox-schema.ts';
import type { RefusedRecipient } from './outcome.ts';
import { parseJson, parseRow } from './row-shapes.ts';

/** The message that a queued one answers or forwards. */
export interface AnsweredMessage {
  readonly ref: MessageRef;
  readonly kind: 'reply' | 'forward';
}

/** One queued message. Addresses are as an SMTP command carries them. */
export interface OutboxRow {
  readonly outboxId: string;
  readonly accountId: string;
  readonly messageId: string;
  readonly subject: string;
  readonly reversePath: string;
  /** Still to be tried. */
  readonly recipients: readonly string[];
  /** The server took the message for these. */
  readonly accepted: readonly string[];
  /** Refused for good, with the server's words. */
  readonly refused: readonly RefusedRecipient[];
  readonly sizeBytes: number;
  readonly state: z.infer<typeof outboxState>;
  readonly queuedAt: Date;
  readonly sentAt: Date | undefined;
  /** Undefined while waiting: only when the person, or a leg that is back, asks for it. */
  readonly nextAttemptAt: Date | undefined;
  readonly attempts: number;
  readonly error: WireError | undefined;
  /** The final dot of the current attempt may have left. */
  readonly dotStarted: boolean;
  /** Accepted by the server, not yet known to be in Sent. */
  readonly copyPending: boolean;
  /** Scheduled: not sent before. Undefined in any other state. */
  readonly holdUntil: Date | undefined;
  /** The time that the person chose; undefined when it is kept back only to be undone. */
  readonly sendAt: Date | undefined;
  /** To be marked on the server once this one was accepted; undefined when that is done. */
  readonly answers: AnsweredMessage | undefined;
  /** Only with REQUIRETLS (RFC 8689). */
  readonly requireTls: boolean;
}

const rowShape = z.object({
  outbox_id: z.string(),
  account_id: z.string(),
  message_id: z.string(),
  subject: z.string(),
  reverse_path: z.string(),
  recipients: z.string(),
  accepted: z.string(),
  refused: z.string(),
  size_bytes: z.number(),
  state: outboxState,
  queued_at: z.number(),
  sent_at: z.number().nullable(),
  next_attempt_at: z.number().nullable(),
  attempts: z.number(),
  error: z.string().nullable(),
  dot_started: z.number(),
  copy_pending: z.number(),
  hold_until: z.number().nullable(),
  send_at: z.number().nullable(),
  answers: z.string().nullable(),
  require_tls: z.number(),
});
const answeredMessage = z.object({ ref: messageRef, kind: z.enum(['reply', 'forward']) });
const addresses = z.array(z.string());
const refusedList = z.array(
  z.object({ recipient: z.string(), replyCode: z.number(), text: z.string() }),
);

export class OutboxStore {
  readonly drafts: DraftStore;
  readonly copies: DraftCopyStore;
  readonly #db: DatabaseSync;
  readonly #folder: string;
  /** Files to be removed once the transaction that is under way is committed. */
  #doomed: string[] | undefined;

  /**
   * @param profileDir exists; gets outbox.db (0600), attachments/ and outbox/ (0700)
   * @throws StorageError
   */
  constructor(profileDir: string) {
    this.#db = openDatabase(join(profileDir, 'outbox.db'), outboxMigrations, {
      synchronous: 'FULL',
    });
    // Deleted drafts do not stay readable in free pages.
    this.#db.exec('PRAGMA secure_delete = ON');
    this.#folder = privateFolder(join(profileDir, 'outbox'));
    const attachments = privateFolder(join(profileDir, 'attachments'));
    this.drafts = new DraftStore(this.#db, attachments, (path) => this.#removeFile(path));
    this.copies = new DraftCopyStore(this.#db);
    this.#sweep();
  }

  close(): void {
    this.#db.close();
  }

  /** Everything or nothing. Files go after the commit: rows that name them come back without it. */
  transaction<T>(work: () => T): T {
    const doomed: string[] = [];
    this.#doomed = doomed;
    let result: T;
    try {
      result = transaction(this.#db, work);
    } finally {
      this.#doomed = undefined;
    }
    for (const path of doomed) this.#removeFile(path);
    return result;
  }

  #removeFile(path: string): void {
    if (this.#doomed !== undefined) this.#doomed.push(path);
    else rmSync(path, { force: true });
  }

  messagePath(outboxId: string): string {
    return join(this.#folder, `${outboxId}.eml`);
  }

  hasMessage(outboxId: string): boolean {
    return existsSync(this.messagePath(outboxId));
  }

  removeMessage(outboxId: string): void {
    this.#removeFile(this.messagePath(outboxId));
  }

  get(outboxId: string): OutboxRow | undefined {
    const row = this.#db.prepare('SELECT * FROM outbox WHERE outbox_id = ?').get(outboxId);
    return row && toRow(row);
  }

  /** In the order in which they were queued, whatever the clock said then. */
  list(): OutboxRow[] {
    return this.#db.prepare('SELECT * FROM outbox ORDER BY rowid').all().map(toRow);
  }

  ofAccount(accountId: string): OutboxRow[] {
    const query = 'SELECT * FROM outbox WHERE account_id = ? ORDER BY rowid';
    return this.#db.prepare(query).all(accountId).map(toRow);
  }

  put(row: OutboxRow): void {
    const marks = Array.from({ length: 21 }, () => '?').join(', ');
    this.#db
      .prepare(
        `INSERT INTO outbox VALUES (${marks}) ON CONFLICT (outbox_id) DO UPDATE SET
           size_bytes = excluded.size_bytes,
           recipients = excluded.recipients, accepted = excluded.accepted,
           refused = excluded.refused, state = excluded.state, sent_at = excluded.sent_at,
           next_attempt_at = excluded.next_attempt_at, attempts = excluded.attempts,
           error = excluded.error, dot_started = excluded.dot_started,
           copy_pending = excluded.copy_pending, hold_until = excluded.hold_until,
           send_at = excluded.send_at, answers = excluded.answers`,
      )
      .run(
        row.outboxId,
        row.accountId,
        row.messageId,
        row.subject,
        row.reversePath,
        JSON.stringify(row.recipients),
        JSON.stringify(row.accepted),
        JSON.stringify(row.refused),
        row.sizeBytes,
        row.state,
        row.queuedAt.getTime(),
        row.sentAt?.getTime() ?? null,
        row.nextAttemptAt?.getTime() ?? null,
        row.attempts,
        row.error ? JSON.stringify(row.error) : null,
        row.dotStarted ? 1 : 0,
        row.copyPending ? 1 : 0,
        row.holdUntil?.getTime() ?? null,
        row.sendAt?.getTime() ?? null,
        row.answers ? JSON.stringify(row.answers) : null,
        row.requireTls ? 1 : 0,
      );
  }

  /** On disk when this returns; false when the message is not being sent any more. */
  markDotStarted(outboxId: string): boolean {
    const query = `UPDATE outbox SET dot_started = 1 WHERE outbox_id = ? AND state = 'sending'`;
    return this.#db.prepare(query).run(outboxId).changes === 1;
  }

  /** The row and its message file. */
  remove(outboxId: string): void {
    this.#db.prepare('DELETE FROM outbox WHERE outbox_id = ?').run(outboxId);
    this.removeMessage(outboxId);
  }

  /** Files that no row names: a crash came between message file and row. */
  #sweep(): void {
    for (const name of readdirSync(this.#folder)) {
      const known = name.endsWith('.eml') && this.get(name.slice(0, -'.eml'.length));
      if (!known) rmSync(join(this.#folder, name), { force: true });
    }
    this.drafts.sweep();
  }
}

function privateFolder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  return path;
}

function toRow(row: unknown): OutboxRow {
  const parsed = parseRow(rowShape, row);
  return {
    outboxId: parsed.outbox_id,
    accountId: parsed.account_id,
    messageId: parsed.message_id,
    subject: parsed.subject,
    reversePath: parsed.reverse_path,
    recipients: parseJson(addresses, parsed.recipients),
    accepted: parseJson(addresses, parsed.accepted),
    refused: parseJson(refusedList, parsed.refused),
    sizeBytes: parsed.size_bytes,
    state: parsed.state,
    queuedAt: new Date(parsed.queued_at),
    sentAt: optionalDate(parsed.sent_at),
    nextAttemptAt: optionalDate(parsed.next_attempt_at),
    attempts: parsed.attempts,
    error: parsed.error === null ? undefined : parseJson(wireError, parsed.error),
    dotStarted: parsed.dot_started === 1,
    copyPending: parsed.copy_pending === 1,
    holdUntil: optionalDate(parsed.hold_until),
    sendAt: optionalDate(parsed.send_at),
    answers: parsed.answers === null ? undefined : parseJson(answeredMessage, parsed.answers),
    requireTls: parsed.require_tls === 1,
  };
}

function optionalDate(time: number | null): Date | undefined {
  return time === null ? undefined : new Date(time);
}
