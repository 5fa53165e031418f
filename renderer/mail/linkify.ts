/** Finds links and quotations in plain text. Gives pieces, never markup: React writes the nodes. */

export interface TextPiece {
  readonly text: string;
  /** http, https or mailto only. */
  readonly href?: string;
}

/** Every part is bounded, so that no text takes longer than its length. */
const candidate =
  /\b(?:https?:\/\/[^\s<>"]{1,2000}|www\.[^\s<>"]{1,500}\.[^\s<>"]{1,1500})|[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,10}/giu;

/** The allow-list of what may leave the window. */
export function isOpenable(href: string): boolean {
  try {
    return ['http:', 'https:', 'mailto:'].includes(new URL(href).protocol);
  } catch {
    return false;
  }
}

/** Punctuation after a link belongs to the sentence, a closing bracket only when unopened. */
function trimTail(text: string): string {
  let link = text.replace(/[.,;:!?'"\u2019\u201d\u3002\u3001]+$/u, '');
  while (link.endsWith(')') && link.split(')').length > link.split('(').length) {
    link = link.slice(0, -1).replace(/[.,;:!?]+$/u, '');
  }
  return link;
}

function hrefOf(link: string): string {
  if (/^https?:/i.test(link)) return link;
  return /^www\./i.test(link) ? `https://${link}` : `mailto:${link}`;
}

export function linkify(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(candidate)) {
    const link = trimTail(match[0]);
    const href = hrefOf(link);
    if (link === '' || !isOpenable(href)) continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    pieces.push({ text: link, href });
    end = match.index + link.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

export interface TextBlock {
  /** 0 is the writer's own text. */
  readonly quoteDepth: number;
  readonly text: string;
}

/** Runs of lines of the same quote depth (`>` prefixes), without the prefixes. */
export function splitQuotes(text: string): TextBlock[] {
  const blocks: { quoteDepth: number; lines: string[] }[] = [];
  for (const line of text.replace(/\r\n?/g, '\n').replace(/\n+$/, '').split('\n')) {
    const prefix = /^(?:>[ ]?)+/.exec(line)?.[0] ?? '';
    const quoteDepth = prefix.split('>').length - 1;
    const last = blocks.at(-1);
    if (last?.quoteDepth === quoteDepth) last.lines.push(line.slice(prefix.length));
    else blocks.push({ quoteDepth, lines: [line.slice(prefix.length)] });
  }
  return blocks.map((block) => ({
    quoteDepth: block.quoteDepth,
    text: block.lines.join('\n'),
  }));
}
