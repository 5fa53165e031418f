/**
 * Plain text in lines that readers may flow together again: format=flowed, without DelSp
 * (RFC 3676 §4). Quotations keep their depth; lines that must not flow keep their ends.
 */

/** RFC 3676 §4.2 asks for 78 or less. */
const width = 72;

/** @returns text with CRLF line ends */
export function encodeFlowed(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, '\n').split('\n').flatMap(flow).join('\r\n');
}

function flow(line: string): string[] {
  const [quote = ''] = /^>*/.exec(line) ?? [];
  const rest = line.slice(quote.length);
  // The mark above a signature ends in a space and does not flow (RFC 3676 §4.3).
  if (rest === '-- ' || (quote !== '' && rest === ' -- ')) return [line];
  const body = (quote === '' ? rest : rest.replace(/^ /, '')).trimEnd();
  const lead = quote === '' ? '' : `${quote} `;
  if (body === '') return [quote];
  const lines: string[] = [];
  let left = body;
  while (lead.length + left.length > width) {
    const cut = cutAt(left, width - lead.length);
    if (cut === undefined) break;
    lines.push(lead + stuffed(left.slice(0, cut), quote));
    left = left.slice(cut);
  }
  return [...lines, lead + stuffed(left, quote)];
}

/** Behind the last space within the width, or the first one after it; what is left begins with a word. */
function cutAt(text: string, most: number): number | undefined {
  let space = text.lastIndexOf(' ', Math.max(most - 1, 1));
  while (space > 0 && text.charAt(space + 1) === ' ') space -= 1;
  if (space < 1 || text.slice(0, space).trim() === '') {
    const first = text.search(/\S/);
    space = text.indexOf(' ', Math.max(most, first + 1));
    while (space > 0 && text.charAt(space + 1) === ' ') space += 1;
  }
  return space < 1 || space + 1 >= text.length ? undefined : space + 1;
}

/** A quoted line has its space already; others get one where their beginning would mean something. */
function stuffed(line: string, quote: string): string {
  return quote === '' && /^(?: |From |>)/.test(line) ? ` ${line}` : line;
}
