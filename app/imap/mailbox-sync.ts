/**
 * Brings one mailbox of the store up to the server's state: the newest first, then what is
 * missing, newest first. One object for each mailbox, used from several connections; the caller
 * holds the mailbox's lock on the connection it gives. What is here goes only with proof: an
 * EXPUNGE, a VANISHED, or a whole answer to SEARCH. Sources: RFC 9051, RFC 4549, RFC 7162.
 */
import type { ImapFlow, MailboxObject } from 'imapflow';
import { ImapError } from '../errors.ts';
import type { MessageHeader, StoredMailbox } from '../store/mail-types.ts';
import { AskedRows } from './asked-rows.ts';
import { headerQuery, toFlags, toKeywords } from './headers.ts';
import { isRefusal, toImapMailError } from './imap-errors.ts';
import { imapLimits } from './limits.ts';
import { LiveChanges } from './live-changes.ts';
import { MessageIntake, type RowCollector } from './message-intake.ts';
import { takeRows } from './row-tap.ts';
import { type SyncContext, withPending } from './sync-context.ts';
import { localUids, searchAllUids } from './uid-census.ts';
import { toUidSet } from './uid-ranges.ts';
import { countUids, joined, takeHighest, type UidSpan, without } from './uid-spans.ts';

/** A mailbox as it was right after SELECT, or as the connection has heard of it since. */
interface View {
  readonly uidValidity: number;
  readonly exists: number;
  readonly uidNext: number | undefined;
  /** 0 when the server keeps none. */
  readonly modSeq: bigint;
  /** Selected since this object last looked at it on this connection. */
  readonly fresh: boolean;
}

/** A batch whose answer is on its way. */
interface Asked {
  readonly answer: AskedRows;
}

/** Backlogs that a server never hands out are given up after so many comparisons. */
const comparisonsPerBacklog = 3;
const flagsQuery = { uid: true, flags: true };

export class MailboxSync {
  readonly #context: SyncContext;
  readonly #mailboxId: number;
  readonly #live = new LiveChanges();
  readonly #intake: MessageIntake;
  /** SELECTs that were compared with the store. */
  readonly #seen = new WeakSet<MailboxObject>();
  /** Uids to be fetched, and those that were here when that was found out. */
  #missing: UidSpan[] | undefined;
  #kept: readonly UidSpan[] = [];
  #comparisons = 0;
  /** Flags below this uid are still to be compared, and the mod-sequence that is known then. */
  #flagsBelow: number | undefined;
  #flagsModSeq = 0n;
  /** What the uids in `#gone` belong to; undefined until the mailbox was looked at. */
  #uidValidity: number | undefined;
  #gone: UidSpan[] = [];
  #goneTimer: NodeJS.Immediate | undefined;
  #mustCount = false;
  readonly #changedFlags = new Set<number>();
  #toldAt = 0;

  constructor(context: SyncContext, mailboxId: number) {
    this.#context = context;
    this.#mailboxId = mailboxId;
    this.#intake = new MessageIntake(context, mailboxId, this.#live);
  }

  /** Headers or flags are still to come. */
  get hasBacklog(): boolean {
    const mailbox = this.#context.reader.mailbox(this.#mailboxId);
    if (mailbox === undefined) return false;
    return !mailbox.complete || this.#flagsBelow !== undefined;
  }

  /**
   * New messages, changed flags and expunged ones: what a person looks at first.
   * @param options.live the connection has been watching: what it was told needs no asking
   * @throws what imapflow throws; ImapError
   */
  async refresh(client: ImapFlow, options: { live?: boolean } = {}): Promise<void> {
    try {
      await this.#refreshOnce(client, options);
    } catch (error) {
      // "Some of the requested messages no longer exist" (RFC 2180 §4.1.2): a second look helps.
      if (!client.usable || !isRefusal(toImapMailError(error, ''))) throw error;
      await client.noop();
      await this.#refreshOnce(client, options);
    }
  }

