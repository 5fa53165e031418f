/**
 * A stranger's message as the quotation in an answer, or as what is forwarded: plain, and rich where
 * it is. Dates are in UTC, so that a quotation does not tell where the person is. RFC 3676 §4.5.
 */
import type { AddressDto, MessageBody, QuoteWords } from '../contract/index.ts';
import { limits } from '../contract/index.ts';
import { formatRecipient } from './build-address.ts';
import { cleanHtml } from './clean-html.ts';
import { escapeHtml } from './html-tree.ts';
import { oneLine } from './plain-words.ts';
import { textOfHtml } from './reply-text.ts';

export interface Quoted {
  readonly text: string;
  /** Undefined in a plain one. */
  readonly html: string | undefined;
}

export interface QuoteOptions {
  readonly format: 'rich' | 'plain';
  readonly words: QuoteWords | undefined;
  /** Where a picture of the message stands in the new one; undefined leaves it out. */
  readonly contentId: (contentId: string) => string | undefined;
}

const english: QuoteWords = {
  locale: 'en-GB',
  attribution: 'On {date}, {author} wrote:',
  forwarded: 'Forwarded message',
  from: 'From',
  date: 'Date',
  subject: 'Subject',
  to: 'To',
  cc: 'Cc',
};

const quoteStyle = 'margin:0 0 0 0.8em;border-left:2px solid #b4b4b4;padding-left:0.8em';

/** What an answer begins with. */
export function quoteAnswered(body: MessageBody, options: QuoteOptions): Quoted {
  const words = options.words ?? english;
  const { text, html } = visibleContent(body, options);
  const quoted = text
    .split('\n')
    .map((line) => (line.startsWith('>') ? `>${line}` : line === '' ? '>' : `> ${line}`))
    .join('\n');
  const lead = attribution(body, words);
  return {
    text: `\n\n${lead}\n${quoted}\n`,
    html:
      html &&
      `<p><br></p><p>${escapeHtml(lead)}</p><blockquote type="cite" style="${quoteStyle}">${html}</blockquote>`,
  };
}

/** What a forwarded message begins with: what its header said, then all of it. */
export function quoteForwarded(body: MessageBody, options: QuoteOptions): Quoted {
  const words = options.words ?? english;
  const { text, html } = visibleContent(body, options);
  const fields: [string, string][] = [
    [words.from, people(body.from)],
    [words.date, dateOf(body, words.locale)],
    [words.subject, oneLine(body.subject, limits.subjectLength)],
    [words.to, people(body.to)],
    ...(body.cc.length > 0 ? [[words.cc, people(body.cc)] satisfies [string, string]] : []),
  ];
  const title = `---------- ${words.forwarded} ----------`;
  const lines = fields.map(([name, value]) => `${name}: ${value}`);
  const rich = fields.map(([name, value]) => `<b>${escapeHtml(name)}:</b> ${escapeHtml(value)}`);
  return {
    text: `\n\n${[title, ...lines].join('\n')}\n\n${text}\n`,
    html: html && `<p><br></p><p>${[escapeHtml(title), ...rich].join('<br>')}</p>${html}`,
  };
}

/** What of a message can be seen. @param keepMarks when it is a draft to be gone on with */
export function visibleContent(
  body: MessageBody,
  { format, contentId }: Pick<QuoteOptions, 'format' | 'contentId'>,
  keepMarks = false,
): Quoted {
  const plain = body.text?.replace(/\r\n?/g, '\n').replace(/\n+$/, '');
  if (body.html === undefined) {
    const text = plain ?? '';
    return { text, html: format === 'rich' ? htmlOfText(text) : undefined };
  }
  if (format === 'plain' && plain !== undefined) return { text: plain, html: undefined };
  const clean = cleanHtml(body.html, { contentId, keepMarks });
  const fits = clean !== undefined && clean.html.length <= limits.htmlLength / 2;
  if (format === 'rich' && fits) return { text: clean.text, html: clean.html };
  const text = plain ?? clean?.text ?? textOfHtml(body.html);
  return { text, html: format === 'rich' ? htmlOfText(text) : undefined };
}

/** Lines stay lines, and white space stays where it shows. */
export function htmlOfText(text: string): string {
  const lines = escapeHtml(text)
    .split('\n')
    .map((line) => line.replace(/^ | (?= )/g, '&nbsp;'));
  return `<div>${lines.join('<br>')}</div>`;
}

function attribution(body: MessageBody, { attribution: pattern, locale }: QuoteWords): string {
  const [author] = body.from;
  const said: Readonly<Record<string, string>> = {
    '{date}': dateOf(body, locale),
    '{author}': author ? formatRecipient(author) : '?',
  };
  return pattern.replace(/\{date\}|\{author\}/g, (name) => said[name] ?? name);
}

function dateOf(body: MessageBody, locale: string): string {
  const date = new Date(body.sentAt ?? body.receivedAt);
  const options = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  try {
    return `${new Intl.DateTimeFormat(locale, options).format(date)} UTC`;
  } catch {
    return `${new Intl.DateTimeFormat(english.locale, options).format(date)} UTC`;
  }
}

function people(addresses: readonly AddressDto[]): string {
  return addresses.map(formatRecipient).join(', ');
}
