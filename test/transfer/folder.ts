/** A folder of its own for each test, gone afterwards. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { SourceItem, SourceMessage } from '../../app/transfer/source-item.ts';

export function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'letterlock-transfer-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Writes the file with the folders above it; returns its path. */
export function put(dir: string, name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

export async function all(items: AsyncIterable<SourceItem>): Promise<SourceItem[]> {
  const found: SourceItem[] = [];
  for await (const item of items) found.push(item);
  return found;
}

export async function messages(items: AsyncIterable<SourceItem>): Promise<SourceMessage[]> {
  return (await all(items)).map((item) => {
    if (item.kind !== 'message') throw new Error(`not a message: ${item.reason}`);
    return item;
  });
}

export const textOf = ({ raw }: { raw: Uint8Array }): string => Buffer.from(raw).toString('latin1');
