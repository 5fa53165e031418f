/**
 * The first words of a message for the list: what the sender wrote, not what was quoted.
 * Works in one pass over a bounded piece of the text; never shown as HTML.
 */
import { mimeLimits } from './limits.ts';
import { oneLine } from './plain-words.ts';

/** At most 200 characters; empty when there is nothing to say. */
export function snippetOf(text: string | undefined, html: string | undefined): string {
  const fromText = condense(text?.slice(0, mimeLimits.snippetInputLength) ?? '');
  if (fromText !== '' || html === undefined) return fromText;
  return condense(textOfHtml(html.slice(0, mimeLimits.snippetInputLength * 5)));
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

const hiddenElements = ['style', 'script', 'head', 'title', 'template'];
const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** Rough text of HTML by scanning once; good for a few words, not for reading. */
function textOfHtml(html: string): string {
  const lower = html.toLowerCase();
  let text = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open === -1) return decodeEntities(text + html.slice(at));
    text += html.slice(at, open);
    at = endOfTag(lower, open);
    if (/^<\/?(p|div|br|tr|td|li|h[1-6]|table)\b/.test(lower.slice(open, open + 8))) text += ' ';
    if (text.length > mimeLimits.snippetLength * 10) break;
  }
  return decodeEntities(text);
}

/** Where the text goes on after the tag, comment or hidden element that starts at `open`. */
function endOfTag(lower: string, open: number): number {
  if (lower.startsWith('<!--', open)) return after(lower, '-->', open + 4);
  const close = after(lower, '>', open);
  const name = hiddenElements.find((element) => {
    if (!lower.startsWith(element, open + 1)) return false;
    return /[\s>/]/.test(lower.charAt(open + 1 + element.length));
  });
  // An element that never closes hides the rest, as it would in a browser.
  return name === undefined ? close : after(lower, `</${name}`, close, '>');
}

function after(text: string, mark: string, from: number, then?: string): number {
  const found = text.indexOf(mark, from);
  if (found === -1) return text.length;
  const end = found + mark.length;
  return then === undefined ? end : after(text, then, end);
}

function decodeEntities(text: string): string {
  return text.replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,6});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) {
      const key = name.toLowerCase();
      return Object.hasOwn(entities, key) ? (entities[key] ?? whole) : whole;
    }
    const hex = name.charAt(1).toLowerCase() === 'x';
    const point = Number.parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '';
  });
}
