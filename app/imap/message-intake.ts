/**
 * Puts fetched rows of one mailbox into the store, a few at a time, so that the thread that also
 * serves the window is never held. What the person changed, and what became known meanwhile, wins.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { FetchMessageObject } from 'imapflow';
import type { MessageHeader } from '../store/mail-types.ts';
import { rowsPerTransaction } from '../store/mail-writer.ts';
import type { FetchedRow } from './header-row.ts';
import { toFlags, toHeader, toKeywords } from './headers.ts';
import type { LiveChanges, SeenFlags } from './live-changes.ts';
import type { RowSink } from './row-tap.ts';
import { type SyncContext, withPending } from './sync-context.ts';
import { chunks } from './uid-ranges.ts';
import type { UidSpan } from './uid-spans.ts';

export class MessageIntake {
  readonly #context: SyncContext;
  readonly #mailboxId: number;
  readonly #live: LiveChanges;

  constructor(context: SyncContext, mailboxId: number, live: LiveChanges) {
    this.#context = context;
    this.#mailboxId = mailboxId;
    this.#live = live;
  }

  /**
   * Rows with an envelope; others among them are changed flags that the server slipped in.
   * Returns the headers that were not in the store before.
   * @param uidValidity of the fetch: nothing is stored once the mailbox has another
   */
  async headers(
    messages: readonly FetchMessageObject[],
    uidValidity: number,
    from = 1,
  ): Promise<MessageHeader[]> {
    const fresh: MessageHeader[] = [];
    const whole = messages.filter((message) => message.uid >= from && hasEnvelope(message));
    await this.flags(
      messages.filter((message) => !hasEnvelope(message)),
      uidValidity,
    );
    for (const piece of chunks(whole, rowsPerTransaction)) {
      fresh.push(...this.#store(piece.map(toRow), uidValidity));
      await breathe();
    }
    return fresh;
  }

  /** As `headers`, while the rows are still coming: only a few are held at a time. */
  collect(uidValidity: number): RowCollector {
    let rows: FetchedRow[] = [];
    let failure: { readonly error: unknown } | undefined;
    const store = () => {
      const few = rows;
      rows = [];
      if (failure === undefined) this.#store(few, uidValidity);
    };
    return {
      row: (row) => rows.push(row),
      settle: () => {
        if (rows.length < rowsPerTransaction) return undefined;
        try {
          store();
        } catch (error) {
          // Whoever asked for the rows hears of it.
          failure ??= { error };
        }
        return breathe();
      },
      finish: async (others) => {
        const slippedIn: FetchMessageObject[] = [];
        for await (const message of others) {
          if (hasEnvelope(message)) rows.push(toRow(message));
          else slippedIn.push(message);
          if (rows.length >= rowsPerTransaction) store();
        }
        if (failure !== undefined) throw failure.error;
        store();
        await this.flags(slippedIn, uidValidity);
      },
    };
  }

  /** Returns those that were not in the store before. */
  #store(fetched: readonly FetchedRow[], uidValidity: number): MessageHeader[] {
    const { reader, writer, pending } = this.#context;
    const mailbox = reader.mailbox(this.#mailboxId);
    if (mailbox?.uidValidity !== uidValidity || fetched.length === 0) return [];
    const rows = fetched
      .filter(({ header }) => !this.#live.isGone(header.uid))
      .map(({ header, modSeq }) => {
        const { uid, seen: read, flagged, answered, keywords = [] } = header;
        this.#live.noteRow(uid, { seen: read, flagged, answered, keywords }, modSeq);
        const seen = { ...header, ...this.#live.newerFlags(uid, modSeq) };
        return { ...seen, ...withPending(pending, mailbox, header.uid, seen.keywords ?? []) };
      });
    const known = new Set(this.#known(rows));
    const fresh = rows.filter((row) => !known.has(row.uid));
    writer.upsertMessages(this.#mailboxId, rows, pending.arriving(mailbox));
    pending.came(
      mailbox,
      fresh.map(({ uid }) => uid),
    );
    return fresh;
  }

  #known(rows: readonly MessageHeader[]): number[] {
    const [first, last] = [rows[0]?.uid, rows.at(-1)?.uid];
    if (first === undefined || last === undefined) return [];
    const low = Math.min(first, last);
    return this.#context.sync.uidsWithin(
      this.#mailboxId,
      low,
      Math.max(first, last),
      rowsPerTransaction * 4,
    );
  }

  /** Returns how many rows changed, and the highest mod-sequence seen. */
  async flags(
    messages: readonly FetchMessageObject[],
    uidValidity: number,
  ): Promise<{ changed: number; modSeq: bigint }> {
    const { reader, writer, pending } = this.#context;
    let changed = 0;
    let modSeq = 0n;
    for (const piece of chunks(messages, rowsPerTransaction)) {
      const mailbox = reader.mailbox(this.#mailboxId);
      if (mailbox?.uidValidity !== uidValidity) break;
      const rows = new Map<number, SeenFlags>();
      for (const { uid, flags, modseq = 0n } of piece) {
        if (modseq > modSeq) modSeq = modseq;
        if (flags === undefined) continue;
        const seen = { ...toFlags(flags), keywords: toKeywords(flags) };
        this.#live.noteFlags(uid, seen, modseq);
        const newest = this.#live.newerFlags(uid, modseq) ?? seen;
        rows.set(uid, { ...newest, ...withPending(pending, mailbox, uid, newest.keywords) });
      }
      changed += writer.setFlags(this.#mailboxId, rows);
      await breathe();
    }
    return { changed, modSeq };
  }

  /** Takes messages away that the server said are gone. Returns how many were here. */
  async remove(spans: readonly UidSpan[]): Promise<number> {
    const { sync, writer, reader, pending } = this.#context;
    const mailbox = reader.mailbox(this.#mailboxId);
    if (mailbox === undefined) return 0;
    let removed = 0;
    for (const [first, last] of spans) {
      for (let from = first; ; ) {
        const uids = sync.uidsWithin(this.#mailboxId, from, last, rowsPerTransaction);
        const highest = uids.at(-1);
        if (highest === undefined) break;
        // Not all go: what the person moved has its own way out of here.
        const leaving = pending.leaving(mailbox);
        const gone = uids.filter((uid) => !leaving.has(uid));
        removed += writer.removeMessages(this.#mailboxId, gone);
        from = highest + 1;
        await breathe();
      }
    }
    return removed;
  }
}

/** Takes the rows of one or more answers. */
export interface RowCollector extends RowSink {
  /**
   * Stores what came and waits for the end of an answer: `others` are its rows that the library
   * read. @throws what it failed with, or the store
   */
  finish(others: AsyncIterable<FetchMessageObject>): Promise<void>;
}

function toRow(message: FetchMessageObject): FetchedRow {
  return { header: toHeader(message), modSeq: message.modseq ?? 0n };
}

function hasEnvelope(message: FetchMessageObject): boolean {
  return message.envelope !== undefined || message.internalDate !== undefined;
}
