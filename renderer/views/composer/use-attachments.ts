/**
 * Files of one draft: those kept, those on their way, those that failed; and the pictures that stand
 * in its text, with what this window shows for them.
 */
import { useEffect, useRef, useState } from 'react';
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
  /** Those below the text; pictures in the text are none. */
  readonly kept: readonly AttachmentDto[];
  readonly uploads: readonly Upload[];
  /** Of all files, pictures in the text and files on their way included. */
  readonly totalBytes: number;
  readonly error: WireError | undefined;
  add(files: Iterable<File>): void;
  /** Takes a picture for the text. @returns the source by which the letter names it meanwhile */
  keepImage(file: File): string;
  /** What this window shows for a source; undefined for pictures that are not this draft's. */
  urlOf(src: string): string | undefined;
  /** The source that is sent (`cid:…`); undefined while the picture is on its way, or when lost. */
  keptSource(src: string): string | undefined;
  remove(attachmentId: string): void;
  /** Takes pictures out of the draft that its text does not show any more. */
  removeUnused(sources: readonly string[]): Promise<void>;
}

interface Picture {
  readonly url: string;
  kept: string | undefined;
}

let lastUpload = 0;

/** Content-IDs come as typed in headers: case counts for nobody, brackets are not part of them. */
function cidOf(contentId: string): string {
  return `cid:${contentId.replace(/^<|>$/g, '')}`;
}

/** @param onPicture a picture was kept: now the text can name it; or not, and must stand there no longer */
export function useAttachments(
  draftId: string,
  initial: readonly AttachmentDto[],
  onPicture: (src: string, isKept: boolean) => void,
): DraftFiles {
  const { client } = useBackend();
  const [all, setAll] = useState(initial);
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const [error, setError] = useState<WireError>();
  const pictures = useRef(new Map<string, Picture>());
  const addKnown = (file: AttachmentDto) => {
    if (file.contentId === undefined || file.url === undefined) return;
    const src = cidOf(file.contentId);
    if (!pictures.current.has(src)) pictures.current.set(src, { url: file.url, kept: src });
  };
  for (const file of all) addKnown(file);

  useEffect(() => {
    const made = pictures.current;
    return () => {
      for (const { url } of made.values()) if (url.startsWith('blob:')) URL.revokeObjectURL(url);
    };
  }, []);

  async function send(id: number, file: File, inline: boolean): Promise<AttachmentDto | undefined> {
    const entry = { id, fileName: file.name, sizeBytes: file.size, sentBytes: 0 };
    setUploads((before) => [...before, entry]);
    try {
      const progress = (sentBytes: number) =>
        setUploads((before) =>
          before.map((upload) => (upload.id === id ? { ...upload, sentBytes } : upload)),
        );
      const attachment = await uploadAttachment(client.call, draftId, file, progress, inline);
      setAll((before) => [...before, attachment]);
      return attachment;
    } catch (reason) {
      setError(wireErrorOf(reason));
      return undefined;
    } finally {
      setUploads((before) => before.filter((upload) => upload.id !== id));
    }
  }

  async function keep(src: string, id: number, file: File, picture: Picture): Promise<void> {
    const contentId = (await send(id, file, true))?.contentId;
    if (contentId === undefined) {
      pictures.current.delete(src);
      onPicture(src, false);
    } else {
      picture.kept = cidOf(contentId);
      onPicture(src, true);
    }
  }

  const removeNow = async (attachmentId: string) => {
    await client.call('attachment.remove', { attachmentId });
    setAll((before) => before.filter((file) => file.attachmentId !== attachmentId));
  };

  return {
    kept: all.filter((file) => !file.inline),
    uploads,
    totalBytes: [...all, ...uploads].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    error,
    add(files) {
      setError(undefined);
      for (const file of files) {
        lastUpload += 1;
        void send(lastUpload, file, false);
      }
    },
    keepImage(file) {
      setError(undefined);
      lastUpload += 1;
      const src = `upload:${lastUpload}`;
      const picture: Picture = { url: URL.createObjectURL(file), kept: undefined };
      pictures.current.set(src, picture);
      void keep(src, lastUpload, file, picture);
      return src;
    },
    urlOf: (src) => pictures.current.get(src)?.url,
    keptSource: (src) => {
      const picture = pictures.current.get(src);
      // A picture that this window cannot show is still the letter's own.
      return picture === undefined && src.startsWith('cid:') ? src : picture?.kept;
    },
    remove(attachmentId) {
      removeNow(attachmentId).catch((reason: unknown) => setError(wireErrorOf(reason)));
    },
    async removeUnused(sources) {
      const used = new Set(sources.map((src) => src.toLowerCase()));
      const unused = all.filter(
        ({ inline, contentId }) =>
          inline && contentId !== undefined && !used.has(cidOf(contentId).toLowerCase()),
      );
      for (const { attachmentId } of unused) await removeNow(attachmentId);
    },
  };
}
