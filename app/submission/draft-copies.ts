/**
 * What the server should hold of each draft: nothing while it is blank, one copy of its latest
 * content, and nothing once it was sent or thrown away. Decides; app/tasks carries it out.
 */
import { createHash, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { MessageRef } from '../contract/index.ts';
import { buildMessageFile, messageIdOf } from '../mime/build.ts';
import { knownRecipients } from '../mime/build-address.ts';
import type { DraftCopySource, DraftOrigin, WantedCopy } from '../ports.ts';
import type { Sender } from './delivery.ts';
import type { AttachmentRow, DraftRow } from './draft-store.ts';
import type { OutboxStore } from './outbox-store.ts';

/** Names a copy's revision: `<draftId>.<digest of its content>`. */
export const revisionHeader = 'X-Draft-Revision';

export interface DraftCopiesOptions {
  readonly store: OutboxStore;
  readonly sender: (accountId: string, identityId: string | undefined) => Sender;
  /** Of the account itself: names its copies, whoever writes. */
  readonly ownAddress: (accountId: string) => string;
  /** Plain text that a new message has by itself. */
  readonly signature?: (accountId: string, identityId: string | undefined) => string;
}

export class DraftCopies implements DraftCopySource {
  readonly #store: OutboxStore;
  readonly #options: DraftCopiesOptions;

  constructor(options: DraftCopiesOptions) {
    this.#store = options.store;
    this.#options = options;
  }

  wanted(draftId: string, accountId: string): WantedCopy {
    const known = this.#store.copies.get(draftId, accountId);
    const draft = this.#store.drafts.get(draftId);
    const place = draft === undefined ? 'gone' : this.#place(draft, accountId);
    if (place === 'queued') return { kind: 'leave' };
    const messageId = messageIdOf(draftId, this.#options.ownAddress(accountId));
    const key = { messageId, owner: draftId, origin: known?.origin };
    if (place === 'gone' || draft === undefined) {
      return known === undefined ? { kind: 'leave' } : { kind: 'none', ...key };
    }
    const files = this.#files(draftId);
    const revision = revisionOf(draft, files);
    const signature = this.#options.signature?.(accountId, draft.content.identityId) ?? '';
    const blank = known === undefined && isBlank(draft, files, signature);
    return blank || known?.revision === revision
      ? { kind: 'leave' }
      : { kind: 'copy', revision, ...key };
  }

  due(accountId: string): string[] {
    const drafts = this.#store.drafts.ofAccount(accountId).map(({ draftId }) => draftId);
    const copies = this.#store.copies.ofAccount(accountId).map(({ draftId }) => draftId);
    const all = [...new Set([...drafts, ...copies])];
    return all.filter((draftId) => this.wanted(draftId, accountId).kind !== 'leave');
  }

  leftOver(accountId: string): string[] {
    return this.#store.copies
      .ofAccount(accountId)
      .map(({ draftId }) => draftId)
      .filter((draftId) => {
        const draft = this.#store.drafts.get(draftId);
        return draft === undefined || this.#place(draft, accountId) === 'gone';
      });
  }

  accountsOf(draftId: string): string[] {
    const draft = this.#store.drafts.get(draftId);
    const copies = this.#store.copies.ofDraft(draftId).map(({ accountId }) => accountId);
    return [...new Set([...(draft === undefined ? [] : [draft.content.accountId]), ...copies])];
  }

  async write(draftId: string, revision: string): Promise<string | undefined> {
    const draft = this.#store.drafts.get(draftId);
    if (draft === undefined || draft.outboxId !== undefined) return undefined;
    const { content, thread, savedAt } = draft;
    const { accountId } = content;
    const files = this.#files(draftId);
    if (revisionOf(draft, files) !== revision) return undefined;
    const known = this.#store.copies.get(draftId, accountId);
    this.#store.copies.put({ draftId, accountId, revision: undefined, origin: known?.origin });
    const { replyTo, ...from } = this.#options.sender(accountId, content.identityId);
    const path = this.#store.messagePath(`draft-${randomUUID()}`);
    await buildMessageFile(
      {
        messageId: messageIdOf(draftId, this.#options.ownAddress(accountId)),
        date: savedAt,
        from,
        replyTo,
        to: knownRecipients(content.to),
        cc: knownRecipients(content.cc),
        bcc: knownRecipients(content.bcc),
        subject: content.subject,
        text: content.text,
        html: content.html,
        headers: { [revisionHeader]: revision },
        isDraft: true,
        ...(thread
          ? { inReplyTo: thread.messageId, references: [...thread.references, thread.messageId] }
          : {}),
        attachments: files.map(({ fileName, mimeType, attachmentId, contentId }) => ({
          fileName,
          mimeType,
          contentId,
          path: this.#store.drafts.attachmentPath(attachmentId),
        })),
      },
      path,
    );
    return path;
  }

  release(path: string): void {
    rmSync(path, { force: true });
  }

  settled(draftId: string, accountId: string, revision: string): void {
    this.#store.copies.put({ draftId, accountId, revision, origin: undefined });
  }

  forget(draftId: string, accountId: string): void {
    this.#store.copies.remove(draftId, accountId);
  }

  /** The draft was made from this message and replaces it once it is changed. */
  own(draftId: string, origin: DraftOrigin): void {
    const draft = this.#store.drafts.get(draftId);
    if (draft === undefined) return;
    const { accountId } = draft.content;
    const revision = revisionOf(draft, this.#files(draftId));
    this.#store.copies.put({ draftId, accountId, revision, origin });
  }

  /**
   * The local draft that a message in Drafts is a copy of, or was opened as.
   * @param revision of the message, when it names one
   */
  draftOf(
    accountId: string,
    origin: DraftOrigin,
    revision: string | undefined,
  ): DraftRow | undefined {
    const opened = this.#store.copies
      .ofAccount(accountId)
      .find((copy) => copy.origin !== undefined && isSame(copy.origin, origin));
    const draftId = opened?.draftId ?? revision?.split('.')[0];
    const draft = draftId === undefined ? undefined : this.#store.drafts.get(draftId);
    return draft?.content.accountId === accountId ? draft : undefined;
  }

  #place(draft: DraftRow, accountId: string): 'here' | 'queued' | 'gone' {
    if (draft.outboxId !== undefined) {
      const accepted = this.#store.get(draft.outboxId)?.accepted ?? [];
      // Until somebody has it, the copy is what another device can go on with.
      return accepted.length > 0 ? 'gone' : 'queued';
    }
    return draft.content.accountId === accountId ? 'here' : 'gone';
  }

  #files(draftId: string): AttachmentRow[] {
    return this.#store.drafts.attachments(draftId).filter(({ finished }) => finished);
  }
}

/** Where a message lies, by its ref. */
export function originOf(ref: MessageRef, path: string): DraftOrigin {
  return { path, uidValidity: ref.uidValidity, uid: ref.uid };
}

function isSame(a: DraftOrigin, b: DraftOrigin): boolean {
  return a.path === b.path && a.uidValidity === b.uidValidity && a.uid === b.uid;
}

/** A signature that stands there by itself is nobody's word yet. */
function isBlank(
  { content }: DraftRow,
  files: readonly AttachmentRow[],
  signature: string,
): boolean {
  const { to, cc, bcc, subject, text } = content;
  const typed = text
    .trim()
    .replace(/^--(?: *\n|$)/, '')
    .trim();
  const said = typed === signature.trim() ? '' : typed;
  return files.length === 0 && [to, cc, bcc, subject, said].every((field) => field.trim() === '');
}

function revisionOf(
  { draftId, content, thread }: DraftRow,
  files: readonly AttachmentRow[],
): string {
  const { to, cc, bcc, subject, text, html, identityId } = content;
  const ids = files.map(({ attachmentId }) => attachmentId);
  const said = JSON.stringify([
    to,
    cc,
    bcc,
    subject,
    text,
    thread ?? null,
    ids,
    // A plain draft has the revision that it always had.
    ...(html === undefined && identityId === undefined ? [] : [html ?? null, identityId ?? null]),
  ]);
  return `${draftId}.${createHash('sha256').update(said).digest('hex').slice(0, 32)}`;
}
