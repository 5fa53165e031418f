/**
 * SHA-256 and HMAC-SHA-256 (RFC 2104) of short inputs by node:crypto's one-call hash: a Hmac object
 * costs ten times as much as what it computes. Same results as the reference, which a test proves.
 */
import { hash } from 'node:crypto';

const blockLength = 64;
const hashLength = 32;
const innerPad = 0x36;
const outerPad = 0x5c;

/** 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array(0)] = parts;
  return digest(parts.length === 1 ? first : Buffer.concat(parts));
}

/** @param key at most 64 bytes, as every key of Noise with SHA-256 is. @returns 32 bytes */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  if (key.length > blockLength) throw new Error('key longer than a block');
  let length = blockLength;
  for (const part of parts) length += part.length;
  const inner = Buffer.allocUnsafe(length).fill(innerPad, 0, blockLength);
  const outer = Buffer.allocUnsafe(blockLength + hashLength).fill(outerPad, 0, blockLength);
  for (let index = 0; index < key.length; index += 1) {
    const octet = key[index] ?? 0;
    inner[index] = octet ^ innerPad;
    outer[index] = octet ^ outerPad;
  }
  let offset = blockLength;
  for (const part of parts) {
    inner.set(part, offset);
    offset += part.length;
  }
  outer.write(hash('sha256', inner, 'binary'), blockLength, 'latin1');
  return digest(outer);
}

/** By way of a string: a Buffer from node:crypto costs more than the hash itself. */
function digest(input: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', input, 'binary'), 'latin1');
}
