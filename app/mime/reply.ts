/**
 * Drafts that answer a message: recipients, subject, quoted text, thread headers. Pure.
 * Everything in the message is a stranger's: it goes into the draft as plain text only.
 * RFC 5322 §3.6.3 (recipients), §3.6.4 (thread), RFC 3676 §4.5 (quoting).
 */
import type { AddressDto, DraftContent, MessageBody } from '../contract/index.ts';
import { limits } from '../contract/index.ts';
import { plainMessageId } from './build.ts';
import { addressKey, formatRecipient, parseAddress } from './build-address.ts';
import { oneLine } from './plain-words.ts';
import { textOfHtml } from './reply-text.ts';

export type ReplyKind = 'reply' | 'reply-all' | 'forward';

export interface ReplyDraft {
  readonly content: DraftContent;
  /** For In-Reply-To and References of the answer; absent for a forwarded message. */
  readonly thread?: { readonly messageId: string; readonly references: readonly string[] };
}

/** @param self the account's own address, which is left out of the recipients */
export function replyDraft(body: MessageBody, kind: ReplyKind, self: AddressDto): ReplyDraft {
  const messageId = body.messageId === undefined ? undefined : plainMessageId(body.messageId);
  const references = body.references.flatMap((id) => plainMessageId(id) ?? []);
  const { to, cc } = kind === 'forward' ? { to: [], cc: [] } : recipients(body, kind, self);
  const text = kind === 'forward' ? forwardedText(body) : quotedText(body);
  const content: DraftContent = {
    accountId: body.ref.accountId,
    to: to.map(formatRecipient).join(', '),
    cc: cc.map(formatRecipient).join(', '),
    bcc: '',
    subject: replySubject(body.subject, kind),
    text: text.slice(0, limits.textLength).toWellFormed(),
    ...(kind === 'forward' ? { forwardOf: body.ref } : { inReplyTo: body.ref }),
  };
  if (kind === 'forward' || messageId === undefined) return { content };
  return { content, thread: { messageId, references } };
}

/** A message that another program kept as a draft, to be gone on with. HTML becomes plain text. */
export function adoptedDraft(body: MessageBody): ReplyDraft {
  const list = (people: readonly AddressDto[]) => people.map(formatRecipient).join(', ');
  const content: DraftContent = {
    accountId: body.ref.accountId,
    to: list(body.to),
    cc: list(body.cc),
    bcc: list(body.bcc),
    subject: oneLine(body.subject, limits.subjectLength),
    text: plainText(body).slice(0, limits.textLength).toWellFormed(),
  };
  const references = body.references.flatMap((id) => plainMessageId(id) ?? []);
  const messageId = references.at(-1);
  return messageId === undefined
    ? { content }
    : { content, thread: { messageId, references: references.slice(0, -1) } };
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
  self: AddressDto,
): { to: AddressDto[]; cc: AddressDto[] } {
  const own = addressKey(self.address);
  const fromSelf = body.from.some(({ address }) => addressKey(address) === own);
  const answerTo = body.replyTo.length > 0 ? body.replyTo : body.from;
  // An answer to something one wrote oneself goes to those it was written to.
  const first = fromSelf ? body.to : answerTo;
  const seen = new Set([own]);
  const to = fresh(first, seen);
  const cc = kind === 'reply' ? [] : fresh(fromSelf ? body.cc : [...body.to, ...body.cc], seen);
  if (to.length > 0) return { to, cc };
  if (cc.length > 0) return { to: cc, cc: [] };
  // Nobody else is left: a note to oneself.
  return { to: fresh(first.length > 0 ? first : [self], new Set()), cc: [] };
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

function quotedText(body: MessageBody): string {
  const quoted = plainText(body)
    .split('\n')
    .map((line) => (line.startsWith('>') ? `>${line}` : line === '' ? '>' : `> ${line}`))
    .join('\n');
  return `\n\n${attribution(body)}\n${quoted}\n`;
}

function forwardedText(body: MessageBody): string {
  const lines = [
    '---------- Forwarded message ----------',
    `From: ${people(body.from)}`,
    `Date: ${dateOf(body)}`,
    `Subject: ${oneLine(body.subject, limits.subjectLength)}`,
    `To: ${people(body.to)}`,
    ...(body.cc.length > 0 ? [`Cc: ${people(body.cc)}`] : []),
  ];
  return `\n\n${lines.join('\n')}\n\n${plainText(body)}\n`;
}

function attribution(body: MessageBody): string {
  const [author] = body.from;
  const name = author ? formatRecipient(author) : 'someone';
  return `On ${dateOf(body)}, ${name} wrote:`;
}

/** In UTC, so that a quotation does not tell where the person is. */
function dateOf(body: MessageBody): string {
  const date = new Date(body.sentAt ?? body.receivedAt);
  const format = new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  return `${format.format(date)} UTC`;
}

function people(addresses: readonly AddressDto[]): string {
  return addresses.map(formatRecipient).join(', ');
}

function plainText(body: MessageBody): string {
  const text = body.text ?? (body.html === undefined ? '' : textOfHtml(body.html));
  return text.replace(/\r\n?/g, '\n').replace(/\n+$/, '');
}
