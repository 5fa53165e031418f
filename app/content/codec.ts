/**
 * Packs a message or a text for content.db. The first octet says how, so that ways may be added
 * and a runtime without zstd still reads and writes what it can.
 */
import * as zlib from 'node:zlib';
import { StorageError } from '../errors.ts';
import { usualWords } from './usual-words.ts';

const asItIs = 0;
const deflated = 1;
const zstd = 2;
/** zstd with the first set of usual words; another set needs another number. */
const zstdWithWords = 3;

const level = 1;
/** Larger texts have words of their own enough. */
const wordsHelpBelow = 64 * 1024;
/** What zlib takes at least. */
const smallestChunk = 64;
const hasZstd = typeof zlib.zstdCompressSync === 'function';

export function pack(bytes: Uint8Array): Uint8Array {
  const { format, packed } = squeeze(bytes);
  return packed.length < bytes.length ? withFormat(format, packed) : withFormat(asItIs, bytes);
}

/**
 * A text, which a search unpacks by the dozen: of a few thousand letters, deflate is unpacked in
 * half the time of zstd and is smaller.
 */
export function packText(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= wordsHelpBelow) return pack(bytes);
  const packed = zlib.deflateRawSync(bytes, { level: 6 });
  return packed.length < bytes.length ? withFormat(deflated, packed) : withFormat(asItIs, bytes);
}

function squeeze(bytes: Uint8Array): { format: number; packed: Uint8Array } {
  if (!hasZstd) return { format: deflated, packed: zlib.deflateRawSync(bytes, { level: 1 }) };
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: level };
  if (bytes.length >= wordsHelpBelow) {
    return { format: zstd, packed: zlib.zstdCompressSync(bytes, { params }) };
  }
  const packed = zlib.zstdCompressSync(bytes, { params, dictionary: usualWords });
  return { format: zstdWithWords, packed };
}

function withFormat(format: number, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 1);
  out[0] = format;
  out.set(bytes, 1);
  return out;
}

/** @throws StorageError `storage.failed` when these octets cannot be read */
export function unpack(stored: Uint8Array): Uint8Array {
  const packed = stored.subarray(1);
  try {
    switch (stored[0]) {
      case asItIs:
        return packed;
      case deflated:
        // Texts become two to three times as long: 16 KiB for each would be room to clear away.
        return zlib.inflateRawSync(packed, {
          chunkSize: Math.max(smallestChunk, packed.length * 3),
        });
      case zstd:
        return zlib.zstdDecompressSync(packed);
      case zstdWithWords:
        return zlib.zstdDecompressSync(packed, { dictionary: usualWords });
    }
  } catch (error) {
    throw new StorageError('storage.failed', { format: stored[0] ?? -1 }, { cause: error });
  }
  throw new StorageError('storage.failed', { format: stored[0] ?? -1 });
}
