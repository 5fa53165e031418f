/**
 * The content worker's order of work: what was asked, in order and several at a time in one
 * transaction; between that, and when nothing else is to be done, steps of long work.
 */

import { describeError } from '../log.ts';
import { isDamage } from '../store/database.ts';
import type { ContentWriter } from './content-writer.ts';
import type { FromContentWorker, ToContentWorker } from './worker-messages.ts';

/** A transaction ends after this time: what it holds is lost when the power goes, and comes again. */
const transactionMs = 100;
const sweepRows = 500;
/** How often a log is emptied that somebody reads in. */
const checkpointTries = 5;
/** Pages of the index that one step merges. */
const mergePages = 64;
/** Quiet for so long: the index may be tidied, so that questions look into fewer places. */
const tidyAfterMs = 2_000;

/** The engine's log is emptied so often while messages come. */
const checkpointEveryMs = 250;

type Write = Extract<ToContentWorker, { kind: 'keep' | 'heads' | 'remove' }>;

export interface WorkLoopOptions {
  readonly writer: ContentWriter;
  readonly checkpointMail: () => void;
  readonly send: (message: FromContentWorker) => void;
  /** All work is done or given up; the database may be closed. */
  readonly ended: () => void;
}

export class WorkLoop {
  readonly #options: WorkLoopOptions;
  readonly #writes: Write[] = [];
  /** Each call does one step; true when there is more. */
  readonly #long: { id: number; step: () => boolean }[] = [];
  #scheduled = false;
  #stopped = false;
  #tidy: NodeJS.Timeout | undefined;
  #checkpointAt = 0;

  constructor(options: WorkLoopOptions) {
    this.#options = options;
  }

  take(message: ToContentWorker): void {
    clearTimeout(this.#tidy);
    switch (message.kind) {
      case 'keep':
      case 'heads':
      case 'remove':
        this.#writes.push(message);
        break;
      case 'sweep':
        this.#long.push({ id: message.id, step: this.#sweep() });
        break;
      case 'compact':
        this.#long.push({ id: message.id, step: this.#compact() });
        break;
      case 'sizes':
        this.#sizes(message.id);
        return;
      case 'stop':
        this.#stop(message.id, message.clean);
        return;
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#stopped) return;
      if (this.#writes.length > 0) this.#write();
      else this.#stepLong();
      this.#checkpointNowAndThen();
      if (this.#writes.length > 0 || this.#long.length > 0) this.#schedule();
      else this.#tidySoon();
    });
  }

  #checkpointNowAndThen(): void {
    const now = performance.now();
    if (now - this.#checkpointAt < checkpointEveryMs) return;
    this.#checkpointAt = now;
    try {
      this.#options.checkpointMail();
    } catch {
      // The engine's own checkpoint says what is wrong with the file.
    }
  }

  #write(): void {
    const { writer, send } = this.#options;
    const answers: FromContentWorker[] = [];
    const taken: Write[] = [];
    try {
      writer.begin();
      const end = performance.now() + transactionMs;
      do {
        const write = this.#writes.shift();
        if (write === undefined) break;
        taken.push(write);
        answers.push(apply(writer, write));
      } while (performance.now() < end);
      writer.commit();
    } catch (error) {
      writer.rollback();
      for (const { id } of taken) this.#failed(id, error);
      return;
    }
    for (const answer of answers) send(answer);
  }

  #stepLong(): void {
    const work = this.#long[0];
    if (work === undefined) return;
    try {
      if (work.step()) return;
      this.#options.send({ kind: 'done', id: work.id });
    } catch (error) {
      this.#options.writer.rollback();
      this.#failed(work.id, error);
    }
    this.#long.shift();
  }

  #sweep(): () => boolean {
    const { writer, send } = this.#options;
    // `null` when that half is done.
    let orphansFrom: number | undefined = 0;
    let missingFrom: number | undefined = 0;
    return () => {
      if (orphansFrom !== undefined) {
        writer.begin();
        orphansFrom = writer.sweepOrphans(orphansFrom, sweepRows);
        writer.commit();
        return true;
      }
      if (missingFrom === undefined) return false;
      const { next, lost, unindexed } = writer.findMissing(missingFrom, sweepRows);
      missingFrom = next;
      if (lost.length > 0 || unindexed.length > 0) send({ kind: 'missing', lost, unindexed });
      return next !== undefined;
    };
  }

  #compact(): () => boolean {
    const { writer } = this.#options;
    let begun = false;
    let tries = 0;
    let merging = true;
    let shrinking = true;
    return () => {
      if (!begun) {
        // An end in between is made good at the next start.
        writer.setState('compacting', '1');
        begun = true;
      } else if (merging) merging = writer.mergeSome(mergePages, true);
      else if (shrinking) shrinking = writer.shrinkSome();
      else {
        if (tries === 0) writer.setState('compacting', '0');
        tries += 1;
        // It waits for those who read as long as the busy timeout lets it.
        return !writer.checkpoint() && tries < checkpointTries;
      }
      return true;
    };
  }

  #tidySoon(): void {
    clearTimeout(this.#tidy);
    this.#tidy = setTimeout(() => {
      try {
        if (this.#options.writer.mergeSome(mergePages, false)) this.#tidySoon();
      } catch {
        // Whoever needs the file next will say what is wrong with it.
        this.#options.writer.rollback();
      }
    }, tidyAfterMs);
    this.#tidy.unref();
  }

  #sizes(id: number): void {
    try {
      this.#options.send({ kind: 'sizes', id, mailboxes: this.#options.writer.sizes() });
    } catch (error) {
      this.#failed(id, error);
    }
  }

  #stop(id: number, clean: boolean): void {
    const { writer, send, ended } = this.#options;
    clearTimeout(this.#tidy);
    try {
      while (this.#writes.length > 0) this.#write();
      if (clean) writer.setState('clean', '1');
      // Readers are still there: the last to close could not do it.
      writer.checkpoint();
    } catch (error) {
      this.#failed(id, error);
    }
    this.#stopped = true;
    ended();
    send({ kind: 'done', id });
  }

  #failed(id: number, error: unknown): void {
    const text = describeError(error);
    const full = /\bdatabase or disk is full\b/.test(text);
    this.#options.send({ kind: 'failed', id, damaged: isDamage(error), full, text });
  }
}

function apply(writer: ContentWriter, write: Write): FromContentWorker {
  switch (write.kind) {
    case 'keep': {
      const items = write.items.map(({ rowId, token, start, end }) =>
        writer.keep({ rowId, token, raw: write.block.subarray(start, end) }),
      );
      return { kind: 'kept', id: write.id, block: write.block, items };
    }
    case 'heads':
      for (const item of write.items) writer.indexHead(item);
      break;
    case 'remove':
      for (const item of write.items) writer.remove(item);
      break;
  }
  return { kind: 'done', id: write.id };
}
