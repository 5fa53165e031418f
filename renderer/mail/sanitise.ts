/**
 * Hostile HTML to a document fragment. Order matters: pictures are mapped and remote content is
 * taken out first, DOMPurify comes last, and nothing is edited or parsed again after it.
 * The frame it goes into has no scripts (sandbox) and its own CSP: each layer alone must hold.
 */
import DOMPurify from 'dompurify';
import type { PartDto } from '../../app/contract/index.ts';
import { type AllowedPictures, type FoundRemote, mapPictures } from './remote-pictures.ts';

export const htmlCaps = {
  /** Characters; more is shown as text. */
  length: 1_500_000,
  /** Deeper trees are shown as text: they are attacks on the layout, not letters. */
  depth: 400,
  /** More elements would hold the window up. */
  elements: 25_000,
  /** Of one element; taking out tens of thousands one by one takes seconds. */
  attributes: 200,
} as const;

export interface SafeHtml {
  readonly fragment: DocumentFragment;
  /** What would have told the sender of the reading, loaded now or not. */
  readonly remote: FoundRemote;
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
 * @param allowed pictures elsewhere that may be shown, by their addresses
 * @returns undefined when the message is beyond the caps and must be shown as text
 */
export function sanitiseHtml(
  html: string,
  parts: readonly PartDto[],
  realm: FrameRealm,
  allowed: AllowedPictures = new Map(),
): SafeHtml | undefined {
  if (html.length > htmlCaps.length) return undefined;
  // An inert document: no script runs and nothing is fetched.
  const inert = new realm.DOMParser().parseFromString(html, 'text/html');
  if (inert.getElementsByTagName('*').length > htmlCaps.elements) return undefined;
  if (isBeyondCaps(inert.documentElement)) return undefined;
  // Styles of the head come along; the rest of the head does not.
  const sheet = sheetOf(inert);
  const remote = mapPictures(sheet, parts, allowed, realm);
  const purifier = DOMPurify(realm);
  const fragment = purifier.sanitize(inert.body, {
    ALLOWED_TAGS: [...allowedTags, 'body', '#text'],
    ALLOWED_ATTR: allowedAttributes,
    // Only these three name a resource; the rest are words and numbers.
    ADD_URI_SAFE_ATTR: allowedAttributes.filter((name) => !namesResource.has(name)),
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP:
      /^(?:https?:|mailto:|data:image\/(?:png|jpeg|gif|webp|bmp|avif)[;,]|\/(?:part|remote)\/)/i,
    RETURN_DOM_FRAGMENT: true,
  });
  return { fragment, remote };
}

/** The body's own look (colour, class, style) moves to an element that survives: many letters rely on it. */
function sheetOf(inert: Document): HTMLElement {
  const sheet = inert.createElement('div');
  for (const name of ['class', 'style', 'dir', 'lang']) {
    const value = inert.body.getAttribute(name);
    if (value !== null) sheet.setAttribute(name, value);
  }
  // Old attributes that mean something on a body only.
  for (const [name, property] of [
    ['bgcolor', 'background-color'],
    ['text', 'color'],
  ] as const) {
    const value = inert.body.getAttribute(name);
    const isSet = sheet.style.getPropertyValue(property) !== '';
    if (value !== null && !isSet) sheet.style.setProperty(property, value);
  }
  sheet.append(...inert.head.querySelectorAll('style'), ...inert.body.childNodes);
  inert.body.replaceChildren(sheet);
  return inert.body;
}

/** Iterative: the tree may be as deep as the sender likes. */
function isBeyondCaps(root: Element): boolean {
  const open: [Element, number][] = [[root, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [element, depth] = next;
    if (depth > htmlCaps.depth || element.attributes.length > htmlCaps.attributes) return true;
    for (const child of element.children) open.push([child, depth + 1]);
  }
  return false;
}
