/**
 * HTML into a document that no window shows. Styles are set aside first: the window's policy lets
 * none be applied, not even there, and what they say of words (bold, struck) is wanted as elements.
 * This keeps the policy quiet; what can get in is decided by the schema, not here.
 */

/** Where a style attribute is kept meanwhile. */
export const styleAttribute = 'data-letterlock-style';

const sheets = /<style\b[\s\S]*?<\/style\s*>/gi;
/** A start tag; `>` within quotes does not end it. */
const startTag = /<[a-z](?:"[^"]*"|'[^']*'|[^"'>])*>/gi;

export function parseHtml(html: string): Document {
  const quiet = html
    .replace(sheets, '')
    .replace(startTag, (tag) =>
      tag
        .replace(/([\s"'/])style(?=\s*=)/gi, `$1${styleAttribute}`)
        .replace(/([\s"'/])on[a-z]+(?=\s*=)/gi, '$1data-off'),
    );
  return new DOMParser().parseFromString(quiet, 'text/html');
}

export function styleOf(element: Element): string {
  return element.getAttribute(styleAttribute) ?? '';
}

/** HTML of such a document with its styles as they were. */
export function withStyles(html: string): string {
  return html.replaceAll(`${styleAttribute}=`, 'style=');
}

const meanings: readonly (readonly [RegExp, string])[] = [
  [/font-weight\s*:\s*(?:bold|[6-9]\d\d)/i, 'strong'],
  [/font-style\s*:\s*italic/i, 'em'],
  [/text-decoration(?:-line)?\s*:[^;]*underline/i, 'u'],
  [/text-decoration(?:-line)?\s*:[^;]*line-through/i, 's'],
];

/** What styles say of words becomes elements. Google Docs wraps all in a `<b>` that is not bold. */
export function stylesToMarks(body: HTMLElement): void {
  for (const element of body.querySelectorAll(`[${styleAttribute}]`)) {
    const style = styleOf(element);
    if (
      /^(?:B|STRONG)$/.test(element.tagName) &&
      /font-weight\s*:\s*(?:normal|[1-5]\d\d)/i.test(style)
    ) {
      element.replaceWith(...element.childNodes);
      continue;
    }
    // Only around words: marks do not hold blocks.
    if (!/^(?:SPAN|A|FONT|P|DIV|LI|TD|TH)$/.test(element.tagName)) continue;
    if (element.querySelector('p, div, ul, ol, table, blockquote') !== null) continue;
    for (const [pattern, name] of meanings) {
      // A link is underlined anyway.
      if (!pattern.test(style) || (name === 'u' && element.tagName === 'A')) continue;
      const mark = body.ownerDocument.createElement(name);
      mark.append(...element.childNodes);
      element.append(mark);
    }
  }
}
