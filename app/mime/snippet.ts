/**
 * The first words of a message for the list: what the sender wrote, not what was quoted.
 * Works in one pass over a bounded piece of the text; never shown as HTML.
 */
import { textOfHtml } from './html-text.ts';
import { mimeLimits } from './limits.ts';
import { oneLine } from './plain-words.ts';

/** At most 200 characters; empty when there is nothing to say. */
export function snippetOf(text: string | undefined, html: string | undefined): string {
  const fromText = snippetOfText(text ?? '');
  if (fromText !== '' || html === undefined) return fromText;
  const start = html.slice(0, mimeLimits.snippetInputLength * 5);
  return snippetOfText(textOfHtml(start, mimeLimits.snippetLength * 10));
}

/** As `snippetOf`, of text alone. */
export function snippetOfText(text: string): string {
  return condense(text.slice(0, mimeLimits.snippetInputLength));
}

function condense(text: string): string {
  const own: string[] = [];
  let length = 0;
  for (const line of text.split(/\r?\n/)) {
    // "-- " opens a signature (RFC 3676 §4.3); what follows is not the message.
    if (line === '-- ') break;
    if (line.startsWith('>') || isAttribution(line)) continue;
    own.push(line);
    length += line.length;
    if (length > mimeLimits.snippetLength * 10) break;
  }
  const plain = own
    .join(' ')
    .replace(/<?\bhttps?:\/\/[^\s<>]{1,2000}>?/gi, ' ')
    // Senders pad previews with invisible characters.
    .replace(/\p{Cf}|\u034f/gu, '')
    .replace(/[-_=*~#]{4,}/g, ' ');
  return oneLine(plain, mimeLimits.snippetLength);
}

/** "On Monday, Ada wrote:" and its like, in front of a quotation. */
function isAttribution(line: string): boolean {
  return (
    line.length < 200 && /(wrote|schrieb|écrit|escribió|scrisse|schreef)\b.{0,80}:\s*$/i.test(line)
  );
}