  async #refreshOnce(client: ImapFlow, options: { live?: boolean }): Promise<void> {
    const end = this.#live.begin();
    try {
      const view = await this.#look(client);
      const known = this.#mailbox();
      if (known.uidNext === 0) await this.#firstScreen(client, view);
      else await this.#catchUp(client, view, { live: options.live === true && !view.fresh });
      if (client.mailbox !== false) this.#seen.add(client.mailbox);
    } finally {
      end();
    }
  }

  /**
   * Some batches of headers, or of flags, that are still missing.
   * @throws as `refresh` does; what was not stored is asked for again
   */
  async fetchBacklog(client: ImapFlow, batches: number): Promise<void> {
    const selected = selectedMailbox(client);
    if (!this.#seen.has(selected)) await this.refresh(client);
    const end = this.#live.begin();
    try {
      if (!this.#mailbox().complete) await this.#fetchMissing(client, batches);
      else if (this.#flagsBelow !== undefined) await this.#compareFlags(client, batches);
    } finally {
      end();
    }
  }

  /** The server said, unasked, what a message's flags are now. */
  noteFlags(uid: number, flags: ReadonlySet<string>, modSeq = 0n): void {
    const mailbox = this.#mailbox();
    // No news: another connection has been further, and this one's words were long on the way.
    if (modSeq > 0n && modSeq <= mailbox.highestModSeq) return;
    const seen = { ...toFlags(flags), keywords: toKeywords(flags) };
    this.#live.noteFlags(uid, seen, modSeq);
    const pending = withPending(this.#context.pending, mailbox, uid, seen.keywords);
    const change = { ...seen, ...pending };
    if (this.#context.writer.setFlags(this.#mailboxId, new Map([[uid, change]])) > 0) {
      this.#context.changed(mailbox);
    }
  }

  /** A message's flags changed, and the server did not say its uid: the next refresh asks. */
  noteFlagsOf(sequenceNumber: number): void {
    if (this.#changedFlags.size < imapLimits.flagsAtOnce) this.#changedFlags.add(sequenceNumber);
  }

  /** The server said that a message is gone; removed in a moment, together with others. */
  noteGone(uid: number, uidValidity: number): void {
    if (uidValidity !== this.#uidValidity) return;
    this.#live.noteGone(uid);
    const last = this.#gone.at(-1);
    if (last !== undefined && uid === last[1] + 1) {
      this.#gone[this.#gone.length - 1] = [last[0], uid];
    } else this.#gone.push([uid, uid]);
    this.#goneTimer ??= setImmediate(() => {
      this.#removeGone().catch(() => undefined);
    });
  }

  /** Messages went by a change of ours: a row that was fetched before that must not bring one back. */
  noteTaken(uids: readonly number[]): void {
    for (const uid of uids) this.#live.noteGone(uid);
  }

  /** Some message is gone and the server did not say which: the next refresh counts. */
  noteLoss(): void {
    this.#mustCount = true;
  }

  #mailbox(): StoredMailbox {
    const mailbox = this.#context.reader.mailbox(this.#mailboxId);
    if (mailbox === undefined) throw new ImapError('imap.mailbox-gone');
    return mailbox;
  }

  async #look(client: ImapFlow): Promise<View> {
    const selected = selectedMailbox(client);
    const fresh = !this.#seen.has(selected);
    const view = toView(selected, fresh);
    const known = this.#mailbox();
    this.#uidValidity = known.uidValidity;
    if (known.uidValidity === view.uidValidity) return view;
    if (!fresh) {
      // Another connection has heard of a new uidValidity: this one has to look again as well.
      await client.mailboxClose();
      await client.mailboxOpen(known.path);
      return this.#look(client);
    }
    await this.#startOver(view.uidValidity);
    return view;
  }

  async #startOver(uidValidity: number): Promise<void> {
    const before = this.#mailbox();
    this.#missing = undefined;
    this.#flagsBelow = undefined;
    this.#gone = [];
    // A few at a time; whatever is left of an interrupted removal still has the old uidValidity.
    await this.#intake.remove([[1, Number.MAX_SAFE_INTEGER]]);
    // A move may have brought messages here meanwhile, by their new uids.
    if (this.#mailbox().uidValidity !== uidValidity) {
      this.#context.writer.mailboxes.reset(this.#mailboxId, uidValidity);
    }
    this.#uidValidity = uidValidity;
    if (before.total > 0) this.#context.changed(this.#mailbox());
  }

  /** The newest fifty at once; what else there is follows as a backlog. */
  async #firstScreen(client: ImapFlow, view: View): Promise<void> {
    const { writer } = this.#context;
    writer.mailboxes.setServerCounts(this.#mailboxId, view.exists);
    const headers = await this.#newest(client, view);
    const above = headers.reduce((most, { uid }) => Math.max(most, uid + 1), 1);
    this.#missing = undefined;
    this.#comparisons = 0;
    this.#advance(view.uidNext ?? above, view.modSeq, this.#mailbox().stored === view.exists);
    this.#context.changed(this.#mailbox());
  }

  async #newest(client: ImapFlow, view: View): Promise<MessageHeader[]> {
    if (view.exists === 0) return [];
    const from = Math.max(1, view.exists - imapLimits.firstBatch + 1);
    const messages = await client.fetchAll(`${from}:*`, headerQuery, { uid: false });
    return this.#intake.headers(messages, view.uidValidity);
  }

  async #catchUp(client: ImapFlow, view: View, { live }: { live: boolean }): Promise<void> {
    const known = this.#mailbox();
    if (!view.fresh && !live) await client.noop();
    if (unchanged(view, known)) return;
    const uidNext = await this.#fetchNew(client, view, known);
    // Of what came just now as well: it may have been changed since, and the mod-sequence moves
    // on. That of a SELECT is from before, so that the next refresh finds such a change.
    const asked = view.fresh ? known : { ...known, uidNext };
    const modSeq = live ? known.highestModSeq : await this.#fetchFlags(client, view, asked);
    if (live) await this.#fetchChangedFlags(client, view);
    this.#changedFlags.clear();
    await this.#removeGone();
    this.#advance(uidNext, modSeq, this.#mailbox().complete);
    await this.#settle(client);
  }

  /** Returns the uid below which everything new is known, or noted as missing. */
  async #fetchNew(client: ImapFlow, view: View, known: StoredMailbox): Promise<number> {
    const { exists } = selectedMailbox(client);
    const nothingNew = view.fresh && view.uidNext !== undefined && view.uidNext <= known.uidNext;
    if (exists === 0 || nothingNew) return known.uidNext;
    let fresh: MessageHeader[];
    let uidNext = known.uidNext;
    const { batch } = imapLimits;
    if (
      view.fresh &&
      (view.uidNext ?? 0) - known.uidNext > batch &&
      exists - known.stored > batch
    ) {
      fresh = await this.#newest(client, view);
      uidNext = view.uidNext ?? known.uidNext;
      this.#missing = undefined;
      this.#comparisons = 0;
      this.#advance(known.uidNext, known.highestModSeq, false);
    } else {
      const messages = await client.fetchAll(`${known.uidNext}:*`, headerQuery, { uid: true });
      // `n:*` always holds the last message, even when its uid is below n (RFC 9051 §9).
      fresh = await this.#intake.headers(messages, view.uidValidity, known.uidNext);
      for (const { uid } of messages) uidNext = Math.max(uidNext, uid + 1);
      // The newest may be gone again: what lay below at SELECT was in this answer.
      if (view.fresh) uidNext = Math.max(uidNext, view.uidNext ?? 0);
    }
    if (fresh.length > 0) {
      const { reader, changed, arrived } = this.#context;
      changed(this.#mailbox());
      const unseen = fresh
        .map((header) => header.uid)
        .sort((a, b) => b - a)
        .filter((uid) => reader.message(this.#mailboxId, uid)?.seen === false);
      arrived(this.#mailbox(), unseen);
    }
    return uidNext;
  }

  /** Returns the mod-sequence up to which flags are known. */
  async #fetchFlags(client: ImapFlow, view: View, known: StoredMailbox): Promise<bigint> {
    if (known.stored === 0 || known.uidNext <= 1) return laterOf(known.highestModSeq, view.modSeq);
    if (view.modSeq === 0n || known.highestModSeq === 0n) {
      await this.#compareNewestFlags(client, view, known);
      return known.highestModSeq;
    }
    if (view.fresh && view.modSeq === known.highestModSeq) return known.highestModSeq;
    // With QRESYNC the library asks for VANISHED as well: `noteGone` is told (RFC 7162 §3.2.6).
    const messages = await client.fetchAll(`1:${known.uidNext - 1}`, flagsQuery, {
      uid: true,
      changedSince: known.highestModSeq,
    });
    const { changed, modSeq } = await this.#intake.flags(messages, view.uidValidity);
    if (changed > 0) this.#context.changed(this.#mailbox());
    const reached = view.fresh ? view.modSeq : modSeq;
    return laterOf(reached, known.highestModSeq);
  }

  async #fetchChangedFlags(client: ImapFlow, view: View): Promise<void> {
    const { exists } = selectedMailbox(client);
    const known = [...this.#changedFlags].filter((number) => number <= exists);
    if (known.length === 0) return;
    const messages = await client.fetchAll(toUidSet(known), flagsQuery, { uid: false });
    const { changed } = await this.#intake.flags(messages, view.uidValidity);
    if (changed > 0) this.#context.changed(this.#mailbox());
  }

  /** No mod-sequences: the flags that a person sees now, the others in the background. */
  async #compareNewestFlags(client: ImapFlow, view: View, known: StoredMailbox): Promise<void> {
    this.#flagsBelow = known.uidNext;
    this.#flagsModSeq = view.fresh ? view.modSeq : 0n;
    await this.#compareFlagsBelow(client, view.uidValidity, imapLimits.flagsAtOnce);
  }

  async #compareFlags(client: ImapFlow, batches: number): Promise<void> {
    const { uidValidity } = toView(selectedMailbox(client), false);
    for (let round = 0; round < batches && this.#flagsBelow !== undefined; round += 1) {
      await this.#compareFlagsBelow(client, uidValidity, imapLimits.flagsBatch);
    }
  }

  async #compareFlagsBelow(client: ImapFlow, uidValidity: number, count: number): Promise<void> {
    const below = this.#flagsBelow;
    if (below === undefined) return;
    const from = this.#context.sync.uidBelow(this.#mailboxId, below, count);
    if (from !== undefined) {
      const messages = await client.fetchAll(`${from}:${below - 1}`, flagsQuery, { uid: true });
      const { changed } = await this.#intake.flags(messages, uidValidity);
      if (changed > 0) this.#context.changed(this.#mailbox());
    }
    const more =
      from !== undefined && this.#context.sync.uidBelow(this.#mailboxId, from, 1) !== undefined;
    this.#flagsBelow = more ? from : undefined;
    if (!more) this.#advance(0, this.#flagsModSeq, this.#mailbox().complete);
  }

  /** Counts what is here, and looks for what is not when the numbers differ. */
  async #settle(client: ImapFlow): Promise<void> {
    const mailbox = this.#mailbox();
    const { exists } = selectedMailbox(client);
    this.#context.writer.mailboxes.setServerCounts(this.#mailboxId, exists);
    const mustCount = this.#mustCount;
    this.#mustCount = false;
    if (mailbox.stored === exists || !(mailbox.complete || mustCount)) return;
    this.#comparisons = 0;
    await this.#compareAll(client);
  }

  /** Compares all uids: the expunged go, the missing are noted. */
  async #compareAll(client: ImapFlow): Promise<void> {
    const { sync } = this.#context;
    this.#comparisons += 1;
    // Only what was announced, or stored, before the connection looks again can be judged by it. A
    // search on the server stores what no look at the mailbox has come to yet.
    const highest = sync.uidBelow(this.#mailboxId, Number.MAX_SAFE_INTEGER, 1) ?? 0;
    const judged = Math.max(this.#mailbox().uidNext, highest + 1);
    await client.noop();
    const { uidValidity } = toView(selectedMailbox(client), false);
    const local = await localUids(sync, this.#mailboxId);
    const server = await searchAllUids(client);
    const gone = without(local, server.uids).filter(([first]) => first < judged);
    if (server.whole && this.#mailbox().uidValidity === uidValidity) {
      const removed = await this.#intake.remove(
        gone.map(([first, last]) => [first, Math.min(last, judged - 1)]),
      );
      if (removed > 0) this.#context.changed(this.#mailbox());
    }
    this.#missing = without(server.uids, local);
    this.#kept = local;
    const done = this.#missing.length === 0 || this.#comparisons > comparisonsPerBacklog;
    if (done) this.#finish();
    else this.#advance(0, 0n, false);
  }

  #finish(): void {
    this.#missing = undefined;
    this.#comparisons = 0;
    this.#advance(0, 0n, true);
    const mailbox = this.#mailbox();
    this.#context.writer.mailboxes.setServerCounts(this.#mailboxId, mailbox.stored, mailbox.unseen);
    this.#context.changed(mailbox);
  }

  /** The next batch is asked for while this one comes: the server has no reason to wait. */
  async #fetchMissing(client: ImapFlow, batches: number): Promise<void> {
    if (this.#missing === undefined) await this.#compareAll(client);
    const { uidValidity } = toView(selectedMailbox(client), false);
    const collector = this.#intake.collect(uidValidity);
    const release = takeRows(client, collector);
    try {
      await this.#fetchBatches(client, batches, collector);
    } catch (error) {
      // What of it came is stored; what did not, the next comparison finds.
      this.#missing = undefined;
      throw error;
    } finally {
      release();
    }
    if (this.#missing?.length !== 0) return;
    this.#missing = undefined;
    await this.#removeGone();
    if (this.#mailbox().stored === selectedMailbox(client).exists) this.#finish();
    else await this.#compareAll(client);
  }

  async #fetchBatches(client: ImapFlow, batches: number, collector: RowCollector): Promise<void> {
    let current = this.#ask(client);
    for (let round = 1; current !== undefined; round += 1) {
      const next = round < batches ? this.#ask(client) : undefined;
      try {
        await collector.finish(current.answer);
      } catch (error) {
        next?.answer.close();
        throw error;
      }
      this.#tellNowAndThen();
      current = next;
    }
  }

  #ask(client: ImapFlow): Asked | undefined {
    if (this.#missing === undefined) return undefined;
    const batch = takeHighest(this.#missing, imapLimits.batch, this.#kept);
    if (batch === undefined) return undefined;
    return { answer: new AskedRows(client.fetch(batch.set, headerQuery, { uid: true })) };
  }

  #tellNowAndThen(): void {
    const now = Date.now();
    if (now - this.#toldAt < 500) return;
    this.#toldAt = now;
    this.#context.changed(this.#mailbox());
  }

  async #removeGone(): Promise<void> {
    clearImmediate(this.#goneTimer);
    this.#goneTimer = undefined;
    const spans = this.#gone;
    this.#gone = [];
    if (spans.length === 0) return;
    const removed = await this.#intake.remove(joined(spans));
    const mailbox = this.#context.reader.mailbox(this.#mailboxId);
    if (removed > 0 && mailbox !== undefined) this.#context.changed(mailbox);
  }

  /** Never goes back: another connection may have come further meanwhile. */
  #advance(uidNext: number, highestModSeq: bigint, complete: boolean): void {
    const now = this.#mailbox();
    this.#context.writer.mailboxes.setSyncPoint(this.#mailboxId, {
      uidNext: Math.max(uidNext, now.uidNext),
      highestModSeq: laterOf(highestModSeq, now.highestModSeq),
      complete,
    });
  }

  /** Headers that are known to be missing; for progress. */
  get missing(): number {
    return countUids(this.#missing ?? []);
  }
}

function selectedMailbox(client: ImapFlow): MailboxObject {
  if (client.mailbox === false) throw new ImapError('imap.failed', { command: 'SELECT' });
  return client.mailbox;
}

function toView(selected: MailboxObject, fresh: boolean): View {
  return {
    uidValidity: Number(selected.uidValidity ?? 0),
    exists: selected.exists,
    uidNext: selected.uidNext === 0 ? undefined : selected.uidNext,
    modSeq: selected.noModseq === true ? 0n : (selected.highestModseq ?? 0n),
    fresh,
  };
}

/** Nothing at all happened since the mailbox was last known: no further command is needed. */
function unchanged(view: View, known: StoredMailbox): boolean {
  return (
    view.fresh &&
    known.complete &&
    view.modSeq > 0n &&
    view.modSeq === known.highestModSeq &&
    view.exists === known.stored &&
    view.uidNext === known.uidNext
  );
}

function laterOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
