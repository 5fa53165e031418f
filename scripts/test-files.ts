/** Which test files there are and what kind each is. */
import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export const kinds = ['unit', 'integration', 'e2e'] as const;
export type Kind = (typeof kinds)[number];

export function kindOf(path: string): Kind {
  if (path.startsWith('test/e2e/')) return 'e2e';
  if (path.startsWith('test/integration/') || path.endsWith('.integration.test.ts'))
    return 'integration';
  return 'unit';
}

/** Test files below `<root>/test`, as `test/…` with forward slashes, sorted. */
export function listTestFiles(root: string): string[] {
  return readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.test\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Those of the given kinds whose path contains one of `filters` (any, when there are none). */
export function selectTestFiles(
  files: readonly string[],
  wanted: readonly Kind[],
  filters: readonly string[],
): string[] {
  return files.filter(
    (file) =>
      wanted.includes(kindOf(file)) &&
      (filters.length === 0 || filters.some((filter) => file.includes(filter))),
  );
}
