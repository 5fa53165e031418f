/** Messages of an mbox file of any size, one at a time. */
import { type FileHandle, open } from 'node:fs/promises';
import { RequestError } from '../errors.ts';
import { transferLimits } from './limits.ts';
import { MboxSplitter, type SplitterOptions } from './mbox-splitter.ts';
import type { SourceItem } from './source-item.ts';

export interface ReadMboxOptions {
  /** `next` of the last item that is done with: reading goes on behind it. */
  readonly from?: string | undefined;
  /** Default `mboxrd`. */
  readonly quoting?: SplitterOptions['quoting'];
  /** Default transferLimits.messageSizeBytes. */
  readonly messageSizeBytes?: number;
}

/**
 * Messages that Thunderbird deleted without compacting are passed by. A file that was written anew
 * since `from` was noted is read from its beginning: nothing is lost, and what is there is found.
 * @throws RequestError `transfer.source-unreadable` when it cannot be read or is no mbox
 */
export async function* readMbox(
  path: string,
  options: ReadMboxOptions = {},
): AsyncGenerator<SourceItem, void> {
  const file = await reading(path, () => open(path, 'r'));
  try {
    const { size } = await reading(path, () => file.stat());
    const offset = await startOf(file, Number(options.from ?? 0), size);
    if (offset === size) return;
    const splitter = new MboxSplitter({
      offset,
      sizeBytes: size,
      quoting: options.quoting ?? 'mboxrd',
      messageSizeBytes: options.messageSizeBytes ?? transferLimits.messageSizeBytes,
    });
    const chunk = Buffer.allocUnsafe(transferLimits.chunkBytes);
    for (let at = offset; ; ) {
      const { bytesRead } = await reading(path, () => file.read(chunk, 0, chunk.length, at));
      if (bytesRead === 0) break;
      at += bytesRead;
      yield* splitter.push(chunk.subarray(0, bytesRead));
    }
    yield* splitter.end();
  } finally {
    await file.close();
  }
}

/** True when the file begins as an mbox does. @throws RequestError `transfer.source-unreadable` */
export async function looksLikeMbox(path: string): Promise<boolean> {
  const file = await reading(path, () => open(path, 'r'));
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(100), 0, 100, 0);
    return /^[\r\n]*From /.test(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await file.close();
  }
}

async function startOf(file: FileHandle, from: number, size: number): Promise<number> {
  if (!Number.isSafeInteger(from) || from <= 0 || from > size) return 0;
  return from === size || (await isSeparatorAt(file, from)) ? from : 0;
}

async function isSeparatorAt(file: FileHandle, offset: number): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(5), 0, 5, offset);
  return bytesRead === 5 && buffer.toString('latin1') === 'From ';
}

/** @throws RequestError with the system's error as its cause */
export async function reading<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new RequestError('transfer.source-unreadable', { path }, { cause: error });
  }
}
