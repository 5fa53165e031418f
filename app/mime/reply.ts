/**
 * Drafts that answer a message: recipients, identity, subject, quotation, thread headers.
 * Everything in the message is a stranger's: what goes into the draft is plain text and cleaned html.
 * RFC 5322 §3.6.3 (recipients), §3.6.4 (thread). Mail-Followup-To is a custom of mailing lists.
 */
import { randomUUID } from 'node:crypto';
import type {
  AddressDto,
  DraftContent,
  IdentityDto,
  MessageBody,
  QuoteWords,
} from '../contract/index.ts';
import { limits } from '../contract/index.ts';
import { plainMessageId } from './build.ts';
import { addressKey, formatRecipient, parseAddress } from './build-address.ts';
import { isPicture } from './picture-types.ts';
import { oneLine } from './plain-words.ts';
import { quoteAnswered, quoteForwarded, visibleContent } from './quote.ts';

export type ReplyKind = 'reply' | 'reply-all' | 'forward';

export interface ReplyDraft {
  readonly content: DraftContent;
  /** For In-Reply-To and References of the answer; absent for a forwarded message. */
  readonly thread?: { readonly messageId: string; readonly references: readonly string[] };
  /** Content-IDs of the message's pictures that the html shows, and theirs in the draft. */
  readonly pictures: ReadonlyMap<string, string>;
}

/** A sender of the account. */
export type OwnIdentity = Pick<IdentityDto, 'identityId' | 'name' | 'address' | 'isDefault'>;

export interface ReplyOptions {
  readonly kind: ReplyKind;
  /** The account's; none of them is among the recipients. */
  readonly identities: readonly OwnIdentity[];
  readonly format: 'rich' | 'plain';
  readonly words?: QuoteWords | undefined;
}

export function replyDraft(
  body: MessageBody,
  { kind, identities, format, words }: ReplyOptions,
): ReplyDraft {
  const { messageId, references } = idsOf(body);
  const self = identityFor(body, identities);
  const { to, cc } =
    kind === 'forward' ? { to: [], cc: [] } : recipients(body, kind, identities, self);
  const { contentId, pictures } = picturesOf(body);
  const quote = kind === 'forward' ? quoteForwarded : quoteAnswered;
  const { text, html } = quote(body, { format, words, contentId });
  const content: DraftContent = {
    accountId: body.ref.accountId,
    to: to.map(formatRecipient).join(', '),
    cc: cc.map(formatRecipient).join(', '),
    bcc: '',
    subject: replySubject(body.subject, kind),
    text: text.slice(0, limits.textLength).toWellFormed(),
    ...(html === undefined ? {} : { html }),
    ...(self === undefined ? {} : { identityId: self.identityId }),
    ...(kind === 'forward' ? { forwardOf: body.ref } : { inReplyTo: body.ref }),
  };
  if (kind === 'forward' || messageId === undefined) return { content, pictures };
  return { content, thread: { messageId, references }, pictures };
}

/** A message that another program kept as a draft, to be gone on with; rich when it has html. */
export function adoptedDraft(body: MessageBody, identities: readonly OwnIdentity[]): ReplyDraft {
  const list = (people: readonly AddressDto[]) => people.map(formatRecipient).join(', ');
  const self = identities.find(({ address }) => isAmong(address, body.from));
  const { contentId, pictures } = picturesOf(body);
  const format = body.html === undefined ? 'plain' : 'rich';
  const { text, html } = visibleContent(body, { format, contentId }, true);
  const content: DraftContent = {
    accountId: body.ref.accountId,
    to: list(body.to),
    cc: list(body.cc),
    bcc: list(body.bcc),
    subject: oneLine(body.subject, limits.subjectLength),
    text: text.slice(0, limits.textLength).toWellFormed(),
    ...(html === undefined ? {} : { html }),
    ...(self === undefined ? {} : { identityId: self.identityId }),
  };
  const references = body.references.flatMap((id) => plainMessageId(id) ?? []);
  const messageId = references.at(-1);
  return messageId === undefined
    ? { content, pictures }
    : { content, thread: { messageId, references: references.slice(0, -1) }, pictures };
}

