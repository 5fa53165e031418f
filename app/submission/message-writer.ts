/**
 * Makes of a draft what is queued: the message file, then the row that names it. Decides who gets
 * the message, and how long it is kept back. Puts nothing into the queue.
 */
import { randomUUID } from 'node:crypto';
import type { DraftContent } from '../contract/index.ts';
import { RequestError } from '../errors.ts';
import { buildMessageFile, createMessageId } from '../mime/build.ts';
import { parseAddress, parseRecipients, wireAddress } from '../mime/build-address.ts';
import type { SubmissionOffer } from '../ports.ts';
import type { SubmissionAccess } from './delivery.ts';
import type { DraftRow } from './draft-store.ts';
import type { AnsweredMessage, OutboxRow, OutboxStore } from './outbox-store.ts';

export interface MessageWriterOptions {
  readonly store: OutboxStore;
  readonly access: Pick<SubmissionAccess, 'sender'>;
  readonly now: () => Date;
  /** How long a message is kept back so that it can be undone (ms). */
  readonly undoMs: () => number;
  /** What the account's server could do when it was last asked. */
  readonly offer?: (accountId: string) => SubmissionOffer | undefined;
}

export class MessageWriter {
  readonly #options: MessageWriterOptions;

  constructor(options: MessageWriterOptions) {
    this.#options = options;
  }

  /**
   * The message file is on disk when this returns; the row is not.
   * @param sendAt not before; a time in the past is now
   * @throws RequestError `address.invalid`, `submission.no-recipients`, `attachment.not-found`,
   *   `submission.too-large` and `submission.no-require-tls` for what the server would not take;
   *   StorageError
   */
  async queue(draft: DraftRow, sendAt: Date | undefined): Promise<OutboxRow> {
    const { access, now, store, undoMs } = this.#options;
    const { content } = draft;
    const { accountId, identityId } = content;
    const sender = parseAddress(access.sender(accountId, identityId).address);
    const all = [content.to, content.cc, content.bcc].flatMap(parseRecipients);
    const recipients = [...new Set(all.map(({ address }) => wireAddress(address)))];
    if (recipients.length === 0) throw new RequestError('submission.no-recipients');
    const offer = this.#options.offer?.(accountId);
    if (content.requireTls === true && offer?.requireTls === false) {
      throw new RequestError('submission.no-require-tls');
    }
    const queuedAt = now();
    const chosen = sendAt !== undefined && sendAt > queuedAt ? sendAt : undefined;
    const ids = { outboxId: randomUUID(), messageId: createMessageId(sender) };
    const sizeBytes = await this.write(ids, draft, chosen ?? queuedAt);
    const limitBytes = offer?.maxMessageBytes;
    if (limitBytes !== undefined && sizeBytes > limitBytes) {
      store.removeMessage(ids.outboxId);
      throw new RequestError('submission.too-large', { limitBytes, sizeBytes });
    }
    // The time to think again begins when the message is on disk, however long that took.
    const undoUntil = new Date(now().getTime() + undoMs());
    const holdUntil = chosen !== undefined && chosen > undoUntil ? chosen : undoUntil;
    const held = holdUntil > now();
    return {
      ...ids,
      accountId,
      subject: content.subject,
      reversePath: wireAddress(sender),
      recipients,
      accepted: [],
      refused: [],
      sizeBytes,
      state: held ? 'scheduled' : 'waiting',
      queuedAt,
      sentAt: undefined,
      nextAttemptAt: held ? undefined : queuedAt,
      attempts: 0,
      error: undefined,
      dotStarted: false,
      copyPending: false,
      holdUntil: held ? holdUntil : undefined,
      sendAt: chosen,
      answers: answersOf(content),
      requireTls: content.requireTls === true,
    };
  }

  /**
   * Writes the message file, whole and flushed; it replaces one that was there.
   * @returns its size in bytes
   * @throws as `queue` does
   */
  write(
    { outboxId, messageId }: Pick<OutboxRow, 'outboxId' | 'messageId'>,
    { draftId, content, thread }: DraftRow,
    date: Date,
  ): Promise<number> {
    const { store, access } = this.#options;
    const attachments = store.drafts.attachments(draftId);
    if (attachments.some(({ finished }) => !finished))
      throw new RequestError('attachment.not-found');
    const { replyTo, ...from } = access.sender(content.accountId, content.identityId);
    const message = {
      messageId,
      date,
      from,
      replyTo,
      to: parseRecipients(content.to),
      cc: parseRecipients(content.cc),
      subject: content.subject,
      text: content.text,
      html: content.html,
      ...(thread
        ? { inReplyTo: thread.messageId, references: [...thread.references, thread.messageId] }
        : {}),
      attachments: attachments.map(({ fileName, mimeType, attachmentId, contentId }) => ({
        fileName,
        mimeType,
        contentId,
        path: store.drafts.attachmentPath(attachmentId),
      })),
    };
    return buildMessageFile(message, store.messagePath(outboxId));
  }
}

function answersOf({ inReplyTo, forwardOf }: DraftContent): AnsweredMessage | undefined {
  if (inReplyTo !== undefined) return { ref: inReplyTo, kind: 'reply' };
  return forwardOf === undefined ? undefined : { ref: forwardOf, kind: 'forward' };
}
