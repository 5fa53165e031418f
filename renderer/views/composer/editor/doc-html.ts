/**
 * A letter as the HTML that is sent: few elements, the styles of quotations and tables written on
 * them because mail programs drop sheets. Built as text, so that no browser looks anything up.
 */
import type { Fragment, Mark, Node } from 'prosemirror-model';

const quoteStyle = 'margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex';
const cellStyle = 'border:1px solid #ccc;padding:4px 8px;vertical-align:top';
const preStyle = 'white-space:pre-wrap';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => escapes[char] ?? char);
}

/** Runs of blanks stay as wide as they were typed. */
function textHtml(text: string, keepBlanks: boolean): string {
  const escaped = escapeHtml(text);
  if (keepBlanks) return escaped;
  return escaped.replace(/ {2,}/g, (blanks) => `${'\u00a0'.repeat(blanks.length - 1)} `);
}

/**
 * Blocks whose first letter runs from right to left say so (Unicode Bidirectional Algorithm, P2):
 * the editor sees it by itself, other mail programs lay out from left to right unless they are told.
 */
function dirOf(node: Node): string {
  const [letter = ''] = /\p{L}/u.exec(node.textContent) ?? [];
  return rightToLeft.test(letter) ? ' dir="rtl"' : '';
}

const rightToLeft =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Gives a picture's lasting source (`cid:…`); undefined while it is on its way, or when it is lost. */
export type KeptSource = (src: string) => string | undefined;

const keptOnly: KeptSource = (src) => (/^cid:/i.test(src) ? src : undefined);

export function docHtml(doc: Node, keptSource: KeptSource = keptOnly): string {
  return contentHtml(doc.content, keptSource);
}

function contentHtml(content: Fragment, keptSource: KeptSource): string {
  let html = '';
  content.forEach((node) => {
    html += nodeHtml(node, keptSource);
  });
  return html;
}

function nodeHtml(node: Node, keptSource: KeptSource): string {
  const inside = () => contentHtml(node.content, keptSource);
  switch (node.type.name) {
    case 'text':
      return markedHtml(textHtml(node.text ?? '', node.marks.some(isCode)), node.marks);
    case 'hard_break':
      return '<br>';
    case 'image':
      return imageHtml(node, keptSource);
    case 'paragraph':
      if (node.content.size === 0) return '<div><br></div>';
      return node.attrs.loose
        ? `<p${dirOf(node)}>${inside()}</p>`
        : `<div${dirOf(node)}>${inside()}</div>`;
    case 'heading':
      return `<h${node.attrs.level}${dirOf(node)}>${inside()}</h${node.attrs.level}>`;
    case 'blockquote':
      return `<blockquote${node.attrs.cite ? ' type="cite"' : ''} style="${quoteStyle}">${inside()}</blockquote>`;
    case 'signature':
      return `<div class="letterlock-signature">${inside()}</div>`;
    case 'original':
      return `<div class="letterlock-original">${node.attrs.html}</div>`;
    case 'bullet_list':
      return `<ul${dirOf(node)}>${inside()}</ul>`;
    case 'ordered_list':
      return `<ol${dirOf(node)}${node.attrs.order === 1 ? '' : ` start="${Number(node.attrs.order)}"`}>${inside()}</ol>`;
    case 'list_item':
      return `<li${dirOf(node)}>${itemHtml(node, keptSource)}</li>`;
    case 'code_block':
      return `<pre style="${preStyle}">${escapeHtml(node.textContent)}</pre>`;
    case 'horizontal_rule':
      return '<hr>';
    case 'table':
      return `<table style="border-collapse:collapse"><tbody>${inside()}</tbody></table>`;
    case 'table_row':
      return `<tr>${inside()}</tr>`;
    case 'table_cell':
      return cellHtml(node, keptSource);
    default:
      return inside();
  }
}

function isCode(mark: Mark): boolean {
  return mark.type.name === 'code';
}

/** One line of text stands in its item without a box of its own. */
function itemHtml(node: Node, keptSource: KeptSource): string {
  const first = node.firstChild;
  return node.childCount === 1 && first !== null && first.type.name === 'paragraph'
    ? contentHtml(first.content, keptSource)
    : contentHtml(node.content, keptSource);
}

function cellHtml(node: Node, keptSource: KeptSource): string {
  const name = node.attrs.head ? 'th' : 'td';
  const span = (attribute: string, value: unknown) =>
    value === 1 ? '' : ` ${attribute}="${Number(value)}"`;
  const spans = span('colspan', node.attrs.columns) + span('rowspan', node.attrs.rows);
  return `<${name}${spans}${dirOf(node)} style="${cellStyle}">${itemHtml(node, keptSource)}</${name}>`;
}

function imageHtml(node: Node, keptSource: KeptSource): string {
  const src = keptSource(String(node.attrs.src));
  if (src === undefined) return '';
  return `<img src="${escapeHtml(src)}" alt="${escapeHtml(String(node.attrs.alt))}">`;
}

const markNames: Readonly<Record<string, string>> = {
  strong: 'strong',
  em: 'em',
  underline: 'u',
  strike: 's',
  code: 'code',
};

function markedHtml(html: string, marks: readonly Mark[]): string {
  return marks.toReversed().reduce((inner, mark) => {
    if (mark.type.name === 'link') {
      return `<a href="${escapeHtml(String(mark.attrs.href))}">${inner}</a>`;
    }
    const name = markNames[mark.type.name];
    return name === undefined ? inner : `<${name}>${inner}</${name}>`;
  }, html);
}
