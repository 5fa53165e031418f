/** Drafts and their attachments. Signatures first; body follows. */
import type {
  AddressDto,
  AttachmentDto,
  DraftContent,
  DraftDto,
  MessageBody,
  MessageRef,
  MethodParsedInput,
} from '../contract/index.ts';
import { InternalError } from '../errors.ts';
import type { OutboxStore } from './outbox-store.ts';

/** What a reply needs of the message it answers (RFC 5322 §3.6.4). */
export interface ThreadHeaders {
  readonly messageId: string;
  readonly references: readonly string[];
}

export interface DraftsOptions {
  readonly store: OutboxStore;
  readonly onChanged: () => void;
  /** From the message store, for drafts that the renderer made with `inReplyTo` itself. */
  readonly threadOf?: (ref: MessageRef) => ThreadHeaders | undefined;
  readonly now?: () => Date;
}

export class Drafts {
  constructor(_options: DraftsOptions) {
    throw new InternalError('pending');
  }
  create(_content: DraftContent): DraftDto {
    throw new InternalError('pending');
  }
  save(_draftId: string, _content: DraftContent): DraftDto {
    throw new InternalError('pending');
  }
  list(): DraftDto[] {
    throw new InternalError('pending');
  }
  discard(_draftId: string): void {
    throw new InternalError('pending');
  }
  /** @param self the account's own address, left out of the recipients */
  reply(
    _body: MessageBody,
    _kind: MethodParsedInput<'draft.reply'>['kind'],
    _self: AddressDto,
  ): DraftDto {
    throw new InternalError('pending');
  }
  beginAttachment(_input: MethodParsedInput<'attachment.begin'>): { attachmentId: string } {
    throw new InternalError('pending');
  }
  appendAttachment(_attachmentId: string, _chunkBase64: string): Promise<void> {
    throw new InternalError('pending');
  }
  finishAttachment(_attachmentId: string): Promise<AttachmentDto> {
    throw new InternalError('pending');
  }
  removeAttachment(_attachmentId: string): void {
    throw new InternalError('pending');
  }
  /** For forwarding: a whole attachment at once. */
  attachBytes(
    _draftId: string,
    _file: { readonly fileName: string; readonly mimeType: string; readonly bytes: Uint8Array },
  ): Promise<AttachmentDto> {
    throw new InternalError('pending');
  }
}
