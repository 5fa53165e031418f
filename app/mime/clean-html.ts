/**
 * HTML for mail of ours: what a person wrote, a signature, or a stranger's message that is quoted.
 * Only known elements and attributes come out, made anew: no script, no form, no resource from
 * elsewhere, and nothing that is hidden. The window's own sanitiser looks at it again.
 */
import {
  type MatchState,
  matchElement,
  matchRoot,
  parseStyleSheets,
  type StyleSheet,
} from './css-rules.ts';
import { textOfTree } from './html-plain.ts';
import { type HtmlElement, type HtmlNode, parseHtml, serialiseHtml } from './html-tree.ts';
import {
  hidesElement,
  type Inherited,
  inherit,
  pageStyle,
  passableStyle,
  showsText,
} from './visible-style.ts';

export interface CleanHtml {
  /** What stands within a body. */
  readonly html: string;
  /** The same words as plain text. */
  readonly text: string;
  /** Content-IDs that the html shows, as they are in it. */
  readonly contentIds: ReadonlySet<string>;
}

export interface CleanOptions {
  /** The Content-ID under which a picture is sent; undefined leaves it out. */
  readonly contentId: (contentId: string) => string | undefined;
  /** Keeps the composer's own marks, so that a draft can be gone on with; never in mail that is sent. */
  readonly keepMarks?: boolean;
  /** The Content-ID for a picture that stands in the html as data; without it, it stays there. */
  readonly dataPicture?: (mimeType: string, base64: string) => string;
}

/** Elements × selectors that are looked at for what a sheet of a stranger's message says. */
const mostMatches = 3_000_000;

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const kept = words(
  'a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt ' +
    'em figcaption figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span ' +
    'strike strong sub sup table tbody td tfoot th thead tr tt u ul var wbr',
);
/** Nothing of what is in these is shown, or it is not a letter's. */
const dropped = words(
  'applet area audio base button canvas datalist embed frame frameset head iframe input link map math meta ' +
    'noembed noframes noscript object option optgroup param plaintext portal progress meter script select source ' +
    'style svg template textarea title track video xmp',
);
/** How the composer finds a signature and a forwarded message again. */
const marks = words('letterlock-signature letterlock-original');
const onAny = words('align dir lang title');
const ofElement: Readonly<Record<string, ReadonlySet<string>>> = {
  a: words('href'),
  blockquote: words('type'),
  col: words('span width'),
  colgroup: words('span width'),
  font: words('color face size'),
  img: words('alt height src width'),
  li: words('value'),
  ol: words('start type reversed'),
  table: words('bgcolor border cellpadding cellspacing width'),
  td: words('bgcolor colspan height rowspan valign width'),
  th: words('bgcolor colspan height rowspan scope valign width'),
  tr: words('bgcolor valign'),
  ul: words('type'),
};

/** Undefined when it is larger or deeper than a letter is. @param html hostile */
export function cleanHtml(html: string, options: CleanOptions): CleanHtml | undefined {
  const document = parseHtml(html);
  if (document === undefined) return undefined;
  const sheet = parseStyleSheets(document.styles);
  if (sheet.selectors.length * countElements(document.root) > mostMatches) return undefined;
  const contentIds = new Set<string>();
  const picture = (src: string): string | undefined => {
    const [, type, base64] =
      /^data:(image\/(?:png|jpeg|gif|webp));base64,([a-z\d+/=\s]+)$/i.exec(src) ?? [];
    if (type !== undefined && base64 !== undefined) {
      const cid = options.dataPicture?.(type.toLowerCase(), base64);
      return cid === undefined ? src : `cid:${cid}`;
    }
    const named = /^cid:(.+)$/is.exec(src)?.[1];
    const sent = named === undefined ? undefined : options.contentId(decoded(named));
    if (sent === undefined) return undefined;
    contentIds.add(sent);
    return `cid:${sent}`;
  };
  const keepMarks = options.keepMarks === true;
  const nodes = clean(document.root, { sheet, picture, keepMarks }, pageStyle, matchRoot(sheet));
  return { html: serialiseHtml(nodes), text: textOfTree(nodes), contentIds };
}

interface Context {
  readonly sheet: StyleSheet;
  readonly picture: (src: string) => string | undefined;
  readonly keepMarks: boolean;
}

function clean(
  { children }: HtmlElement,
  context: Context,
  around: Inherited,
  match: MatchState,
): HtmlNode[] {
  const result: HtmlNode[] = [];
  let before: MatchState | undefined;
  for (const child of children) {
    if (typeof child === 'string') {
      // White space parts words, whether it could be seen or not.
      if (showsText(around) || child.trim() === '') result.push(child.toWellFormed());
      continue;
    }
    const { state, style } = matchElement(context.sheet, child, match, before);
    before = state;
    if (dropped.has(child.name) || hidesElement(style, child.attributes)) continue;
    const inside = inherit(style, child.attributes, around);
    if (child.name === 'img') {
      result.push(...image(child, context, inside, passableStyle(style)));
      continue;
    }
    const nodes = clean(child, context, inside, state);
    if (!kept.has(child.name)) {
      result.push(...nodes);
      continue;
    }
    const attributes = passableAttributes(child);
    const said = passableStyle(style);
    if (said !== '') attributes.style = said;
    const mark = child.attributes.class ?? '';
    if (context.keepMarks && marks.has(mark)) attributes.class = mark;
    result.push({ name: child.name, attributes, children: nodes });
  }
  return result;
}

/** A picture that is not sent along is never fetched from elsewhere: its words stand in for it. */
function image(
  element: HtmlElement,
  { picture }: Context,
  inside: Inherited,
  style: string,
): HtmlNode[] {
  if (!inside.visible) return [];
  const src = picture(element.attributes.src?.trim() ?? '');
  const alt = element.attributes.alt?.trim() ?? '';
  if (src === undefined) return alt === '' || !showsText(inside) ? [] : [alt.toWellFormed()];
  const attributes: Record<string, string> = { ...passableAttributes(element), src };
  if (style !== '') attributes.style = style;
  return [{ name: 'img', attributes, children: [] }];
}

function passableAttributes({ name, attributes }: HtmlElement): Record<string, string> {
  const result: Record<string, string> = {};
  const own = ofElement[name];
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'src' || !(onAny.has(key) || own?.has(key) === true)) continue;
    const text = value.toWellFormed().slice(0, 4_000);
    if (key === 'href') {
      const href = link(text);
      if (href !== undefined) result.href = href;
    } else if (/^[^\p{Cc}]*$/u.test(text)) result[key] = text;
  }
  return result;
}

/** A link that leads to the web, a mailbox or a telephone. */
function link(value: string): string | undefined {
  const text = value.replace(/[\p{Cc}\s]+/gu, (space) => (/^ +$/.test(space) ? '%20' : ''));
  return /^(?:https?:\/\/|mailto:|tel:)/i.test(text) ? text : undefined;
}

function decoded(contentId: string): string {
  try {
    return decodeURIComponent(contentId);
  } catch {
    return contentId;
  }
}

function countElements(root: HtmlElement): number {
  let count = 0;
  const waiting = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    count += 1;
    for (const child of next.children) if (typeof child !== 'string') waiting.push(child);
  }
  return count;
}
