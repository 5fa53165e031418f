/** Labels of internationalised names as people write them. RFC 3492 (decoding only), RFC 5890 §2.3.2.1. */

const base = 36;
const tMin = 1;
const tMax = 26;
const skew = 38;
const damp = 700;

/** A host with its `xn--` labels decoded; a label that is no Punycode stays as it is. */
export function unicodeHost(host: string): string {
  return host
    .split('.')
    .map((label) => (/^xn--/i.test(label) ? (decodeLabel(label.slice(4)) ?? label) : label))
    .join('.');
}

function decodeLabel(text: string): string | undefined {
  const dash = text.lastIndexOf('-');
  const points = [...text.slice(0, Math.max(0, dash))].map((char) => char.codePointAt(0) ?? 0);
  let code = 128;
  let bias = 72;
  let index = 0;
  for (let at = dash + 1; at < text.length; ) {
    const before = index;
    let weight = 1;
    for (let step = base; ; step += base) {
      const digit = digitOf(text[at]);
      at += 1;
      if (digit === undefined) return undefined;
      index += digit * weight;
      const threshold = Math.min(tMax, Math.max(tMin, step - bias));
      if (digit < threshold) break;
      weight *= base - threshold;
      if (!Number.isSafeInteger(index) || weight > 2 ** 40) return undefined;
    }
    const length = points.length + 1;
    bias = adapt(index - before, length, before === 0);
    code += Math.floor(index / length);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    index %= length;
    points.splice(index, 0, code);
    index += 1;
  }
  return String.fromCodePoint(...points);
}

function digitOf(char: string | undefined): number | undefined {
  if (char === undefined) return undefined;
  const found = 'abcdefghijklmnopqrstuvwxyz0123456789'.indexOf(char.toLowerCase());
  return found < 0 ? undefined : found;
}

function adapt(delta: number, length: number, first: boolean): number {
  let rest = first ? Math.floor(delta / damp) : Math.floor(delta / 2);
  rest += Math.floor(rest / length);
  let step = 0;
  while (rest > ((base - tMin) * tMax) / 2) {
    rest = Math.floor(rest / (base - tMin));
    step += base;
  }
  return step + Math.floor(((base - tMin + 1) * rest) / (rest + skew));
}
