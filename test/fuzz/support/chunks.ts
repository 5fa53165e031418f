/** Cuts a stream into chunks, the way a network might. */
import { Rng } from './rng.ts';

/**
 * @param mode 0: one chunk; 1: single octets (while the stream is short); others: chance by that seed
 * @returns copies, so that a reader that keeps a view of a chunk keeps nothing else
 */
export function cutStream(stream: Buffer, mode: number): Buffer[] {
  if (mode === 0 || stream.length < 2) return [Buffer.from(stream)];
  const chunks: Buffer[] = [];
  const rng = new Rng(mode);
  const small = mode === 1 && stream.length <= 512;
  for (let at = 0; at < stream.length; ) {
    const size = small ? 1 : 1 + rng.below(rng.oneIn(2) ? 40 : Math.max(40, stream.length));
    chunks.push(Buffer.from(stream.subarray(at, at + size)));
    at += size;
  }
  return chunks;
}
