/**
 * A letter as plain text, and plain text as a letter. The first is the alternative that is sent
 * beside the HTML (RFC 2046 §5.1.4); quotations take `> ` (RFC 3676 §4.5).
 */
import type { Node } from 'prosemirror-model';
import { linkify, splitQuotes } from '../../../mail/linkify.ts';
import { isBareLink, letterSchema } from './schema.ts';

/** The line before a signature (RFC 3676 §4.3). */
export const signatureMark = '-- ';

export function docText(doc: Node): string {
  // Blanks that must not break are a device of HTML.
  return blockLines(doc)
    .join('\n')
    .replace(/\u00a0/g, ' ')
    .replace(/\n+$/, '\n');
}

function blockLines(parent: Node): string[] {
  const lines: string[] = [];
  parent.forEach((node, _offset, index) => {
    const before = index === 0 ? undefined : parent.child(index - 1);
    // A pasted paragraph has room around it; so has one before a list or a table.
    if (before !== undefined && needsRoom(before, node)) lines.push('');
    lines.push(...linesOf(node, index === parent.childCount - 1));
  });
  return lines;
}

function needsRoom(before: Node, node: Node): boolean {
  const isBlank = (one: Node) => one.type.name === 'paragraph' && one.content.size === 0;
  if (isBlank(before) || isBlank(node)) return false;
  return [before, node].some(
    (one) => one.type.name === 'heading' || one.type.name === 'table' || one.attrs.loose === true,
  );
}

function linesOf(node: Node, isLast: boolean): string[] {
  switch (node.type.name) {
    case 'blockquote':
      return quoted(blockLines(node));
    case 'bullet_list':
      return itemLines(node, () => '- ');
    case 'ordered_list':
      return itemLines(node, (index) => `${Number(node.attrs.order) + index}. `);
    case 'signature':
      // With a quotation below it, the mark would hide that as well.
      return [...(isLast ? [signatureMark] : []), ...blockLines(node)];
    case 'original':
      return String(node.attrs.text).split('\n');
    case 'table':
      return rowLines(node);
    case 'horizontal_rule':
      return ['---'];
    case 'code_block':
      return node.textContent.split('\n');
    default:
      return inlineText(node).split('\n');
  }
}

function quoted(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '>' : line.startsWith('>') ? `>${line}` : `> ${line}`));
}

function itemLines(list: Node, mark: (index: number) => string): string[] {
  const lines: string[] = [];
  list.forEach((item, _offset, index) => {
    const head = mark(index);
    blockLines(item).forEach((line, at) => {
      lines.push(at === 0 ? head + line : line === '' ? '' : ' '.repeat(head.length) + line);
    });
  });
  return lines;
}

function rowLines(table: Node): string[] {
  const lines: string[] = [];
  table.forEach((row) => {
    const cells: string[] = [];
    row.forEach((cell) => {
      cells.push(blockLines(cell).join(' ').trim());
    });
    lines.push(cells.join('\t'));
  });
  return lines;
}

/** A link says where it goes; a picture says what it is called. */
function inlineText(node: Node): string {
  let text = '';
  node.forEach((child, _offset, index) => {
    if (child.type.name === 'hard_break') text += '\n';
    else if (child.type.name === 'image') {
      if (child.attrs.alt !== '') text += `[${child.attrs.alt}]`;
    } else text += child.text ?? '';
    const link = child.marks.find((mark) => mark.type.name === 'link');
    const next = index + 1 < node.childCount ? node.child(index + 1) : undefined;
    if (link === undefined || next?.marks.some((mark) => mark.eq(link))) return;
    const href = String(link.attrs.href);
    if (!isBareLink(link, child.text ?? '') && `mailto:${child.text}` !== href)
      text += ` <${href}>`;
  });
  return text;
}

/** Every line a paragraph, `>` quotations, addresses linked. */
export function textDoc(text: string): Node {
  const blocks = splitQuotes(text).flatMap(({ quoteDepth, text: lines }) => {
    const paragraphs = lines.split('\n').map(lineParagraph);
    let content = paragraphs;
    for (let depth = 0; depth < quoteDepth; depth += 1) {
      content = [letterSchema.node('blockquote', { cite: true }, content)];
    }
    return content;
  });
  return letterSchema.node(
    'doc',
    null,
    blocks.length === 0 ? [letterSchema.node('paragraph')] : blocks,
  );
}

function lineParagraph(line: string): Node {
  if (line === '') return letterSchema.node('paragraph');
  const pieces = linkify(line).map(({ text, href }) =>
    letterSchema.text(text, href === undefined ? [] : [letterSchema.mark('link', { href })]),
  );
  return letterSchema.node('paragraph', null, pieces);
}
