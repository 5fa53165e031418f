/** Files of one draft: those kept, those on their way, those that failed. */
import { useState } from 'react';
import type { AttachmentDto, WireError } from '../../../app/contract/index.ts';
import { wireErrorOf } from '../../host/client.ts';
import { useBackend } from '../../host/hooks.tsx';
import { uploadAttachment } from '../../host/upload.ts';

export interface Upload {
  readonly id: number;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly sentBytes: number;
}

export interface DraftFiles {
  readonly kept: readonly AttachmentDto[];
  readonly uploads: readonly Upload[];
  readonly error: WireError | undefined;
  add(files: Iterable<File>): void;
  remove(attachmentId: string): void;
}

let lastUpload = 0;

export function useAttachments(draftId: string, initial: readonly AttachmentDto[]): DraftFiles {
  const { client } = useBackend();
  const [kept, setKept] = useState(initial);
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const [error, setError] = useState<WireError>();

  async function send(file: File): Promise<void> {
    lastUpload += 1;
    const id = lastUpload;
    const entry = { id, fileName: file.name, sizeBytes: file.size, sentBytes: 0 };
    setUploads((before) => [...before, entry]);
    try {
      const attachment = await uploadAttachment(client.call, draftId, file, (sentBytes) =>
        setUploads((before) =>
          before.map((upload) => (upload.id === id ? { ...upload, sentBytes } : upload)),
        ),
      );
      setKept((before) => [...before, attachment]);
    } catch (reason) {
      setError(wireErrorOf(reason));
    } finally {
      setUploads((before) => before.filter((upload) => upload.id !== id));
    }
  }

  return {
    kept,
    uploads,
    error,
    add(files) {
      setError(undefined);
      for (const file of files) void send(file);
    },
    remove(attachmentId) {
      client.call('attachment.remove', { attachmentId }).then(
        () => setKept((before) => before.filter((file) => file.attachmentId !== attachmentId)),
        (reason: unknown) => setError(wireErrorOf(reason)),
      );
    },
  };
}
