/** Writes a new file where the person asked for it, and never over one that is there. */
import { writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { StorageError } from '../errors.ts';

const mostNames = 1_000;

/**
 * `report.pdf`, else `report (2).pdf` and so on. Returns the path that was written.
 * @throws StorageError `storage.failed` or `storage.full`
 */
export async function saveNewFile(path: string, bytes: Uint8Array): Promise<string> {
  const { dir, name, ext } = parse(path);
  for (let number = 1; number <= mostNames; number++) {
    const candidate = number === 1 ? path : join(dir, `${name} (${number})${ext}`);
    try {
      // Exclusive: also refuses to follow a symbolic link that waits under that name.
      await writeFile(candidate, bytes, { flag: 'wx', mode: 0o644 });
      return candidate;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue;
      const code = codeOf(error) === 'ENOSPC' ? 'storage.full' : 'storage.failed';
      throw new StorageError(code, {}, { cause: error });
    }
  }
  throw new StorageError('storage.failed');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
