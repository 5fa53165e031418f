/** All bytes of a part, asked for piece by piece. */
import type { MessageRef } from '../../../app/contract/index.ts';
import type { Client } from '../../host/client.ts';

/** @param most bytes after which it stops; the rest is left out */
export async function readPart(
  client: Client,
  ref: MessageRef,
  partId: string,
  most: number,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly cut: boolean }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let offset: number | undefined = 0; offset !== undefined && length < most; ) {
    const { chunk, next }: { chunk: string; next?: number | undefined } = await client.call(
      'part.read',
      { ref, partId, offset },
    );
    const piece = Uint8Array.from(atob(chunk), (char) => char.charCodeAt(0));
    pieces.push(piece);
    length += piece.length;
    if (next === undefined) return { bytes: joined(pieces, length), cut: false };
    offset = next;
  }
  return { bytes: joined(pieces, length), cut: true };
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
