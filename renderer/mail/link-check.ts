/**
 * Where a link really goes, and what about it could deceive. Pure: knows no list of good or bad
 * names, only forms. Scripts of a name: Unicode UTS 39 §5.1, much simplified.
 */
import { unicodeHost } from './punycode.ts';

export type LinkWarning =
  /** The text shows another place than the one it leads to. */
  | 'other-place'
  /** Letters of scripts that are not written together, or a whole name that looks like Latin. */
  | 'lookalike'
  /** Something before an @ that looks like a host and is none. */
  | 'user-name'
  /** A bare network address instead of a name. */
  | 'ip-address';

export interface LinkFacts {
  /** As the browser would ask for it. */
  readonly url: string;
  /** For people: decoded. For mailto links the address. */
  readonly place: string;
  /** As it is on the wire, where that differs from `place`. */
  readonly wirePlace?: string;
  readonly warnings: readonly LinkWarning[];
}

/** @param text what stands under the pointer; @param href http, https or mailto */
export function judgeLink(text: string, href: string): LinkFacts | undefined {
  const url = URL.parse(href);
  if (url === null) return undefined;
  if (url.protocol === 'mailto:') return judgeMailto(text, url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const host = url.hostname;
  const place = unicodeHost(host);
  const warnings: LinkWarning[] = [];
  const shown = shownHosts(text);
  if (shown.length > 0 && !shown.some((one) => samePlace(one, host))) warnings.push('other-place');
  if (isLookalike(place)) warnings.push('lookalike');
  if (url.username !== '' || url.password !== '') warnings.push('user-name');
  if (/^[\d.]+$/.test(host) || host.startsWith('[')) warnings.push('ip-address');
  return {
    url: url.href,
    place,
    ...(place === host ? {} : { wirePlace: host }),
    warnings,
  };
}

function judgeMailto(text: string, url: URL): LinkFacts {
  const place = decoded(url.pathname);
  const shown = [...text.matchAll(/[^\s<>()"',;:]{1,64}@[^\s<>()"',;:]{1,255}/g)].map(([one]) =>
    one.toLowerCase().replace(/[.!?]+$/, ''),
  );
  const told = place.toLowerCase().split(',');
  const differs = shown.length > 0 && !shown.some((one) => told.includes(one));
  return { url: url.href, place, warnings: differs ? ['other-place'] : [] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const hostPattern =
  /(?:(https?:\/\/)|(?<![\p{L}\p{N}@._-]))(?:[^\s/@<>"']{1,200}@)?((?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.){1,10}[\p{L}][\p{L}\p{N}-]{1,62})(?![\p{L}\p{N}@]|\.[\p{L}\p{N}])/giu;

/** Endings of files that people write about. Some are top-level domains, too: then `www.` or a scheme tells. */
const fileEnding =
  /\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|txt|rtf|csv|png|jpe?g|gif|webp|svg|html?|zip|rar|7z|gz|mp[34]|mov|exe|dmg|json|xml|js|ts|py|sh|md|eml|ics)$/i;

/** Hosts that a text shows: with a scheme, with `www.`, or a bare name. */
function shownHosts(text: string): string[] {
  const hosts: string[] = [];
  // As the browser would read it: full-width letters and dots are letters and dots.
  const plain = text
    .slice(0, 2_000)
    .normalize('NFKC')
    .replace(/\u3002/g, '.');
  for (const match of plain.matchAll(hostPattern)) {
    const [, scheme, host = ''] = match;
    const certain = scheme !== undefined || /^www\./i.test(host);
    if (!certain && fileEnding.test(host)) continue;
    const read = URL.parse(`https://${host}/`)?.hostname;
    if (read !== undefined) hosts.push(read);
  }
  return hosts;
}

/** The same name, or one within the other: `example.org` and `www.example.org`. */
function samePlace(a: string, b: string): boolean {
  const plain = (host: string) =>
    host
      .toLowerCase()
      .replace(/^www\./, '')
      .replace(/\.$/, '');
  const [one, two] = [plain(a), plain(b)];
  return one === two || two.endsWith(`.${one}`) || one.endsWith(`.${two}`);
}

const scripts = {
  Latin: /\p{Script=Latin}/u,
  Cyrillic: /\p{Script=Cyrillic}/u,
  Greek: /\p{Script=Greek}/u,
  Armenian: /\p{Script=Armenian}/u,
  Hebrew: /\p{Script=Hebrew}/u,
  Arabic: /\p{Script=Arabic}/u,
  Cherokee: /\p{Script=Cherokee}/u,
  Georgian: /\p{Script=Georgian}/u,
  Devanagari: /\p{Script=Devanagari}/u,
  Thai: /\p{Script=Thai}/u,
  Han: /\p{Script=Han}/u,
  Hiragana: /\p{Script=Hiragana}/u,
  Katakana: /\p{Script=Katakana}/u,
  Hangul: /\p{Script=Hangul}/u,
  Bopomofo: /\p{Script=Bopomofo}/u,
} as const;

/** What is written together in the languages that mix. */
const together: readonly (readonly string[])[] = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Hangul'],
  ['Latin', 'Han', 'Bopomofo'],
];

/** Letters of other scripts that are drawn like Latin ones. */
const drawnLikeLatin = /^[асеорхуіѕјԁһԛԝѵӏгпмткнвьοονερτικυαωγʟ\d-]+$/u;

function isLookalike(host: string): boolean {
  return host.split('.').some((label) => {
    if (/^[\p{ASCII}]*$/u.test(label)) return false;
    // Invisible or combining signs after a letter that has none in its own right.
    if (/[\p{Cf}\p{Zs}]/u.test(label)) return true;
    const used = Object.entries(scripts).flatMap(([name, sign]) =>
      sign.test(label) ? [name] : [],
    );
    if (used.length > 1 && !together.some((set) => used.every((name) => set.includes(name)))) {
      return true;
    }
    return !used.includes('Latin') && drawnLikeLatin.test(label);
  });
}