function idsOf(body: MessageBody) {
  return {
    messageId: body.messageId === undefined ? undefined : plainMessageId(body.messageId),
    references: body.references.flatMap((id) => plainMessageId(id) ?? []),
  };
}

/** Gives the message's pictures names of their own in the draft, as the html asks for them. */
function picturesOf(body: MessageBody) {
  const known = new Set(
    body.parts.flatMap((part) =>
      part.contentId !== undefined && isPicture(part.mimeType) ? part.contentId : [],
    ),
  );
  const pictures = new Map<string, string>();
  const contentId = (id: string): string | undefined => {
    if (!known.has(id)) return undefined;
    const given = pictures.get(id) ?? `${randomUUID()}@inline`;
    pictures.set(id, given);
    return given;
  };
  return { contentId, pictures };
}

/** The one that the message was written to, or wrote it; the default when that is none. */
function identityFor(
  body: MessageBody,
  identities: readonly OwnIdentity[],
): OwnIdentity | undefined {
  const byDefault = [...identities].sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
  for (const people of [body.to, body.cc, body.bcc, body.from]) {
    const named = byDefault.find(({ address }) => isAmong(address, people));
    if (named !== undefined) return named;
  }
  return byDefault[0];
}

function isAmong(address: string, people: readonly AddressDto[]): boolean {
  const key = addressKey(address);
  return people.some((person) => addressKey(person.address) === key);
}

/** `Re: ` or `Fwd: ` once, however many of the same kind (in common languages) were there. */
export function replySubject(subject: string, kind: ReplyKind): string {
  const pattern =
    kind === 'forward'
      ? /^\s*(?:fwd?|wg|tr|rv|enc|i)(?:\[\d{1,4}\])?\s*:\s*/i
      : /^\s*(?:re|aw|antw|sv|vs|odp|rif)(?:\[\d{1,4}\])?\s*:\s*/i;
  let rest = oneLine(subject, limits.subjectLength);
  while (pattern.test(rest)) rest = rest.replace(pattern, '');
  return `${kind === 'forward' ? 'Fwd' : 'Re'}: ${rest}`
    .slice(0, limits.subjectLength)
    .toWellFormed();
}

function recipients(
  body: MessageBody,
  kind: 'reply' | 'reply-all',
  identities: readonly OwnIdentity[],
  self: OwnIdentity | undefined,
): { to: AddressDto[]; cc: AddressDto[] } {
  const own = identities.map(({ address }) => addressKey(address));
  const fromSelf = body.from.some(({ address }) => own.includes(addressKey(address)));
  const followup = kind === 'reply-all' && !fromSelf ? (body.followupTo ?? []) : [];
  const answerTo = body.replyTo.length > 0 ? body.replyTo : body.from;
  // An answer to something one wrote oneself goes to those it was written to.
  const first = followup.length > 0 ? followup : fromSelf ? body.to : answerTo;
  const others = followup.length > 0 ? [] : fromSelf ? body.cc : [...body.to, ...body.cc];
  const seen = new Set(own);
  const to = fresh(first, seen);
  const cc = kind === 'reply' ? [] : fresh(others, seen);
  if (to.length > 0) return { to, cc };
  if (cc.length > 0) return { to: cc, cc: [] };
  // Nobody else is left: a note to oneself.
  return { to: fresh(first.length > 0 ? first : self ? [self] : [], new Set()), cc: [] };
}

/** Mailboxes that are valid and were not seen yet. */
function fresh(addresses: readonly AddressDto[], seen: Set<string>): AddressDto[] {
  return addresses.filter(({ address }) => {
    const key = addressKey(address);
    if (seen.has(key) || !isSendable(address)) return false;
    seen.add(key);
    return true;
  });
}

function isSendable(address: string): boolean {
  try {
    parseAddress(address);
    return true;
  } catch {
    return false;
  }
}
