/**
 * Colours for reading: contrast (WCAG 2.2 §1.4.3) and shifting lightness while the hue stays.
 * OKLab: Björn Ottosson, "A perceptual color space for image processing", 2020.
 */

/** Red, green and blue from 0 to 255, alpha from 0 to 1. */
export interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

/** What a browser gives as a computed colour, or a token in hexadecimal; undefined for other forms. */
export function parseColour(text: string): Rgb | undefined {
  const hex = /^#([0-9a-f]{6})$/i.exec(text.trim())?.[1];
  if (hex !== undefined) {
    const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
    return { r, g, b, a: 1 };
  }
  const numbers = /^rgba?\(([^)]*)\)$/i
    .exec(text.trim())?.[1]
    ?.split(/[\s,/]+/)
    .map(Number);
  const [r, g, b, a = 1] = numbers ?? [];
  if (r === undefined || g === undefined || b === undefined) return undefined;
  return [r, g, b, a].every(Number.isFinite) ? { r, g, b, a } : undefined;
}

export function formatColour({ r, g, b }: Rgb): string {
  return `rgb(${Math.round(r)}, ${Math.round(g)}, ${Math.round(b)})`;
}

/** `top` as it looks over an opaque ground. */
export function over(top: Rgb, ground: Rgb): Rgb {
  const mix = (one: number, two: number) => one * top.a + two * (1 - top.a);
  return { r: mix(top.r, ground.r), g: mix(top.g, ground.g), b: mix(top.b, ground.b), a: 1 };
}

function linear(value: number): number {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function gamma(value: number): number {
  const part = value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
  return Math.max(0, Math.min(255, part * 255));
}

export function luminance({ r, g, b }: Rgb): number {
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** From 1 to 21. */
export function contrast(one: Rgb, two: Rgb): number {
  const [light, dark] = [luminance(one), luminance(two)].sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

export interface Oklab {
  /** Lightness from 0 to 1. */
  readonly l: number;
  readonly a: number;
  readonly b: number;
}

export function toOklab(colour: Rgb): Oklab {
  const [r, g, b] = [linear(colour.r), linear(colour.g), linear(colour.b)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {
    l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    a: 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    b: 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  };
}

export function fromOklab(colour: Oklab): Rgb {
  const l = (colour.l + 0.3963377774 * colour.a + 0.2158037573 * colour.b) ** 3;
  const m = (colour.l - 0.1055613458 * colour.a - 0.0638541728 * colour.b) ** 3;
  const s = (colour.l - 0.0894841775 * colour.a - 1.291485548 * colour.b) ** 3;
  return {
    r: gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    g: gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    b: gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
    a: 1,
  };
}

/** How far a colour is from grey; 0.04 is the first that one would name. */
export function chroma({ a, b }: Oklab): number {
  return Math.hypot(a, b);
}

/**
 * The colour with its hue, as little lighter (or darker, on a light ground) as the contrast needs.
 * @param least wanted contrast with the ground
 */
export function readableOn(colour: Rgb, ground: Rgb, least: number): Rgb {
  if (contrast(colour, ground) >= least) return colour;
  const lab = toOklab(colour);
  const lighter = luminance(ground) < 0.18;
  const end = lighter ? 1 : 0;
  let near = lab.l;
  let far = end;
  for (let round = 0; round < 14; round += 1) {
    const middle = (near + far) / 2;
    if (contrast(at(lab, middle, end), ground) >= least) far = middle;
    else near = middle;
  }
  return at(lab, far, end);
}

/** Towards white and black colours lose their strength, or they would leave what screens can show. */
function at(lab: Oklab, l: number, end: number): Rgb {
  const rest = Math.min(1, Math.abs(end - l) / Math.max(0.001, Math.abs(end - lab.l)));
  const strength = 0.35 + 0.65 * rest;
  const shifted = fromOklab({ l, a: lab.a * strength, b: lab.b * strength });
  return l === end ? { r: end * 255, g: end * 255, b: end * 255, a: 1 } : shifted;
}
