/** Reads rows of outbox.db as typed values; a row that does not fit is a damaged store. */
import type * as z from 'zod';
import { StorageError } from '../errors.ts';

/** @throws StorageError `storage.failed` */
export function parseRow<T>(shape: z.ZodType<T>, row: unknown): T {
  const parsed = shape.safeParse(row);
  if (parsed.success) return parsed.data;
  throw new StorageError('storage.failed', { what: 'outbox' }, { cause: parsed.error });
}

/** @throws StorageError `storage.failed` */
export function parseJson<T>(shape: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new StorageError('storage.failed', { what: 'outbox' }, { cause: error });
  }
  return parseRow(shape, value);
}
