/**
 * Memory of a stream's own that is given back at once. Left to the garbage collector, tens of megabytes
 * of spent ciphertext bring a full collection every few milliseconds, and until then each record is
 * written where no cache holds it. Only for what nobody else can look at.
 */

/** Smaller pieces may come from a pool, and cost the collector little. */
export const minFreed = 8_192;

/** @returns octets with any content; they can be freed */
export function allocate(length: number): Buffer {
  return length < minFreed ? Buffer.allocUnsafe(length) : Buffer.allocUnsafeSlow(length);
}

/** Harmless a second time, and for memory that is shared with other buffers. */
export function free(octets: Buffer): void {
  const { buffer, length } = octets;
  if (length < minFreed || !(buffer instanceof ArrayBuffer)) return;
  if (buffer.byteLength === length) buffer.transfer(0);
}
