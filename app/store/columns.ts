/** Reads columns of a SQLite row with a check: the file may be damaged or from elsewhere. */
import type { SQLOutputValue } from 'node:sqlite';
import { StorageError } from '../errors.ts';

export type SqlRow = Record<string, SQLOutputValue>;

/** @throws StorageError when the column is no safe integer */
export function integerColumn(row: SqlRow, name: string): number {
  const value = row[name];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new StorageError('storage.failed', { column: name });
}

/** @throws StorageError when the column is no text */
export function textColumn(row: SqlRow, name: string): string {
  const value = row[name];
  if (typeof value === 'string') return value;
  throw new StorageError('storage.failed', { column: name });
}

/** Undefined for NULL. */
export function optionalText(row: SqlRow, name: string): string | undefined {
  return row[name] === null ? undefined : textColumn(row, name);
}

/** Undefined for NULL. */
export function optionalInteger(row: SqlRow, name: string): number | undefined {
  return row[name] === null ? undefined : integerColumn(row, name);
}

/** @throws StorageError when the column is no blob */
export function blobColumn(row: SqlRow, name: string): Uint8Array {
  const value = row[name];
  if (value instanceof Uint8Array) return value;
  throw new StorageError('storage.failed', { column: name });
}
