/** A message in Drafts becomes a draft to go on with: our own, or one made from what is there. */
import type { Identities } from './accounts/identities.ts';
import type { DraftDto, MessageRef } from './contract/index.ts';
import type { EngineParts } from './engine-parts.ts';
import { RequestError } from './errors.ts';
import { wholeMessagePartId } from './imap/message-bodies.ts';
import { adoptedDraft } from './mime/reply.ts';
import { originOf, revisionHeader } from './submission/draft-copies.ts';
import type { DraftRow } from './submission/draft-store.ts';

/** A header section is looked through so far (octets). */
const headerOctets = 256 * 1_024;

export interface DraftParts extends Pick<EngineParts, 'draftCopies' | 'drafts'> {
  readonly mail: Pick<EngineParts['mail'], 'bodies'>;
  readonly outbox: Pick<EngineParts['outbox'], 'edit'>;
  readonly stores: {
    readonly mail: Pick<EngineParts['stores']['mail'], 'reader'>;
    readonly state: { readonly identities: Pick<Identities, 'ofAccount'> };
  };
}

/**
 * @throws RequestError `draft.not-found` for a message that is in another mailbox, what
 *   `MessageReader` throws, `outbox.not-editable` for one that is being sent
 */
export async function openDraft(parts: DraftParts, ref: MessageRef): Promise<DraftDto> {
  const { draftCopies, drafts, mail, outbox, stores } = parts;
  const mailbox = stores.mail.reader.mailbox(ref.mailboxId);
  if (mailbox?.accountId !== ref.accountId || mailbox.uidValidity !== ref.uidValidity) {
    throw new RequestError('message.not-found');
  }
  // Only there may a draft take a message's place.
  if (mailbox.role !== 'drafts') throw new RequestError('draft.not-found');
  const origin = originOf(ref, mailbox.path);
  const known = (revision?: string): DraftDto | undefined => {
    const draft: DraftRow | undefined = draftCopies.draftOf(ref.accountId, origin, revision);
    if (draft === undefined) return undefined;
    return draft.outboxId === undefined ? drafts.toDto(draft) : outbox.edit(draft.outboxId);
  };
  const opened = known();
  if (opened !== undefined) return opened;
  const { bytes } = await mail.bodies.readPart(ref, wholeMessagePartId);
  const body = await mail.bodies.openMessage(ref);
  const attachments = await mail.bodies.readParts(ref);
  // It may have been opened twice at the same time.
  const ours = known(revisionIn(bytes));
  if (ours !== undefined) return ours;
  const identities = stores.state.identities.ofAccount(ref.accountId);
  return drafts.make(adoptedDraft(body, identities), attachments, true, (draftId) => {
    // What was cut at a limit is not all of it: the message stays beside the draft.
    if (!body.truncated) draftCopies.own(draftId, origin);
  });
}

function revisionIn(source: Uint8Array): string | undefined {
  const start = Buffer.from(source.subarray(0, headerOctets)).toString('latin1');
  const [header = ''] = start.split(/\r?\n\r?\n/, 1);
  return new RegExp(`^${revisionHeader}:\\s*(\\S+)\\s*$`, 'im').exec(header)?.[1];
}
