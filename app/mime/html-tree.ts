/**
 * HTML as a tree, read behind limits in one pass. Hostile input: what is too deep or has too many
 * nodes is not read at all, and nothing here backtracks. The parser is htmlparser2.
 */
import { Parser } from 'htmlparser2';

export type HtmlNode = HtmlElement | string;

export interface HtmlElement {
  /** Lower case. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: HtmlNode[];
}

export interface HtmlDocument {
  readonly root: HtmlElement;
  /** Text of `<style>` elements, in order. */
  readonly styles: readonly string[];
}

/** More than a letter has; what is beyond is quoted as plain text. */
export const htmlLimits = { length: 1_500_000, depth: 250, nodes: 40_000 } as const;

const voidElements: ReadonlySet<string> = new Set(
  'area base br col embed frame hr img input link meta param source track wbr'.split(' '),
);

class TooLarge extends Error {}

/** Undefined when it breaks the limits. */
export function parseHtml(html: string): HtmlDocument | undefined {
  if (html.length > htmlLimits.length) return undefined;
  const root: HtmlElement = { name: '#root', attributes: {}, children: [] };
  const stack = [root];
  const styles: string[] = [];
  let nodes = 0;
  const add = (node: HtmlNode): void => {
    nodes += 1;
    if (nodes > htmlLimits.nodes) throw new TooLarge();
    stack.at(-1)?.children.push(node);
  };
  const parser = new Parser({
    onopentag(name, attributes) {
      const element = { name, attributes, children: [] };
      add(element);
      stack.push(element);
      if (stack.length > htmlLimits.depth) throw new TooLarge();
    },
    onclosetag() {
      stack.pop();
    },
    ontext(text) {
      if (stack.at(-1)?.name === 'style') styles.push(text);
      else add(text);
    },
    // The parser's own errors are none: it takes everything.
    onerror() {},
  });
  try {
    parser.write(html);
    parser.end();
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    throw error;
  }
  return { root, styles };
}

/** Text with its special characters escaped; attributes are quoted with `"`. */
export function serialiseHtml(nodes: readonly HtmlNode[]): string {
  const pieces: string[] = [];
  const write = (node: HtmlNode): void => {
    if (typeof node === 'string') {
      pieces.push(escapeHtml(node));
      return;
    }
    pieces.push(`<${node.name}`);
    for (const [name, value] of Object.entries(node.attributes)) {
      pieces.push(` ${name}="${escapeHtml(value)}"`);
    }
    pieces.push('>');
    if (voidElements.has(node.name)) return;
    for (const child of node.children) write(child);
    pieces.push(`</${node.name}>`);
  };
  for (const node of nodes) write(node);
  return pieces.join('');
}

export function escapeHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/\u00a0/g, '&nbsp;');
}
