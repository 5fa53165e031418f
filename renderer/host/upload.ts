/** Sends a file to a draft in chunks, in order; the engine keeps it once `finish` returned. */
import type { AttachmentDto } from '../../app/contract/index.ts';
import type { CallMethod } from './client.ts';

/** 256 KiB of bytes become one frame of base64 (contract limit `chunkLength`). */
export const chunkSizeBytes = 256 * 1024;

/** The byte ranges of a file, in order; a file of 0 bytes has none. */
export function chunkRanges(sizeBytes: number, chunk = chunkSizeBytes): [number, number][] {
  const ranges: [number, number][] = [];
  for (let start = 0; start < sizeBytes; start += chunk) {
    ranges.push([start, Math.min(start + chunk, sizeBytes)]);
  }
  return ranges;
}

/** Standard base64 with padding. `String.fromCharCode` takes only so many arguments at once. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const [start, end] of chunkRanges(bytes.length, 0x8000)) {
    binary += String.fromCharCode(...bytes.subarray(start, end));
  }
  return btoa(binary);
}

export interface UploadSource {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/**
 * @param onProgress bytes sent so far
 * @param inline it is a picture that stands in the text: the attachment then has a Content-ID
 * @throws CallError when the engine refuses a step; what it got so far is removed
 */
export async function uploadAttachment(
  call: CallMethod,
  draftId: string,
  file: UploadSource,
  onProgress: (sentBytes: number) => void,
  inline = false,
): Promise<AttachmentDto> {
  const { attachmentId } = await call('attachment.begin', {
    draftId,
    fileName: file.name === '' ? 'attachment' : file.name,
    mimeType: file.type === '' ? 'application/octet-stream' : file.type,
    sizeBytes: file.size,
    ...(inline && { inline }),
  });
  try {
    for (const [start, end] of chunkRanges(file.size)) {
      const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
      await call('attachment.append', { attachmentId, chunk: encodeBase64(bytes) });
      onProgress(end);
    }
    return await call('attachment.finish', { attachmentId });
  } catch (error) {
    await call('attachment.remove', { attachmentId }).catch(() => undefined);
    throw error;
  }
}
