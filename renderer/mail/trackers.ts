/**
 * Tells pictures that are there to be fetched from those that are there to be seen. By form alone:
 * size, and addresses as known mailing programs write them. What names the reader's own address is
 * found by the engine.
 */

export interface PictureFacts {
  readonly url: string;
  /** CSS pixels as the message says; undefined when it does not. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Not drawn at all. */
  readonly hidden: boolean;
  /** It has words for who cannot see it. */
  readonly described: boolean;
}

/** Nobody looks at a picture this small. */
const smallest = 3;

export function isTracker(facts: PictureFacts): boolean {
  const { url, width, height, hidden, described } = facts;
  if (hidden) return true;
  if ((width ?? smallest) < smallest || (height ?? smallest) < smallest) return true;
  if (beacons.some((form) => form.test(url))) return true;
  return !described && width === undefined && height === undefined && isBareToken(url);
}

/** Host and path of beacons, as the programs of many senders write them. */
const beacons: readonly RegExp[] = [
  /\/(?:wf|ss|mpss|asm|e2t|e3t|ls|emimp|imp|trk|trace)\/(?:o|open|click|bto)?\b/i,
  /\/(?:track|tracking|trk|t|email|mail|e)\/(?:open|opens|opened|view|pixel|beacon|read)\b/i,
  /\/(?:open|opens|opened|openrate|readreceipt|read-receipt|pixel|beacon|webbug|1x1|spacer|blank|clear|transparent)(?:\.(?:gif|png|jpe?g|php|aspx?|ashx|cgi))?(?:[/?;]|$)/i,
  /\/(?:o|p|q|u|x|px|pix|trk|dot|t|c)\.(?:gif|png|php|aspx?|ashx)(?:[?;]|$)/i,
  /^https?:\/\/(?:[^/]+\.)?list-manage\.com\/track\//i,
  /^https?:\/\/(?:[^/]+\.)?mandrillapp\.com\/track\//i,
  /^https?:\/\/(?:[^/]+\.)?awstrack\.me\/I0\//i,
  /^https?:\/\/(?:[^/]+\.)?(?:mailtrack\.io|getnotify\.com|bananatag\.com|yesware\.com|mixmax\.com|sidekickopen\d*\.com|mailfoogae\.appspot\.com)\//i,
  /^https?:\/\/(?:[^/]+\.)?(?:google-analytics\.com|doubleclick\.net|facebook\.com\/tr|bat\.bing\.com|px\.ads\.linkedin\.com|analytics\.twitter\.com)/i,
];

const pictureEnding = /\.(?:png|jpe?g|gif|webp|avif|bmp|svg)$/i;

/** Nothing but a long number for one reader: no name of a file, no size, no words. */
function isBareToken(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || pictureEnding.test(url.pathname)) return false;
  const values = [...url.searchParams.values(), ...url.pathname.split('/')];
  return values.some(
    (value) => value.length >= 24 && /^[\w~=+-]+$/.test(value) && /\d/.test(value),
  );
}
