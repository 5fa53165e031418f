/** Every number of import and export in one place: files are whatever someone else's program left. */
import { mimeLimits } from '../mime/limits.ts';

export const transferLimits = {
  /** A larger message is reported and passed by: it could not be read here afterwards. */
  messageSizeBytes: mimeLimits.messageSizeBytes,
  /** How much of a file is read at a time. */
  chunkBytes: 256 * 1024,
  /** How much of a message is searched for header fields. */
  headerBytes: 256 * 1024,
  /** A line longer than this is no separator of an mbox. */
  postmarkBytes: 1_000,
  /** Folders within folders, and mailboxes of one source. */
  depth: 32,
  mailboxes: 5_000,
  nameLength: 200,
  prefsSizeBytes: 16 * 1024 * 1024,
  /** Failures that are kept with their reasons; beyond it they are counted. */
  failuresKept: 100,
  /** Refusals in a row that say that the server takes nothing at all. */
  refusalsInRow: 25,
  retryFirstMs: 1_000,
  retryMostMs: 60_000,
} as const;
