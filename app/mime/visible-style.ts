/**
 * What a message's styles hide from whoever reads it, and which of them may stand in mail of ours.
 * Text that the original hides must not come to light when it is quoted ("kobold letters"), and
 * nothing that is quoted may hide: so no property that hides is ever passed on.
 */
import type { Weighted } from './css-rules.ts';

/** What text inherits from the elements around it. */
export interface Inherited {
  readonly visible: boolean;
  /** CSS pixels. */
  readonly fontSize: number;
  /** Undefined when it cannot be told. */
  readonly color: string | undefined;
  readonly background: string | undefined;
}

export const pageStyle: Inherited = {
  visible: true,
  fontSize: 16,
  color: '0,0,0',
  background: '255,255,255',
};

type Style = ReadonlyMap<string, Weighted>;

/** CSS pixels; smaller text is as good as none. */
const leastFontSize = 3;
/** What lies so far outside is not on the page. */
const farAway = -150;

/** Whether the element and all in it is not shown. */
export function hidesElement(style: Style, attributes: Readonly<Record<string, string>>): boolean {
  const of = (name: string) => style.get(name)?.value.toLowerCase() ?? '';
  const is = (name: string, pattern: RegExp) => pattern.test(of(name));
  const away = (name: string) => (lengthOf(of(name)) ?? 0) < farAway;
  const placed = is('position', /^(?:absolute|fixed|relative)$/);
  const cut = /^(?:hidden|clip)$/;
  const none = (name: string) => (lengthOf(of(name)) ?? 99) <= 1;
  return (
    ('hidden' in attributes && !style.has('display')) ||
    is('display', /^none$/) ||
    (style.has('opacity') && Number.parseFloat(of('opacity')) < 0.1) ||
    (placed && ['left', 'top', 'right', 'bottom'].some(away)) ||
    ['text-indent', 'margin-left', 'margin-top', 'margin-inline-start'].some(away) ||
    (is('position', /^(?:absolute|fixed)$/) && is('clip', /rect\(\s*0[a-z]*[\s,]+0[a-z]*[\s,]+/)) ||
    is('clip-path', /inset\(\s*(?:100|[5-9]\d)(?:\.\d+)?%|circle\(\s*0/) ||
    is('transform', /scale[xy]?\(\s*0(?:\.0\d*)?\s*[),]/) ||
    is('filter', /opacity\(\s*0?\.?0*%?\s*\)/) ||
    (['overflow', 'overflow-x', 'overflow-y'].some((name) => is(name, cut)) &&
      ['height', 'max-height', 'width', 'max-width'].some(none))
  );
}

/** What text in the element takes over. */
export function inherit(
  style: Style,
  attributes: Readonly<Record<string, string>>,
  from: Inherited,
): Inherited {
  const of = (name: string) => style.get(name)?.value.toLowerCase();
  const visibility = of('visibility');
  const size = fontSizeOf(of('font-size') ?? sizeOfShorthand(of('font')), from.fontSize);
  const ground = of('background-color') ?? of('background') ?? attributes.bgcolor;
  const picture = /url\(|gradient\(/.test(`${of('background-image')}${of('background')}`);
  const ink = of('color') ?? attributes.color;
  return {
    visible:
      visibility === undefined || visibility === 'inherit'
        ? from.visible
        : !/^(?:hidden|collapse)$/.test(visibility),
    fontSize: size,
    color: ink === undefined || ink === 'inherit' ? from.color : colorOf(ink),
    background:
      picture || 'background' in attributes
        ? undefined
        : ground === undefined || /^(?:transparent|none|inherit|initial)$/.test(ground)
          ? from.background
          : colorOf(ground),
  };
}

/** Whether text of that style can be read. */
export function showsText({ visible, fontSize, color, background }: Inherited): boolean {
  const drowned = color !== undefined && (color === 'none' || color === background);
  return visible && fontSize >= leastFontSize && !drowned;
}

const length = String.raw`-?\d{1,4}(?:\.\d{1,4})?(?:px|pt|em|rem|ex|%)?`;
const color = String.raw`#[\da-f]{3,8}|rgba?\([\d\s,.%/]{1,40}\)|hsla?\([\d\s,.%/deg]{1,40}\)|[a-z]{3,20}`;
const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`, 'i');
const boxes = whole(String.raw`(?:(?:\d{1,4}(?:\.\d{1,4})?(?:px|pt|em|rem|%)?|auto)\s*){1,4}`);
const border = whole(
  String.raw`(?:(?:${length}|thin|medium|thick|none|solid|dashed|dotted|double|${color})\s*){1,3}`,
);
const side = ['', '-top', '-right', '-bottom', '-left'];

/** Properties that may be passed on, with the values that they may have. */
const passed = new Map<string, RegExp>([
  ['color', whole(color)],
  ['background-color', whole(color)],
  ['background', whole(color)],
  ['font-family', /^[\w\s,'"-]{1,200}$/],
  ['font-size', whole(`${length}|(?:xx?-)?(?:small|large)|medium|smaller|larger`)],
  ['font-weight', /^(?:\d{3}|bold|bolder|normal|lighter)$/i],
  ['font-style', /^(?:italic|oblique|normal)$/i],
  ['font-variant', /^(?:normal|small-caps)$/i],
  ['text-decoration', /^[a-z\s-]{1,60}$/i],
  ['text-decoration-line', /^[a-z\s-]{1,60}$/i],
  ['text-align', /^(?:left|right|center|justify|start|end)$/i],
  ['text-transform', /^(?:none|capitalize|uppercase|lowercase)$/i],
  ['vertical-align', whole(`${length}|top|middle|bottom|baseline|sub|super|text-(?:top|bottom)`)],
  [
    'line-height',
    whole(String.raw`(?:[1-9]\d{0,2}(?:\.\d{1,4})?|0?\.[5-9]\d{0,3})(?:px|pt|em|%)?|normal`),
  ],
  ['letter-spacing', whole(String.raw`\d(?:\.\d{1,3})?(?:px|em|pt)?|normal`)],
  ['white-space', /^(?:normal|nowrap|pre|pre-wrap|pre-line|break-spaces)$/i],
  ['word-break', /^[a-z-]{1,20}$/i],
  ['overflow-wrap', /^[a-z-]{1,20}$/i],
  ['list-style-type', /^[a-z-]{1,30}$/i],
  ['direction', /^(?:ltr|rtl)$/i],
  ['unicode-bidi', /^(?:normal|embed|isolate|plaintext)$/i],
  ['width', whole(length)],
  ['max-width', whole(`${length}|none`)],
  ['min-width', whole(length)],
  ['height', whole(`${length}|auto`)],
  ['border-collapse', /^(?:collapse|separate)$/i],
  ['border-spacing', boxes],
  ['border-radius', boxes],
  ['border-color', whole(String.raw`(?:(?:${color})\s*){1,4}`)],
  ['border-style', /^[a-z\s]{1,40}$/i],
  ['border-width', boxes],
  ...side.flatMap((each): [string, RegExp][] => [
    [`margin${each}`, boxes],
    [`padding${each}`, boxes],
    [`border${each}`, border],
  ]),
]);

/** The `style` attribute that may stand in mail of ours; empty when nothing of it may. */
export function passableStyle(style: Style): string {
  const kept: string[] = [];
  for (const [property, pattern] of passed) {
    const value = style.get(property)?.value.trim();
    if (value === undefined || !pattern.test(value)) continue;
    const size = lengthOf(value) ?? 99;
    if (property === 'font-size' && size < leastFontSize) continue;
    if (/^(?:max-)?(?:width|height)$/.test(property) && size <= 1) continue;
    kept.push(`${property}:${value.replace(/"/g, "'")}`);
  }
  return kept.join(';');
}

/** In CSS pixels, an em taken as 16; undefined for what is no length or relative to a box. */
function lengthOf(value: string): number | undefined {
  const match = /^(-?\d*\.?\d+)(px|pt|em|rem|ex|vw|vh|cm|in)?$/i.exec(value.trim());
  if (match === null) return undefined;
  const units: Readonly<Record<string, number>> = {
    pt: 4 / 3,
    em: 16,
    rem: 16,
    ex: 8,
    vw: 7,
    vh: 7,
    cm: 38,
    in: 96,
  };
  return Number(match[1]) * (units[match[2]?.toLowerCase() ?? ''] ?? 1);
}

function sizeOfShorthand(font: string | undefined): string | undefined {
  return /(?:^|\s)(\d*\.?\d+(?:px|pt|em|rem|%))(?:\/|\s)/.exec(font ?? '')?.[1];
}

function fontSizeOf(value: string | undefined, inherited: number): number {
  const match = /^(\d*\.?\d+)(em|%)$/.exec(value?.trim() ?? '');
  if (match !== null) return (inherited * Number(match[1])) / (match[2] === '%' ? 100 : 1);
  if (value === undefined || value === 'inherit') return inherited;
  return lengthOf(value) ?? 16;
}

const names: Readonly<Record<string, string>> = {
  white: '255,255,255',
  black: '0,0,0',
  transparent: 'none',
};

/** `r,g,b`, or `none` for what cannot be seen; undefined for names that are not known here. */
function colorOf(value: string): string | undefined {
  const text = value.trim();
  const hex = /^#?([\da-f]{3,8})$/.exec(text)?.[1];
  if (hex !== undefined && text.startsWith('#') === hex.length < text.length) {
    const digits = hex.length < 6 ? [...hex].map((digit) => digit + digit).join('') : hex;
    if (digits.length === 8 && Number.parseInt(digits.slice(6), 16) < 20) return 'none';
    const parts = [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
    return parts.some(Number.isNaN) ? undefined : parts.join(',');
  }
  const rgb = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+([\d.]+)(%)?)?\s*\)$/.exec(text);
  if (rgb !== null) {
    const alpha = rgb[4] === undefined ? 1 : Number(rgb[4]) / (rgb[5] === '%' ? 100 : 1);
    return alpha < 0.08 ? 'none' : [rgb[1], rgb[2], rgb[3]].map(Number).join(',');
  }
  return Object.hasOwn(names, text) ? names[text] : undefined;
}
