/** Mail out of an account: a mailbox or some messages into one mbox or a folder of `.eml`. */
import type { MessageRef } from '../contract/index.ts';
import { CancelledError, RequestError } from '../errors.ts';
import type { MessageSource, SourceOfMessage } from '../ports.ts';
import { writeEmlFolder, writeMbox } from './write-mail.ts';

export interface ExportOptions {
  readonly source: MessageSource;
  readonly refs: Iterable<MessageRef>;
  readonly format: 'mbox' | 'eml';
  /** A file for mbox, a folder for eml; a name that is taken gets a number. */
  readonly path: string;
  readonly signal?: AbortSignal;
}

export interface ExportResult {
  readonly savedAs: string;
  readonly written: number;
  /** Gone meanwhile, or larger than what can be read here. */
  readonly failed: number;
}

/**
 * One message is held at a time. When it throws, nothing stays on the disk.
 * @throws StorageError, ImapError or LegError; CancelledError by `signal`
 */
export async function exportMessages(options: ExportOptions): Promise<ExportResult> {
  const counts = { written: 0, failed: 0 };
  const write = options.format === 'mbox' ? writeMbox : writeEmlFolder;
  const savedAs = await write(options.path, sources(options, counts));
  return { savedAs, ...counts };
}

async function* sources(
  { source, refs, signal }: ExportOptions,
  counts: { written: number; failed: number },
): AsyncGenerator<SourceOfMessage, void> {
  for (const ref of refs) {
    if (signal?.aborted) throw new CancelledError();
    let message: SourceOfMessage;
    try {
      message = await source.source(ref);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      counts.failed += 1;
      continue;
    }
    yield message;
    counts.written += 1;
  }
}
