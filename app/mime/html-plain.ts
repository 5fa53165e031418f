/**
 * Plain text of a cleaned tree: paragraphs by empty lines, lists by marks, quotations by `> `
 * (RFC 3676 §4.5), a link's target behind its words.
 */
import type { HtmlElement, HtmlNode } from './html-tree.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const blocks = words(
  'address blockquote center dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre table tr ul caption',
);
const spaced = words('blockquote dl h1 h2 h3 h4 h5 h6 ol p pre table ul figure');

export function textOfTree(nodes: readonly HtmlNode[]): string {
  return linesOf(nodes)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\s+$/g, '');
}

function linesOf(nodes: readonly HtmlNode[]): string[] {
  const lines: string[] = [];
  let line = '';
  let open = false;
  const end = (): void => {
    if (open || line !== '') lines.push(line.trimEnd());
    line = '';
    open = false;
  };
  const gap = (): void => {
    if (lines.length > 0 && lines.at(-1) !== '') lines.push('');
  };
  const inline = (text: string): void => {
    const joined = line === '' ? text.trimStart() : text;
    line = / $/.test(line) ? line + joined.replace(/^ /, '') : line + joined;
  };
  const block = (element: HtmlElement, inside: string[]): void => {
    end();
    if (spaced.has(element.name)) gap();
    lines.push(...inside);
    if (spaced.has(element.name)) gap();
  };
  const visit = (node: HtmlNode): void => {
    if (typeof node === 'string') {
      inline(node.replace(/[ \t\r\n\f]+/g, ' '));
      return;
    }
    const { name, children } = node;
    if (name === 'br') {
      open = true;
      end();
    } else if (name === 'img') inline(node.attributes.alt ?? '');
    else if (name === 'hr') block(node, ['', '-'.repeat(20), '']);
    else if (name === 'pre') block(node, rawText(children).split('\n'));
    else if (name === 'blockquote') {
      const quoted = trimmed(linesOf(children));
      block(
        node,
        quoted.map((each) => (each.startsWith('>') ? `>${each}` : `> ${each}`.trimEnd())),
      );
    } else if (name === 'ul' || name === 'ol') {
      let item = name === 'ol' ? startOf(node) : undefined;
      const items: string[] = [];
      for (const child of children) {
        if (typeof child === 'string') continue;
        const mark = item === undefined ? '- ' : `${item}. `;
        const [first = '', ...others] = trimmed(linesOf([child]));
        items.push(
          `${mark}${first}`,
          ...others.map((each) => `${' '.repeat(mark.length)}${each}`.trimEnd()),
        );
        if (item !== undefined) item += 1;
      }
      block(node, items);
    } else if (blocks.has(name)) block(node, linesOf(children));
    else if (name === 'td' || name === 'th') {
      for (const child of children) visit(child);
      inline(' ');
    } else {
      for (const child of children) visit(child);
      if (name === 'a') inline(targetOf(node));
    }
  };
  for (const node of nodes) visit(node);
  end();
  return lines;
}

/** Empty when the words say it already. */
function targetOf(element: HtmlElement): string {
  const href = element.attributes.href ?? '';
  const said = rawText(element.children).trim();
  const bare = (text: string) =>
    text.replace(/^(?:https?:\/\/|mailto:|tel:)/i, '').replace(/\/$/, '');
  return href === '' || said === '' || bare(said) === bare(href) ? '' : ` <${href}>`;
}

function rawText(nodes: readonly HtmlNode[]): string {
  return nodes
    .map((node) =>
      typeof node === 'string' ? node : node.name === 'br' ? '\n' : rawText(node.children),
    )
    .join('');
}

function startOf({ attributes }: HtmlElement): number {
  const start = Number.parseInt(attributes.start ?? '1', 10);
  return Number.isSafeInteger(start) ? start : 1;
}

function trimmed(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line !== '');
  const last = lines.findLastIndex((line) => line !== '');
  return first === -1 ? [] : lines.slice(first, last + 1);
}
