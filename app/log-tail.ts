/** The last lines of the log, for a person to look at or to hand on. */
import { open } from 'node:fs/promises';

/** Octets of the file that are looked at. */
const tailBytes = 256 * 1024;

/** Oldest first, addresses masked. What cannot be read has no lines. */
export async function logTail(path: string, lines: number): Promise<string[]> {
  const text = await lastBytes(path).catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .slice(-lines)
    .map(maskAddresses);
}

/** Writers promise to pass no secret; whom a person writes to is nobody's business either. */
export function maskAddresses(text: string): string {
  return text.replace(/[^\s@"'<>(),:;]+@[^\s@"'<>(),:;]+/g, '…@…');
}

async function lastBytes(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(size - start),
      0,
      size - start,
      start,
    );
    const text = buffer.subarray(0, bytesRead).toString('utf8');
    // The first line may have lost its beginning.
    return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
}
