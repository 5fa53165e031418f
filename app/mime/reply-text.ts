/**
 * Plain text of an HTML body for quoting. One pass, linear in its input, never shown as HTML:
 * what it misreads is only badly quoted.
 */

const hiddenElements: ReadonlySet<string> = new Set([
  'head',
  'script',
  'style',
  'template',
  'title',
]);
const breaks: ReadonlySet<string> = new Set(
  'address blockquote br div dl dt dd h1 h2 h3 h4 h5 h6 hr li ol p pre section table tr ul'.split(
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
};

/** @param html hostile */
export function textOfHtml(html: string): string {
  const pieces: string[] = [];
  const lower = html.toLowerCase();
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    const end = open === -1 ? html.length : open;
    pieces.push(html.slice(at, end).replace(/\s+/g, ' '));
    if (open === -1) break;
    const close = lower.startsWith('<!--', open)
      ? after(lower, '-->', open)
      : after(lower, '>', open);
    const name = /^<\/?([a-z0-9]{1,12})/.exec(lower.slice(open, open + 14))?.[1] ?? '';
    if (breaks.has(name)) pieces.push('\n');
    const hides = hiddenElements.has(name) && lower.charAt(open + 1) !== '/';
    at = hides ? after(lower, '>', after(lower, `</${name}`, close)) : close;
  }
  return decodeEntities(pieces.join(''))
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found + mark.length;
}

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/gi,
    (whole, decimal, hex, name) => {
      if (typeof name === 'string') {
        const key = name.toLowerCase();
        return Object.hasOwn(entities, key) ? (entities[key] ?? whole) : whole;
      }
      const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
      const visible = code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
      return visible ? String.fromCodePoint(code) : ' ';
    },
  );
}
