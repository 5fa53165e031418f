/**
 * Makes a letter that was written for white paper readable on dark paper: white grounds become the
 * paper, dark ink becomes light, coloured words keep their hue. Letters with a design of their own
 * are left as they are. Works on the frame's laid-out nodes after the sanitiser; only styles are set.
 */
import {
  chroma,
  contrast,
  formatColour,
  fromOklab,
  luminance,
  over,
  parseColour,
  type Rgb,
  readableOn,
  toOklab,
} from './colour.ts';

/** The window's own colours, opaque. */
export interface DarkPaper {
  readonly paper: Rgb;
  readonly ink: Rgb;
  readonly hairline: Rgb;
}

/** Letters with more elements keep their colours: looking at each would hold the window up. */
const mostElements = 4_000;
/** Share of the letter that may be covered by grounds of its own before it counts as designed. */
const designShare = 0.18;
/** WCAG AA for text, and what near-black text gets. */
export const leastContrast = 4.5;

interface Look {
  readonly element: HTMLElement;
  readonly ground: Rgb | undefined;
  readonly ink: Rgb | undefined;
  readonly hasText: boolean;
  readonly hasPicture: boolean;
  readonly borders: readonly (readonly [side: string, colour: Rgb])[];
}

/** @returns false when the letter keeps its own colours; nothing was changed then */
export function adaptToDark(doc: Document, paper: DarkPaper): boolean {
  const view = doc.defaultView;
  if (view === null) return false;
  const elements = [...doc.body.querySelectorAll<HTMLElement>('*')];
  if (elements.length > mostElements) return false;
  // All is read before anything is written: each change would have the styles computed again.
  const looks = elements
    .filter((element) => element.tagName !== 'STYLE')
    .map((element) => lookOf(element, view));
  if (isDesigned(looks, doc)) return false;
  const grounds = new Map<Element, Rgb>();
  for (const look of looks) apply(look, grounds, paper);
  return true;
}

const sides = ['top', 'right', 'bottom', 'left'];

function lookOf(element: HTMLElement, view: Window): Look {
  const style = view.getComputedStyle(element);
  const ground = parseColour(style.backgroundColor);
  return {
    element,
    ground: ground === undefined || ground.a < 0.05 ? undefined : ground,
    ink: parseColour(style.color),
    hasText: [...element.childNodes].some(
      (node) => node.nodeType === 3 && (node.nodeValue ?? '').trim() !== '',
    ),
    hasPicture: style.backgroundImage !== 'none',
    borders: sides.flatMap((side) => {
      if (style.getPropertyValue(`border-${side}-style`) === 'none') return [];
      const line = parseColour(style.getPropertyValue(`border-${side}-color`));
      return line === undefined || line.a < 0.05 ? [] : [[side, line] as const];
    }),
  };
}

const white: Rgb = { r: 255, g: 255, b: 255, a: 1 };

/** White, or so near to it that it stands for paper. */
function isPaper(ground: Rgb): boolean {
  const lab = toOklab(over(ground, white));
  return lab.l > 0.86 && chroma(lab) < 0.045;
}

function isDesigned(looks: readonly Look[], doc: Document): boolean {
  const area = Math.max(1, doc.body.scrollWidth * doc.body.scrollHeight);
  let covered = 0;
  const counted = new Set<Element>();
  for (const { element, ground, hasPicture } of looks) {
    if (!hasPicture && (ground === undefined || isPaper(ground))) continue;
    // What lies within a ground that was counted covers nothing more.
    if (element.parentElement !== null && isWithin(element.parentElement, counted)) continue;
    counted.add(element);
    const { width, height } = element.getBoundingClientRect();
    covered += width * height;
    if (covered / area > designShare) return true;
  }
  return false;
}

function isWithin(element: Element, set: ReadonlySet<Element>): boolean {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    if (set.has(at)) return true;
  }
  return false;
}

function apply(look: Look, grounds: Map<Element, Rgb>, paper: DarkPaper): void {
  const { element, ground, ink, hasText, borders } = look;
  const below = groundBelow(element.parentElement, grounds) ?? paper.paper;
  let here = below;
  if (ground !== undefined) {
    here = adaptGround(over(ground, white), paper.paper);
    grounds.set(element, here);
    element.style.setProperty('background-color', formatColour(here), 'important');
  }
  if (hasText) {
    const adapted = adaptInk(ink, here, paper.ink);
    element.style.setProperty('color', formatColour(adapted), 'important');
  }
  for (const [side, line] of borders) {
    const isGrey = chroma(toOklab(line)) < 0.045;
    // Pale lines would glare, dark ones vanish.
    if (isGrey && (luminance(line) > 0.35 || contrast(line, here) < 1.4)) {
      element.style.setProperty(`border-${side}-color`, formatColour(paper.hairline), 'important');
    }
  }
}

function groundBelow(element: Element | null, grounds: ReadonlyMap<Element, Rgb>): Rgb | undefined {
  for (let at = element; at !== null; at = at.parentElement) {
    const found = grounds.get(at);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Light grounds become dark ones, the whitest the paper itself; others are a design and stay. */
export function adaptGround(ground: Rgb, paper: Rgb): Rgb {
  const lab = toOklab(ground);
  if (lab.l < 0.7) return ground;
  const paperLab = toOklab(paper);
  // From white, which is the paper, to a shade that stands off from it.
  const away = Math.min(1, (1 - lab.l) / 0.3);
  return fromOklab({
    l: paperLab.l + away * 0.14,
    a: paperLab.a * (1 - away) + lab.a * 0.7,
    b: paperLab.b * (1 - away) + lab.b * 0.7,
  });
}

/** Grey and black words become the window's ink; words with a colour keep it, made readable. */
export function adaptInk(ink: Rgb | undefined, ground: Rgb, windowInk: Rgb): Rgb {
  const wanted = ink === undefined ? windowInk : over(ink, ground);
  if (contrast(wanted, ground) >= leastContrast) return wanted;
  const lab = toOklab(wanted);
  const isBlack = chroma(lab) < 0.04 && lab.l < 0.45;
  if (isBlack && contrast(windowInk, ground) >= leastContrast) return windowInk;
  return readableOn(wanted, ground, leastContrast + 0.1);
}
