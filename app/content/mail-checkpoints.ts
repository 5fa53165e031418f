/**
 * Copies what mail.db's write-ahead log holds into the file, while the engine's thread goes on
 * writing: what that thread has to do itself at its next checkpoint is then little. Writes no row.
 */
import { DatabaseSync } from 'node:sqlite';

export interface MailCheckpoints {
  /** Never waits for the engine, and never makes it wait (PASSIVE). */
  checkpoint(): void;
  close(): void;
}

/** @param path mail.db; the engine has it open */
export function openMailCheckpoints(path: string): MailCheckpoints {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA synchronous = NORMAL; PRAGMA cache_size = -100');
  return {
    checkpoint: () => db.exec('PRAGMA wal_checkpoint(PASSIVE)'),
    close: () => db.close(),
  };
}
