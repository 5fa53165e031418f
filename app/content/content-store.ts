/**
 * Contents of messages for the engine: kept and indexed by a thread of its own, read here. What is
 * kept is noted in mail.db by this side, so that each file has one writer.
 */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { CancelledError, StorageError } from '../errors.ts';
import { describeError, type Logger } from '../log.ts';
import { isDamage, setAside } from '../store/database.ts';
import type { MailStore } from '../store/mail-store.ts';
import type { ContentKey } from '../store/mail-types.ts';
import { rowsPerTransaction } from '../store/mail-writer.ts';
import { openContentDatabase } from './content-db.ts';
import { ContentReader } from './content-reader.ts';
import type { KeptContent, RawContent } from './content-writer.ts';
import {
  type ContentWorkerData,
  type FromContentWorker,
  fromContentWorker,
  type ToContentWorker,
} from './worker-messages.ts';
import { contentWorkerUrl } from './worker-url.ts';

/** What may be on its way to the worker; more waits. */
const mostBytesUnderWay = 4 * 1024 * 1024;
/** Blocks go there and back: a new one for each batch would lie about until it is collected. */
const spareBlocks = 2;
const spareBytes = 2 * 1024 * 1024;
/** How often and how far apart (ms) a log is emptied that somebody else has in hand: 6 s in all. */
const checkpointTries = 300;
const checkpointPauseMs = 20;
/** A worker that keeps dying is left alone until the next start. */
const mostRestarts = 5;

type Question = DistributiveOmit<ToContentWorker, 'id'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type Answer = Exclude<FromContentWorker, { kind: 'missing' | 'failed' }>;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export interface ContentStoreOptions {
  /** content.db; lies beside mail.db. */
  readonly contentPath: string;
  readonly mailPath: string;
  readonly store: MailStore;
  readonly logger: Logger;
}

export interface StoredSize {
  readonly mailboxId: number;
  readonly messages: number;
  readonly storedBytes: number;
  /** Of the same messages on the server. */
  readonly mailBytes: number;
}

export class ContentStore {
  readonly #options: ContentStoreOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #forRoom: (() => void)[] = [];
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  #reader: ContentReader;
  #worker: Worker | undefined;
  #lastId = 0;
  #bytesUnderWay = 0;
  #restarts = 0;
  #stopping = false;
  #clearing = false;

  /** @throws StorageError when content.db cannot be opened; a damaged one is made anew */
  constructor(options: ContentStoreOptions) {
    this.#options = options;
    const { rebuilt, reader } = openFiles(options);
    this.#reader = reader;
    const wasClean = this.#reader.noted('clean');
    const wasCompacting = this.#reader.noted('compacting');
    this.#worker = this.#startWorker();
    options.store.writer.onInserted = (messages) => this.#indexHeads(messages);
    options.store.writer.onDeleted = () => this.removeGone();
    if (rebuilt) void this.#forgetAll();
    else if (!wasClean) this.#quietly(this.#ask({ kind: 'sweep' }));
    this.removeGone();
    if (wasCompacting) void this.wipe();
  }

  /** For search; do not keep it: it is another one after damage. */
  get reader(): ContentReader {
    return this.#reader;
  }

