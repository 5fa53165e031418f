/**
 * Drafts and their attachments: kept as the person types, gone from the list once queued.
 * Bytes of an attachment come in chunks, in order; it counts once finished. Sends nothing.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  type AttachmentDto,
  type DraftContent,
  type DraftDto,
  limits,
  type MessageRef,
  type MethodParsedInput,
} from '../contract/index.ts';
import { ContractError, RequestError, StorageError } from '../errors.ts';
import { cleanHtml } from '../mime/clean-html.ts';
import { isPicture } from '../mime/picture-types.ts';
import type { ReplyDraft } from '../mime/reply.ts';
import type { MessagePart } from '../ports.ts';
import type { AttachmentRow, DraftRow, DraftStore, ThreadHeaders } from './draft-store.ts';
import type { OutboxStore } from './outbox-store.ts';

export interface DraftsOptions {
  readonly store: OutboxStore;
  /** Emit `drafts.changed`. */
  readonly onChanged: () => void;
  /** This draft was written, or thrown away. */
  readonly onTouched?: (draftId: string) => void;
  /** From the message store, for drafts that the renderer made with `inReplyTo` itself. */
  readonly threadOf?: (ref: MessageRef) => ThreadHeaders | undefined;
  readonly now?: () => Date;
}

/** The rest is the attachment's id, which nobody can guess. */
const partPrefix = '/part/draft-';

export class Drafts {
  readonly #options: DraftsOptions;
  readonly #rows: DraftStore;
  readonly #now: () => Date;
  readonly #chunk = Buffer.alloc((limits.chunkLength / 4) * 3);

  constructor(options: DraftsOptions) {
    this.#options = options;
    this.#rows = options.store.drafts;
    this.#now = options.now ?? (() => new Date());
  }

  create(content: DraftContent): DraftDto {
    const thread = content.inReplyTo && this.#options.threadOf?.(content.inReplyTo);
    return this.#create(content, thread);
  }

  /** @throws RequestError `draft.not-found`, also when it is queued by now */
  save(draftId: string, content: DraftContent): DraftDto {
    const row = this.#get(draftId);
    return this.#put({ ...row, content, savedAt: this.#now() });
  }

  /** Latest first; queued ones are not drafts any more. */
  list(): DraftDto[] {
    return this.#rows.list().map((row) => this.toDto(row));
  }

  /** Whether its html would be left out of what is sent. */
  check(draftId: string): { plainOnly: boolean } {
    const { html } = this.#get(draftId).content;
    const isClean = html === undefined || cleanHtml(html, { contentId: () => undefined });
    return { plainOnly: isClean === undefined };
  }

  discard(draftId: string): void {
    this.#get(draftId);
    this.#rows.remove(draftId);
    this.#touched(draftId);
  }

