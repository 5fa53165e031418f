/**
 * HTML of a draft as a letter: parsed in a document that no window shows, fitted into the schema.
 * Nothing runs and nothing is looked up.
 */
import { DOMParser as LetterParser, type Node } from 'prosemirror-model';
import { docText } from './doc-text.ts';
import { parseHtml, stylesToMarks, withStyles } from './parse-html.ts';
import { letterSchema } from './schema.ts';

const original = 'letterlock-original';

/** @param html of a draft or a signature */
export function readLetter(html: string): Node {
  return read(parseHtml(html).body);
}

function read(body: HTMLElement): Node {
  const parser = LetterParser.fromSchema(letterSchema);
  for (const element of body.querySelectorAll(`.${original}`)) {
    element.setAttribute('data-text', docText(parser.parse(element)));
    element.setAttribute('data-html', withStyles(element.innerHTML));
  }
  stylesToMarks(body);
  return parser.parse(body);
}

/** What words, links and simple lists cannot say. */
const looks = 'table, font, center, img, [data-letterlock-style], [bgcolor], [align], [width]';

/**
 * A message to be forwarded: what stands below the lines that say whose it is stays as it came, if
 * it would lose by being edited.
 * @param html as the engine begins such a draft: an empty line, those lines, the message
 */
export function readForwarded(html: string): Node {
  const { body } = parseHtml(html);
  const head = [...body.children].find((element) => /^\s*-{4}/.test(element.textContent ?? ''));
  if (head === undefined || head.parentElement !== body) return read(body);
  const whole = body.ownerDocument.createElement('div');
  while (head.nextSibling !== null) whole.append(head.nextSibling);
  if (whole.querySelector(looks) === null) body.append(...whole.childNodes);
  else {
    whole.className = original;
    body.append(whole);
  }
  return read(body);
}

/** The blocks of such a message, to be edited. */
export function originalBlocks(html: string) {
  return readLetter(html).content;
}
