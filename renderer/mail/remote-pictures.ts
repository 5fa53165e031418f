/**
 * Maps or takes out everything in an inert document that names a resource: pictures of the message
 * itself become the app's own paths, allowed ones elsewhere too, trackers never. What remains was
 * neither loaded nor forgotten: it is counted.
 */
import type { PartDto } from '../../app/contract/index.ts';
import type { FrameRealm } from './sanitise.ts';
import { cleanDeclarations, cleanStyleSheet, type OwnPath } from './sanitise-css.ts';
import { isTracker } from './trackers.ts';

export interface FoundRemote {
  /** Addresses of pictures that could be loaded, each once, in the order of the message. */
  readonly pictures: readonly string[];
  /** Different addresses of pictures that are there to tell of the reading. */
  readonly trackers: readonly string[];
  /** Other resources: fonts, imported styles, pictures of style sheets. */
  readonly others: number;
}

/** Paths of `remote.resolve`, by the address as it stands in the message. */
export type AllowedPictures = ReadonlyMap<string, string>;

const remoteAttributes = ['srcset', 'background', 'poster', 'longdesc', 'lowsrc', 'dynsrc', 'ping'];
/** As `remote.resolve` takes them. */
const longestUrl = 4_000;
const mostPictures = 300;

export function mapPictures(
  body: HTMLElement,
  parts: readonly PartDto[],
  allowed: AllowedPictures,
  realm: FrameRealm,
): FoundRemote {
  const own = urlsByContentId(parts);
  const pictures = new Set<string>();
  const trackers = new Set<string>();
  let others = 0;

  const pathOf: OwnPath = (source) => {
    if (/^cid:/i.test(source)) return own.get(contentIdOf(source));
    const url = absolute(source);
    if (url === undefined) return undefined;
    if (trackers.has(url)) return undefined;
    if (pictures.size < mostPictures) pictures.add(url);
    const path = allowed.get(url);
    return path !== undefined && ownRemotePath.test(path) ? path : undefined;
  };

  for (const image of body.querySelectorAll('img')) {
    const source = sourceOf(image);
    if (/^data:image\//i.test(source)) continue;
    const url = absolute(source);
    if (url !== undefined && isTracker(factsOf(image, url))) trackers.add(url);
    const path = pathOf(source);
    image.removeAttribute('src');
    if (path !== undefined) image.setAttribute('src', path);
    // An empty box where a picture was says nothing; its words may.
    else image.replaceWith((image.getAttribute('alt') ?? '').trim());
  }
  for (const element of body.querySelectorAll('*')) {
    const background = element.getAttribute('background');
    if (element.hasAttribute('poster')) others += 1;
    for (const name of remoteAttributes) element.removeAttribute(name);
    if (!(element instanceof realm.HTMLElement)) continue;
    if (element.hasAttribute('style')) cleanDeclarations(element.style, pathOf);
    // After the message's own styles were cleaned: they never pass with an app's path in them.
    const path = background === null ? undefined : pathOf(background.trim());
    if (path !== undefined) element.style.setProperty('background-image', `url("${path}")`);
  }
  for (const style of body.querySelectorAll('style')) {
    const cleaned = cleanStyleSheet(style.textContent ?? '');
    others += cleaned.remoteCount;
    style.textContent = cleaned.css;
  }
  return { pictures: [...pictures], trackers: [...trackers], others };
}

const ownPartPath = /^\/part\/[\w-]+$/;
const ownRemotePath = /^\/remote\/[\w-]+$/;

/** The address of one picture; the first of `srcset` where there is no other. */
function sourceOf(image: HTMLImageElement): string {
  const source = (image.getAttribute('src') ?? '').trim();
  if (source !== '') return source;
  return (image.getAttribute('srcset') ?? '').trim().split(/[\s,]/)[0] ?? '';
}

/** With a scheme; undefined for everything that is not on the web. */
function absolute(source: string): string | undefined {
  const url = source.startsWith('//') ? `https:${source}` : source;
  return /^https?:\/\//i.test(url) && url.length <= longestUrl && URL.canParse(url)
    ? url
    : undefined;
}

function factsOf(image: HTMLImageElement, url: string) {
  const { display, visibility, opacity } = image.style;
  return {
    url,
    width: pixels(image, 'width'),
    height: pixels(image, 'height'),
    hidden:
      display === 'none' ||
      visibility === 'hidden' ||
      opacity === '0' ||
      image.hasAttribute('hidden'),
    described: (image.getAttribute('alt') ?? '').trim() !== '',
  };
}

function pixels(image: HTMLImageElement, name: 'width' | 'height'): number | undefined {
  for (const value of [image.style.getPropertyValue(name), image.getAttribute(name) ?? '']) {
    const found = /^\s*(\d{1,5}(?:\.\d+)?)(?:px)?\s*$/.exec(value)?.[1];
    if (found !== undefined) return Number(found);
  }
  return undefined;
}

function urlsByContentId(parts: readonly PartDto[]): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  for (const part of parts) {
    if (part.contentId === undefined || part.url === undefined) continue;
    // Only the app's own part paths: a url from anywhere else would be a fetch.
    if (!ownPartPath.test(part.url)) continue;
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
