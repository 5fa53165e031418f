/**
 * What a rich letter can hold, and no more: what is pasted or quoted is fitted into this, so that no
 * style, script or remote picture can get in. Knows no window: also read by tests without one.
 */
import { type Mark, type MarkSpec, Node, type NodeSpec, Schema } from 'prosemirror-model';

const nodes = {
  doc: { content: 'block+' },
  /** `loose` ones came with room around them (a pasted or quoted `<p>`); typed ones have none. */
  paragraph: {
    group: 'block',
    content: 'inline*',
    attrs: { loose: { default: false } },
    parseDOM: [
      // `<div><br></div>` is how mail programs write an empty line.
      {
        tag: 'div, p',
        getAttrs: (element) => (isBlankLine(element) ? { loose: false } : false),
        getContent: (_element, schema) => schema.node('paragraph').content,
      },
      { tag: 'p', getAttrs: () => ({ loose: true }) },
    ],
    toDOM: ({ attrs }) => ['p', attrs.loose ? { class: 'loose' } : {}, 0],
  },
  heading: {
    group: 'block',
    content: 'inline*',
    attrs: { level: { default: 2 } },
    defining: true,
    parseDOM: [
      { tag: 'h1', attrs: { level: 1 } },
      { tag: 'h2', attrs: { level: 2 } },
      { tag: 'h3', attrs: { level: 3 } },
      { tag: 'h4, h5, h6', attrs: { level: 3 } },
    ],
    toDOM: ({ attrs }) => [`h${attrs.level}`, 0],
  },
  /** `cite`: somebody else's words, as an answer quotes them. */
  blockquote: {
    group: 'block',
    content: 'block+',
    attrs: { cite: { default: false } },
    defining: true,
    parseDOM: [
      {
        tag: 'blockquote',
        getAttrs: (element) => ({ cite: element.getAttribute('type') === 'cite' }),
      },
    ],
    toDOM: ({ attrs }) => ['blockquote', { dir: 'auto', ...(attrs.cite && { type: 'cite' }) }, 0],
  },
  /** The identity's signature: known again when another identity is chosen. */
  signature: {
    group: 'block',
    content: 'block+',
    defining: true,
    parseDOM: [{ tag: 'div.letterlock-signature' }],
    toDOM: () => ['div', { class: 'letterlock-signature' }, 0],
  },
  /**
   * A forwarded message that is more than words: sent as it came, shown simply, edited only once the
   * person wants to. Its HTML never comes into the window's own document.
   */
  original: {
    group: 'block',
    atom: true,
    selectable: true,
    attrs: { html: {}, text: { default: '' } },
    parseDOM: [
      {
        tag: 'div.letterlock-original',
        getAttrs: (element) => ({
          html: element.getAttribute('data-html') ?? '',
          text: element.getAttribute('data-text') ?? '',
        }),
      },
    ],
    toDOM: ({ attrs }) => ['pre', attrs.text],
  },
  bullet_list: {
    group: 'block',
    content: 'list_item+',
    parseDOM: [{ tag: 'ul' }],
    toDOM: () => ['ul', { dir: 'auto' }, 0],
  },
  ordered_list: {
    group: 'block',
    content: 'list_item+',
    attrs: { order: { default: 1 } },
    parseDOM: [
      {
        tag: 'ol',
        getAttrs: (element) => ({ order: Number(element.getAttribute('start') ?? '1') || 1 }),
      },
    ],
    toDOM: ({ attrs }) => [
      'ol',
      { dir: 'auto', ...(attrs.order !== 1 && { start: attrs.order }) },
      0,
    ],
  },
  list_item: {
    content: 'paragraph block*',
    defining: true,
    parseDOM: [{ tag: 'li' }],
    toDOM: () => ['li', 0],
  },
  code_block: {
    group: 'block',
    content: 'text*',
    marks: '',
    code: true,
    defining: true,
    parseDOM: [{ tag: 'pre', preserveWhitespace: 'full' }],
    toDOM: () => ['pre', ['code', 0]],
  },
  horizontal_rule: { group: 'block', parseDOM: [{ tag: 'hr' }], toDOM: () => ['hr'] },
  table: {
    group: 'block',
    content: 'table_row+',
    isolating: true,
    parseDOM: [{ tag: 'table' }],
    toDOM: () => ['table', ['tbody', 0]],
  },
  table_row: { content: 'table_cell+', parseDOM: [{ tag: 'tr' }], toDOM: () => ['tr', 0] },
  table_cell: {
    content: 'block+',
    attrs: { head: { default: false }, columns: { default: 1 }, rows: { default: 1 } },
    isolating: true,
    parseDOM: [{ tag: 'td, th', getAttrs: cellAttributes }],
    toDOM: ({ attrs }) => [
      attrs.head ? 'th' : 'td',
      { colspan: String(attrs.columns), rowspan: String(attrs.rows) },
      0,
    ],
  },
  text: { group: 'inline' },
  hard_break: {
    group: 'inline',
    inline: true,
    selectable: false,
    parseDOM: [{ tag: 'br' }],
    toDOM: () => ['br'],
  },
  /** Only pictures of the draft itself (`cid:`), or on their way there (`upload:`). */
  image: {
    group: 'inline',
    inline: true,
    draggable: true,
    attrs: { src: {}, alt: { default: '' } },
    parseDOM: [{ tag: 'img[src]', getAttrs: imageAttributes }],
    // Never a source that the browser would look up: the view of a picture sets it.
    toDOM: ({ attrs }) => ['img', { src: attrs.src, alt: attrs.alt }],
  },
} as const satisfies Record<string, NodeSpec>;

