/**
 * Words of HTML, for search and the list: one pass, bounded, never for showing as a document.
 * Text of style, script, head and comments is left out; block elements end a line.
 */

const hiddenElements = new Set(['style', 'script', 'head', 'title', 'template', 'noscript']);
const inlineElements = new Set(
  'a abbr b bdi bdo cite code del em font i ins kbd mark q s small span strike strong sub sup tt u wbr'.split(
    ' ',
  ),
);
const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  agrave: 'à',
  aacute: 'á',
  acirc: 'â',
  aring: 'å',
  aelig: 'æ',
  ccedil: 'ç',
  egrave: 'è',
  eacute: 'é',
  ecirc: 'ê',
  euml: 'ë',
  iacute: 'í',
  icirc: 'î',
  ntilde: 'ñ',
  oacute: 'ó',
  ocirc: 'ô',
  oslash: 'ø',
  otilde: 'õ',
  uacute: 'ú',
  ucirc: 'û',
  ugrave: 'ù',
  copy: '©',
  reg: '®',
  euro: '€',
  pound: '£',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  laquo: '«',
  raquo: '»',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
  middot: '·',
  shy: '',
  zwnj: '',
};

/** @param maxLength where to stop, in UTF-16 units */
export function textOfHtml(html: string, maxLength: number): string {
  const pieces: string[] = [];
  let length = 0;
  let at = 0;
  while (at < html.length && length < maxLength) {
    const open = html.indexOf('<', at);
    const end = open === -1 ? html.length : open;
    if (end > at) {
      const piece = html.slice(at, end);
      pieces.push(piece);
      length += piece.length;
    }
    if (open === -1) break;
    at = afterTag(html, open, pieces);
  }
  const text = pieces.join('');
  return text.includes('&') ? decodeEntities(text) : text;
}

/** Where the text goes on after the tag, comment or hidden element that starts at `open`. */
function afterTag(html: string, open: number, pieces: string[]): number {
  if (html.startsWith('<!--', open)) return after(html, '-->', open + 4);
  const close = after(html, '>', open);
  const closing = html.charCodeAt(open + 1) === 0x2f;
  const name = tagName(html, closing ? open + 2 : open + 1, close);
  if (name === '') {
    // "a < b" is text; `<!doctype>` is not.
    if (/[!?/]/.test(html.charAt(open + 1))) return close;
    pieces.push('<');
    return open + 1;
  }
  if (!inlineElements.has(name)) pieces.push('\n');
  if (closing || !hiddenElements.has(name)) return close;
  // An element that never closes hides the rest, as it would in a browser.
  return afterClosing(html, name, close);
}

function tagName(html: string, from: number, to: number): string {
  let end = from;
  while (end < to && end < from + 12 && isNameCode(html.charCodeAt(end))) end += 1;
  return html.slice(from, end).toLowerCase();
}

function isNameCode(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39);
}

function afterClosing(html: string, name: string, from: number): number {
  for (let at = html.indexOf('</', from); at !== -1; at = html.indexOf('</', at + 2)) {
    const found = html.slice(at + 2, at + 2 + name.length);
    if (found.toLowerCase() === name) return after(html, '>', at);
  }
  return html.length;
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found + mark.length;
}

function decodeEntities(text: string): string {
  return text.replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,8});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) {
      if (Object.hasOwn(entities, name)) return entities[name] ?? whole;
      const key = name.toLowerCase();
      return Object.hasOwn(entities, key) ? (entities[key] ?? whole) : whole;
    }
    const hex = name.charAt(1).toLowerCase() === 'x';
    const point = Number.parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '';
  });
}
