/**
 * Hostile HTML to a document fragment. Order matters: pictures are mapped and remote content is
 * taken out first, DOMPurify comes last, and nothing is edited or parsed again after it.
 * The frame it goes into has no scripts (sandbox) and its own CSP: each layer alone must hold.
 */
import DOMPurify from 'dompurify';
import type { PartDto } from '../../app/contract/index.ts';
import { cleanDeclarations, cleanStyleSheet } from './sanitise-css.ts';

export const htmlCaps = {
  /** Characters; more is shown as text. */
  length: 1_500_000,
  /** Deeper trees are shown as text: they are attacks on the layout, not letters. */
  depth: 400,
} as const;

export interface SafeHtml {
  readonly fragment: DocumentFragment;
  /** Pictures, backgrounds and style resources that would have told the sender of the reading. */
  readonly remoteCount: number;
}

const allowedTags = (
  'a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del ' +
  'details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins ' +
  'kbd li main mark nav ol p pre q rp rt ruby s samp section small span strike strong style sub summary sup ' +
  'table tbody td tfoot th thead time tr tt u ul var wbr'
).split(' ');

const allowedAttributes = (
  'abbr align alt bgcolor border cellpadding cellspacing char charoff class cite clear color cols colspan ' +
  'compact dir face height href hspace id label lang noshade nowrap open reversed rows rowspan rules scope size ' +
  'span src start style summary title type valign value vspace width'
).split(' ');

const namesResource: ReadonlySet<string> = new Set(['href', 'src', 'cite']);

/** The frame's own realm: what is parsed in it obeys the frame's CSP, which lets styles be read. */
export type FrameRealm = Window & typeof globalThis;

/**
 * @param parts of the same message: only their own urls may be shown by `cid:`
 * @param realm the window of the frame that will hold the fragment
 * @returns undefined when the message is beyond the caps and must be shown as text
 */
export function sanitiseHtml(
  html: string,
  parts: readonly PartDto[],
  realm: FrameRealm,
): SafeHtml | undefined {
  if (html.length > htmlCaps.length) return undefined;
  // An inert document: no script runs and nothing is fetched.
  const inert = new realm.DOMParser().parseFromString(html, 'text/html');
  if (depthOf(inert.documentElement) > htmlCaps.depth) return undefined;
  // Styles of the head come along; the rest of the head does not.
  const sheet = sheetOf(inert);
  const remoteCount = takeOutRemote(sheet, urlsByContentId(parts), realm);
  const purifier = DOMPurify(realm);
  const fragment = purifier.sanitize(inert.body, {
    ALLOWED_TAGS: [...allowedTags, 'body', '#text'],
    ALLOWED_ATTR: allowedAttributes,
    // Only these three name a resource; the rest are words and numbers.
    ADD_URI_SAFE_ATTR: allowedAttributes.filter((name) => !namesResource.has(name)),
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP:
      /^(?:https?:|mailto:|data:image\/(?:png|jpeg|gif|webp|bmp|avif)[;,]|\/part\/)/i,
    RETURN_DOM_FRAGMENT: true,
  });
  return { fragment, remoteCount };
}

/** The body's own look (colour, class, style) moves to an element that survives: many letters rely on it. */
function sheetOf(inert: Document): HTMLElement {
  const sheet = inert.createElement('div');
  for (const name of ['class', 'style', 'bgcolor', 'dir', 'lang']) {
    const value = inert.body.getAttribute(name);
    if (value !== null) sheet.setAttribute(name, value);
  }
  sheet.append(...inert.head.querySelectorAll('style'), ...inert.body.childNodes);
  inert.body.replaceChildren(sheet);
  return inert.body;
}

/** Iterative: the tree may be as deep as the sender likes. */
function depthOf(root: Element): number {
  let deepest = 0;
  const open: [Element, number][] = [[root, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [element, depth] = next;
    deepest = Math.max(deepest, depth);
    if (deepest > htmlCaps.depth) return deepest;
    for (const child of element.children) open.push([child, depth + 1]);
  }
  return deepest;
}

function urlsByContentId(parts: readonly PartDto[]): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  for (const part of parts) {
    if (part.contentId === undefined || part.url === undefined) continue;
    // Only the app's own part paths: a url from anywhere else would be a fetch.
    if (!/^\/part\/[\w/-]+$/.test(part.url)) continue;
    urls.set(part.contentId.replace(/^<|>$/g, '').toLowerCase(), part.url);
  }
  return urls;
}

function contentIdOf(source: string): string {
  try {
    return decodeURIComponent(source.slice(4)).toLowerCase();
  } catch {
    return source.slice(4).toLowerCase();
  }
}

const remoteAttributes = ['srcset', 'background', 'poster', 'longdesc', 'lowsrc', 'dynsrc', 'ping'];

function takeOutRemote(
  body: HTMLElement,
  contentUrls: ReadonlyMap<string, string>,
  realm: FrameRealm,
): number {
  let count = 0;
  for (const image of body.querySelectorAll('img')) {
    const source = (image.getAttribute('src') ?? '').trim();
    const isData = /^data:image\//i.test(source);
    const own = /^cid:/i.test(source) ? contentUrls.get(contentIdOf(source)) : undefined;
    if (own !== undefined) image.setAttribute('src', own);
    else if (!isData) {
      image.removeAttribute('src');
      if (/^(?:https?:)?\/\//i.test(source)) count += 1;
      // An empty box where a picture was says nothing; its words may.
      image.replaceWith((image.getAttribute('alt') ?? '').trim());
    }
  }
  for (const element of body.querySelectorAll('*')) {
    for (const name of remoteAttributes) {
      if (!element.hasAttribute(name)) continue;
      if (name === 'background' || name === 'poster') count += 1;
      element.removeAttribute(name);
    }
    if (element.hasAttribute('style') && element instanceof realm.HTMLElement) {
      count += cleanDeclarations(element.style);
    }
  }
  for (const style of body.querySelectorAll('style')) {
    const cleaned = cleanStyleSheet(style.textContent ?? '');
    count += cleaned.remoteCount;
    style.textContent = cleaned.css;
  }
  return count;
}