const marks = {
  link: {
    attrs: { href: {} },
    inclusive: false,
    parseDOM: [
      {
        tag: 'a[href]',
        getAttrs: (element) => {
          const href = element.getAttribute('href') ?? '';
          return isLinkable(href) ? { href } : false;
        },
      },
    ],
    toDOM: ({ attrs }) => ['a', { href: attrs.href, rel: 'noreferrer' }, 0],
  },
  strong: { parseDOM: [{ tag: 'strong' }, { tag: 'b' }], toDOM: () => ['strong', 0] },
  em: { parseDOM: [{ tag: 'em' }, { tag: 'i' }], toDOM: () => ['em', 0] },
  underline: { parseDOM: [{ tag: 'u' }], toDOM: () => ['u', 0] },
  strike: { parseDOM: [{ tag: 's' }, { tag: 'strike' }, { tag: 'del' }], toDOM: () => ['s', 0] },
  code: { parseDOM: [{ tag: 'code' }], toDOM: () => ['code', 0] },
} as const satisfies Record<string, MarkSpec>;

export const letterSchema = new Schema<keyof typeof nodes, keyof typeof marks>({ nodes, marks });

function isBlankLine(element: HTMLElement): boolean {
  if (/^letterlock-/.test(element.className)) return false;
  return (
    (element.textContent ?? '').replace(/\u00a0/g, ' ').trim() === '' &&
    element.querySelector('img, hr, table, div, p, li') === null
  );
}

function cellAttributes(element: HTMLElement) {
  const span = (name: string) => {
    const value = Number(element.getAttribute(name) ?? '1');
    return Number.isInteger(value) && value > 0 && value <= 100 ? value : 1;
  };
  return { head: element.tagName === 'TH', columns: span('colspan'), rows: span('rowspan') };
}

function imageAttributes(element: HTMLElement) {
  const src = element.getAttribute('src') ?? '';
  if (!/^(?:cid|upload):/i.test(src)) return false;
  return { src, alt: element.getAttribute('alt') ?? '' };
}

/** What a letter may link to. */
export function isLinkable(href: string): boolean {
  try {
    return ['http:', 'https:', 'mailto:', 'tel:'].includes(new URL(href).protocol);
  } catch {
    return false;
  }
}

/** `example.org` as a person types it becomes a web address; undefined for what is none. */
export function hrefOfTyped(typed: string): string | undefined {
  const text = typed.trim();
  if (text === '' || /\s/.test(text)) return undefined;
  if (isLinkable(text)) return text;
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(text)) return `mailto:${text}`;
  return /^[^\s/:@]+\.[^\s/:@]{2,}(?:[:/?#].*)?$/.test(text) ? `https://${text}` : undefined;
}

/** An empty letter: one empty line. */
export function emptyDoc(): Node {
  return letterSchema.node('doc', null, [letterSchema.node('paragraph')]);
}

/** True when plain text could not say the same. */
export function hasFormatting(doc: Node): boolean {
  let found = false;
  const plain = new Set(['doc', 'paragraph', 'text', 'hard_break', 'blockquote', 'signature']);
  doc.descendants((node) => {
    const marked = node.marks.some((mark: Mark) => !isBareLink(mark, node.text ?? ''));
    if (!plain.has(node.type.name) || marked) found = true;
    return !found;
  });
  return found;
}

/** A link that shows nothing but itself: its text says it all. */
export function isBareLink(mark: Mark, text: string): boolean {
  return mark.type.name === 'link' && hrefOfTyped(text) === mark.attrs.href;
}

/** The pictures of a letter, as they stand in it. */
export function imageSources(doc: Node): string[] {
  const sources: string[] = [];
  doc.descendants((node) => {
    if (node.type.name === 'image') sources.push(String(node.attrs.src));
    if (node.type.name !== 'original') return;
    for (const match of String(node.attrs.html).matchAll(/\bsrc="(cid:[^"]+)"/gi)) {
      sources.push((match[1] ?? '').replace(/&amp;/g, '&'));
    }
  });
  return sources;
}

export { Node as LetterNode };
