/**
 * Attachments written out so that they can be dragged into another program: one file, in a folder
 * of its own, under its safe name. A prepared file that nobody drags goes after a minute; one that
 * was dragged stays until the engine stops, since whoever took it may read it late. The folder is
 * emptied when the engine starts and stops.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Disposable } from '../disposable.ts';
import { StorageError } from '../errors.ts';

export interface DragLimits {
  /** Octets of one file; a larger one is not dragged but saved. */
  readonly fileBytes: number;
  /** Octets of all files together; the oldest go first. */
  readonly allBytes: number;
  /** How long a file waits to be dragged (ms). */
  readonly unusedMs: number;
}

export const dragLimits: DragLimits = {
  fileBytes: 50 * 1024 * 1024,
  allBytes: 200 * 1024 * 1024,
  unusedMs: 60_000,
};

export interface DragSource {
  readonly accountId: string;
  /** The same for the same attachment of the same message. */
  readonly key: string;
  /** A bare name (`safeFileName`). */
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

interface DragFile {
  readonly accountId: string;
  readonly key: string;
  readonly dir: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Resolves when all of it is on the disk. */
  readonly written: Promise<unknown>;
  timer: NodeJS.Timeout | undefined;
}

export class DragFiles implements Disposable {
  readonly #dir: string;
  readonly #limits: DragLimits;
  /** By dragId, oldest first. */
  readonly #files = new Map<string, DragFile>();
  #disposed = false;

  /** @param dir its own folder: whatever lies in it is removed at once */
  constructor(dir: string, limits: DragLimits = dragLimits) {
    this.#dir = dir;
    this.#limits = limits;
    this.#empty();
  }

  /**
   * Writes the file (0600, in a folder 0700), or finds the one that is there already.
   * @returns by what `take` finds it (32 hex digits); undefined when it is too large
   * @throws StorageError `storage.failed` or `storage.full`
   */
  async prepare({ accountId, key, fileName, bytes }: DragSource): Promise<string | undefined> {
    if (bytes.length > this.#limits.fileBytes || this.#disposed) return undefined;
    const known = [...this.#files].find(([, file]) => file.key === key);
    if (known !== undefined) {
      const [dragId, file] = known;
      await file.written;
      if (file.timer !== undefined) file.timer = this.#expire(dragId, file.timer);
      return this.#files.has(dragId) ? dragId : undefined;
    }
    const dragId = randomBytes(16).toString('hex');
    const dir = join(this.#dir, dragId);
    // Never more than a name, whatever came: the caller made it safe already.
    const path = join(dir, basename(fileName));
    const written = mkdir(dir, { recursive: true, mode: 0o700 }).then(() =>
      writeFile(path, bytes, { flag: 'wx', mode: 0o600 }),
    );
    const sizeBytes = bytes.length;
    const file: DragFile = { accountId, key, dir, path, sizeBytes, written, timer: undefined };
    this.#files.set(dragId, file);
    try {
      await written;
    } catch (error) {
      await this.#drop(dragId);
      throw StorageError.ofDisk(error);
    }
    // Removed while it was written: an account went, or the engine stops.
    if (!this.#files.has(dragId)) {
      await rm(dir, { recursive: true, force: true });
      return undefined;
    }
    file.timer = this.#expire(dragId, undefined);
    await this.#makeRoom();
    return this.#files.has(dragId) ? dragId : undefined;
  }

  /** The path of a prepared file, which now stays; undefined when there is none any more. */
  take(dragId: string): string | undefined {
    const file = this.#files.get(dragId);
    if (file === undefined) return undefined;
    clearTimeout(file.timer);
    file.timer = undefined;
    return file.path;
  }

  /** Files of an account that goes. Never throws. */
  async removeAccount(accountId: string): Promise<void> {
    const own = [...this.#files].filter(([, file]) => file.accountId === accountId);
    await Promise.all(own.map(([dragId]) => this.#drop(dragId)));
  }

  dispose(): void {
    this.#disposed = true;
    for (const { timer } of this.#files.values()) clearTimeout(timer);
    this.#files.clear();
    this.#empty();
  }

  #expire(dragId: string, before: NodeJS.Timeout | undefined): NodeJS.Timeout {
    clearTimeout(before);
    const timer = setTimeout(() => void this.#drop(dragId), this.#limits.unusedMs);
    return timer.unref();
  }

  async #makeRoom(): Promise<void> {
    let sum = 0;
    for (const [dragId, { sizeBytes }] of [...this.#files].reverse()) {
      sum += sizeBytes;
      if (sum > this.#limits.allBytes) await this.#drop(dragId);
    }
  }

  async #drop(dragId: string): Promise<void> {
    const file = this.#files.get(dragId);
    if (file === undefined) return;
    this.#files.delete(dragId);
    clearTimeout(file.timer);
    // Another program may hold it open (Windows): it goes with the folder, later.
    await rm(file.dir, { recursive: true, force: true }).catch(() => undefined);
  }

  #empty(): void {
    try {
      // Of a link, the link goes and not what it points to.
      rmSync(this.#dir, { recursive: true, force: true, maxRetries: 3 });
      if (!this.#disposed) mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    } catch (error) {
      // At the end nothing must keep the engine from closing; the next start empties it.
      if (!this.#disposed) throw StorageError.ofDisk(error);
    }
  }
}