  /**
   * Stores and indexes messages; resolves when they are in both databases. Waits while much is
   * under way, so that callers who await it never fill the memory.
   * @throws StorageError; CancelledError when the store was closed meanwhile
   */
  async keep(items: readonly RawContent[]): Promise<KeptContent[]> {
    if (items.length === 0) return [];
    const length = items.reduce((sum, { raw }) => sum + raw.length, 0);
    while (this.#bytesUnderWay > 0 && this.#bytesUnderWay + length > mostBytesUnderWay) {
      await new Promise<void>((resolve) => this.#forRoom.push(resolve));
    }
    this.#bytesUnderWay += length;
    try {
      const block = this.#block(length);
      let end = 0;
      const places = items.map(({ rowId, token, raw }) => {
        const start = end;
        block.set(raw, start);
        end += raw.length;
        return { rowId, token, start, end };
      });
      const answer = await this.#ask({ kind: 'keep', block, items: places }, [block.buffer]);
      if (answer.kind === 'kept') this.#giveBack(answer.block);
      const kept = answer.kind === 'kept' ? answer.items : [];
      for (let from = 0; from < kept.length; from += rowsPerTransaction) {
        this.#options.store.writer.setKept(kept.slice(from, from + rowsPerTransaction));
      }
      return kept;
    } finally {
      this.#bytesUnderWay -= length;
      for (const resolve of this.#forRoom.splice(0)) resolve();
    }
  }

  #block(length: number): Uint8Array<ArrayBuffer> {
    if (length > spareBytes) return new Uint8Array(length);
    return this.#spare.pop() ?? new Uint8Array(spareBytes);
  }

  #giveBack(block: Uint8Array<ArrayBuffer>): void {
    if (block.length === spareBytes && this.#spare.length < spareBlocks) this.#spare.push(block);
  }

  /** The message as it came, when it is kept. What cannot be read counts as not kept. */
  source(key: ContentKey): Uint8Array | undefined {
    try {
      return this.#reader.source(key);
    } catch (error) {
      this.#options.logger.log('warn', 'content.unreadable', { error: describeError(error) });
      if (isDamage(error)) this.#startOver();
      return undefined;
    }
  }

  /** Contents of deleted messages go; what mail.db noted is worked off in the background. */
  removeGone(): void {
    if (this.#clearing) return;
    this.#clearing = true;
    this.#quietly(
      this.#removeNoted().finally(() => {
        this.#clearing = false;
      }),
    );
  }

  async #removeNoted(): Promise<void> {
    const { reader, writer } = this.#options.store;
    while (!this.#stopping) {
      const gone = reader.contentGone(rowsPerTransaction);
      const last = gone.at(-1);
      if (last === undefined) return;
      await this.#ask({ kind: 'remove', items: gone.map(({ key }) => key) });
      if (!this.#stopping) writer.clearContentGone(last.goneId);
    }
  }

  /** Octets kept, by mailbox. */
  async sizes(): Promise<readonly StoredSize[]> {
    const answer = await this.#ask({ kind: 'sizes' });
    return answer.kind === 'sizes' ? answer.mailboxes : [];
  }

  /** Removes what was noted, merges the index and gives free room in both files back to the disk. */
  async compact(): Promise<void> {
    await this.#removeNoted();
    await this.#ask({ kind: 'compact' });
    const { writer } = this.#options.store;
    while (!this.#stopping && writer.shrinkSome()) await setImmediate();
    // The content thread copies mail.db's log now and then; while it does, nobody else can.
    for (let tries = 0; tries < checkpointTries && !this.#stopping; tries += 1) {
      if (writer.checkpoint()) return;
      await sleep(checkpointPauseMs);
    }
  }

  /**
   * As `compact`, for after an account was removed, and without the files that were set aside.
   * What fails is logged, and comes with the next.
   */
  async wipe(): Promise<void> {
    try {
      const { contentPath, mailPath } = this.#options;
      for (const path of [contentPath, mailPath]) rmSync(`${path}.damaged`, { force: true });
      await this.compact();
    } catch (error) {
      if (error instanceof CancelledError) return;
      this.#options.logger.log('warn', 'content.not-wiped', { error: describeError(error) });
    }
  }

  /** Lets what is under way be finished, then closes. mail.db must still be open. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    const { writer } = this.#options.store;
    writer.onInserted = undefined;
    writer.onDeleted = undefined;
    const worker = this.#worker;
    if (worker !== undefined) {
      const ended = once(worker, 'exit');
      const answer = this.#ask({ kind: 'stop', clean: true });
      this.#stopping = true;
      this.#quietly(answer);
      await ended;
    }
    this.#stopping = true;
    this.#reader.close();
  }

  /** Closes at once; what was under way comes again. Does nothing after `stop`. */
  abandon(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    void this.#worker?.terminate();
    this.#reader.close();
  }

  /** The worker reads them from mail.db. */
  #indexHeads(messages: readonly ContentKey[]): void {
    this.#quietly(this.#ask({ kind: 'heads', items: [...messages] }));
  }

  #startWorker(): Worker {
    const { contentPath, mailPath, logger } = this.#options;
    const workerData: ContentWorkerData = { contentPath, mailPath };
    const worker = new Worker(contentWorkerUrl, {
      workerData,
      name: 'content',
      // Short-lived text of messages: a small nursery keeps the memory flat.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    worker.on('message', (value: unknown) => this.#receive(fromContentWorker.parse(value)));
    worker.on('error', (error) => {
      logger.log('error', 'content.died', { error: describeError(error) });
    });
    worker.once('exit', () => this.#workerEnded(worker));
    return worker;
  }

  #receive(message: FromContentWorker): void {
    if (message.kind === 'missing') {
      this.#missing(message.lost, message.unindexed);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind !== 'failed') {
      waiting?.resolve(message);
      return;
    }
    const code = message.full ? 'storage.full' : 'storage.failed';
    waiting?.reject(new StorageError(code, {}, { cause: message.text }));
    if (message.damaged) this.#startOver();
  }

  #missing(lost: readonly ContentKey[], unindexed: readonly ContentKey[]): void {
    const { writer } = this.#options.store;
    for (let from = 0; from < lost.length; from += rowsPerTransaction) {
      writer.setContent(lost.slice(from, from + rowsPerTransaction), 'none');
    }
    if (unindexed.length > 0) this.#indexHeads(unindexed);
  }

  #ask(question: Question, transfer: ArrayBuffer[] = []): Promise<Answer> {
    const worker = this.#worker;
    if (worker === undefined || this.#stopping) return Promise.reject(new CancelledError());
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const message: ToContentWorker = { ...question, id };
      worker.postMessage(message, transfer);
    });
  }

  #workerEnded(worker: Worker): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new CancelledError());
    this.#waiting.clear();
    if (this.#stopping || this.#restarts >= mostRestarts) return;
    this.#restarts += 1;
    this.#worker = this.#startWorker();
    this.#quietly(this.#ask({ kind: 'sweep' }));
  }

  /** The file is damaged: another begins, and everything that was kept comes again. */
  #startOver(): void {
    if (this.#stopping || this.#restarts >= mostRestarts) return;
    this.#restarts += 1;
    const { logger, contentPath } = this.#options;
    logger.log('warn', 'content.rebuilt', {});
    const old = this.#worker;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new CancelledError());
    this.#waiting.clear();
    this.#reader.close();
    // A thread that still writes does so into the file that was set aside.
    void old?.terminate();
    setAside(contentPath);
    this.#reader = openFiles(this.#options).reader;
    this.#worker = this.#startWorker();
    void this.#forgetAll();
  }

  async #forgetAll(): Promise<void> {
    let from: number | undefined = 0;
    while (from !== undefined && !this.#stopping) {
      from = this.#options.store.writer.forgetContents(from);
      await setImmediate();
    }
    // Finds that no headers are indexed either.
    if (!this.#stopping) this.#quietly(this.#ask({ kind: 'sweep' }));
  }

  #quietly(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (error instanceof CancelledError) return;
      this.#options.logger.log('warn', 'content.failed', { error: describeError(error) });
    });
  }
}

function openFiles({ contentPath, mailPath }: ContentStoreOptions) {
  // Opened once for writing, so that a reader finds a file with a schema.
  const { db, rebuilt } = openContentDatabase(contentPath);
  const isNew = db.prepare('SELECT 1 FROM state').get() === undefined;
  db.close();
  return { rebuilt: rebuilt || isNew, reader: new ContentReader(contentPath, mailPath) };
}