  /**
   * A draft made from a message: one that answers or forwards it, or goes on with it.
   * @param parts of the message; those that are pictures in the draft's html come along in any case
   * @param all whether the others come along too
   * @param own notes what it was made from. In the same commit: without all of it, the draft would
   *   stand for less than that message, or beside it
   */
  make(
    { content, thread, pictures }: ReplyDraft,
    parts: readonly MessagePart[],
    all: boolean,
    own: (draftId: string) => void = () => undefined,
  ): DraftDto {
    try {
      return this.#options.store.transaction(() => {
        const { draftId } = this.#create(content, thread);
        for (const part of parts) {
          const shown = part.contentId === undefined ? undefined : pictures.get(part.contentId);
          if (all || shown !== undefined) this.attachBytes(draftId, part, shown);
        }
        own(draftId);
        return this.toDto(this.#get(draftId));
      });
    } catch (error) {
      this.#rows.sweepFiles();
      throw error;
    }
  }

  beginAttachment(input: MethodParsedInput<'attachment.begin'>): {
    attachmentId: string;
    contentId?: string;
  } {
    return this.#begin(input, input.inline === true ? `${randomUUID()}@inline` : undefined);
  }

  #begin(
    input: Omit<MethodParsedInput<'attachment.begin'>, 'inline'>,
    contentId: string | undefined,
  ): { attachmentId: string; contentId?: string } {
    this.#get(input.draftId);
    if (this.#rows.attachments(input.draftId).length >= limits.attachments) {
      throw new RequestError('attachment.too-large', { most: limits.attachments });
    }
    if (input.sizeBytes > limits.attachmentSizeBytes) {
      throw new RequestError('attachment.too-large', { limitBytes: limits.attachmentSizeBytes });
    }
    const attachmentId = randomUUID();
    onDisk(() => closeSync(openSync(this.#rows.attachmentPath(attachmentId), 'wx', 0o600)));
    const { draftId, fileName, mimeType, sizeBytes } = input;
    const about = { draftId, fileName, mimeType, sizeBytes };
    const state = { contentId, receivedBytes: 0, finished: false };
    this.#rows.putAttachment({ attachmentId, ...about, ...state });
    return { attachmentId, ...(contentId === undefined ? {} : { contentId }) };
  }

  /**
   * The next bytes.
   * @throws RequestError `attachment.too-large` when there are more than were announced;
   *   StorageError `storage.full`
   */
  appendAttachment(attachmentId: string, chunkBase64: string): void {
    const row = this.#unfinished(attachmentId);
    // Decoded into one and the same buffer: a fresh one for each chunk would be garbage by the megabyte.
    const length = this.#chunk.write(chunkBase64, 'base64');
    this.#append(row, this.#chunk.subarray(0, length));
  }

  /** @throws ContractError when bytes are missing; the attachment is gone then */
  finishAttachment(attachmentId: string): AttachmentDto {
    const row = this.#unfinished(attachmentId);
    if (row.receivedBytes !== row.sizeBytes) {
      this.#rows.removeAttachment(attachmentId);
      throw new ContractError('contract.invalid-input', { what: 'attachment' });
    }
    onDisk(() => {
      const file = openSync(this.#rows.attachmentPath(attachmentId), 'r+');
      try {
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    });
    const finished = { ...row, finished: true };
    this.#rows.putAttachment(finished);
    this.#touched(row.draftId);
    return attachmentDto(finished);
  }

  removeAttachment(attachmentId: string): void {
    const row = this.#rows.attachment(attachmentId);
    if (row === undefined) throw new RequestError('attachment.not-found');
    this.#get(row.draftId);
    this.#rows.removeAttachment(attachmentId);
    this.#touched(row.draftId);
  }

  /** Bytes behind an attachment's `url`; undefined when there are none any more. */
  async readLink(url: string): Promise<{ mimeType: string; bytes: Uint8Array } | undefined> {
    if (!url.startsWith(partPrefix)) return undefined;
    const row = this.#rows.attachment(url.slice(partPrefix.length));
    if (row?.finished !== true || !isPicture(row.mimeType)) return undefined;
    try {
      const bytes = await readFile(this.#rows.attachmentPath(row.attachmentId));
      return { mimeType: row.mimeType, bytes };
    } catch {
      // Removed meanwhile.
      return undefined;
    }
  }

  /** For forwarding: a whole attachment at once. */
  attachBytes(draftId: string, part: MessagePart, contentId?: string): AttachmentDto {
    const { fileName, mimeType, bytes } = part;
    const about = { draftId, fileName, mimeType, sizeBytes: bytes.length };
    const { attachmentId } = this.#begin(about, contentId);
    this.#append(this.#unfinished(attachmentId), bytes);
    return this.finishAttachment(attachmentId);
  }

  /** The outbox took or gave back a draft. */
  changed(): void {
    this.#options.onChanged();
  }

  toDto(row: DraftRow): DraftDto {
    return {
      ...row.content,
      draftId: row.draftId,
      attachments: this.#rows
        .attachments(row.draftId)
        .filter(({ finished }) => finished)
        .map(attachmentDto),
      savedAt: row.savedAt.toISOString(),
    };
  }

  #create(content: DraftContent, thread: ThreadHeaders | undefined): DraftDto {
    const draftId = randomUUID();
    return this.#put({ draftId, content, thread, savedAt: this.#now(), outboxId: undefined });
  }

  #put(row: DraftRow): DraftDto {
    this.#rows.put(row);
    this.#touched(row.draftId);
    return this.toDto(row);
  }

  #touched(draftId: string): void {
    this.#options.onChanged();
    this.#options.onTouched?.(draftId);
  }

  #get(draftId: string): DraftRow {
    const row = this.#rows.get(draftId);
    if (row === undefined || row.outboxId !== undefined) throw new RequestError('draft.not-found');
    return row;
  }

  #unfinished(attachmentId: string): AttachmentRow {
    const row = this.#rows.attachment(attachmentId);
    if (row === undefined || row.finished) throw new RequestError('attachment.not-found');
    this.#get(row.draftId);
    return row;
  }

  #append(row: AttachmentRow, bytes: Uint8Array): void {
    const receivedBytes = row.receivedBytes + bytes.length;
    if (receivedBytes > row.sizeBytes) {
      this.#rows.removeAttachment(row.attachmentId);
      throw new RequestError('attachment.too-large', { limitBytes: row.sizeBytes });
    }
    onDisk(() => {
      const file = openSync(this.#rows.attachmentPath(row.attachmentId), 'r+');
      try {
        let at = 0;
        while (at < bytes.length) {
          at += writeSync(file, bytes, at, bytes.length - at, row.receivedBytes + at);
        }
      } finally {
        closeSync(file);
      }
    });
    this.#rows.putAttachment({ ...row, receivedBytes });
  }
}

function attachmentDto(row: AttachmentRow): AttachmentDto {
  const { attachmentId, fileName, mimeType, sizeBytes, contentId } = row;
  return {
    attachmentId,
    fileName,
    mimeType,
    sizeBytes,
    inline: contentId !== undefined,
    ...(contentId === undefined ? {} : { contentId }),
    ...(isPicture(mimeType) ? { url: `${partPrefix}${attachmentId}` } : {}),
  };
}

function onDisk(work: () => void): void {
  try {
    work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    throw new StorageError(full ? 'storage.full' : 'storage.failed', {}, { cause: error });
  }
}
