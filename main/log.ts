/**
 * The log file of a profile: one JSON line per event, 0600, of bounded size. Writers promise to
 * pass no secret; this file adds nothing of its own but the time.
 */
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { LogFields, Logger, LogLevel } from '../app/log.ts';

export interface FileLoggerOptions {
  /** Bytes at which the file becomes `letterlock.log.1`, of which there is one. */
  readonly maxSizeBytes?: number;
  readonly now?: () => Date;
}

const defaultMaxSizeBytes = 2 * 1024 * 1024;
/** Characters of one value; longer ones are cut. */
const maxValueLength = 2_000;

export function logFilePath(profileDir: string): string {
  return join(profileDir, 'log', 'letterlock.log');
}

/** A logger that never throws: a full disk must not end the program. */
export function createFileLogger(profileDir: string, options: FileLoggerOptions = {}): Logger {
  const file = logFilePath(profileDir);
  const maxSizeBytes = options.maxSizeBytes ?? defaultMaxSizeBytes;
  const now = options.now ?? (() => new Date());
  let size = openLog(file);
  return {
    log(level: LogLevel, event: string, fields: LogFields = {}): void {
      const line = encodeLine(now(), level, event, fields);
      try {
        if (size + line.length > maxSizeBytes) {
          renameSync(file, `${file}.1`);
          size = openLog(file);
        }
        appendFileSync(file, line, { mode: 0o600 });
        size += line.length;
      } catch {
        // Nowhere left to say so.
      }
    },
  };
}

/** JSON escapes line ends, so that a value cannot forge a line. */
function encodeLine(at: Date, level: LogLevel, event: string, fields: LogFields): string {
  const cut = Object.entries(fields).map(([key, value]) => [
    key,
    typeof value === 'string' ? value.slice(0, maxValueLength) : value,
  ]);
  return `${JSON.stringify({ at: at.toISOString(), level, event, ...Object.fromEntries(cut) })}\n`;
}

/** Creates the file with narrow rights and says how long it is already. */
function openLog(file: string): number {
  try {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    return statSync(file).size;
  } catch {
    return 0;
  }
}
