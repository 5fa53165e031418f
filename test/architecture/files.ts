/** Rules about single files: length, and colours only where they are named. */

/** Lines at which a file is too long. */
export const maxLines = 600;

/** Files that may be longer, each with its reason. */
export const longFiles: Readonly<Record<string, string>> = {};

export function countLines(text: string): number {
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

export function isTooLong(path: string, text: string): boolean {
  if (!/\.(ts|tsx|mjs|js|css|html)$/.test(path) || path in longFiles) return false;
  return countLines(text) > maxLines;
}

// A selection; anything else that CSS knows as a colour name would be caught in review.
const namedColours =
  /(?<![-\w])(white|black|red|green|blue|gr[ae]y|silver|yellow|orange|purple|pink|brown|navy|teal|maroon|gold|ivory|beige|tomato|crimson|coral|salmon|indigo|violet|cyan|magenta|lime|olive|aqua)(?![-\w])/i;
const colourForms = /#[0-9a-f]{3,8}\b|\b(rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(/i;

/** `line: text` for each declaration in a style sheet that writes a colour down by itself. */
export function ownColours(css: string): string[] {
  const plain = css.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '));
  return plain.split('\n').flatMap((line, index) => {
    const value = /^[^:{]*:\s*([^{]*)$/.exec(line)?.[1] ?? (/[{;]/.test(line) ? line : '');
    const text = value.replace(/url\([^)]*\)/g, '').replace(/var\([^)]*\)/g, '');
    return colourForms.test(text) || namedColours.test(text)
      ? [`${index + 1}: ${line.trim()}`]
      : [];
  });
}

/** Declarations that name a side of the screen all the same, each with its reason. */
export const physicalOnes: Readonly<Record<string, string>> = {
  'renderer/components/Menu.module.css inset: 0 auto auto 0':
    'where the pointer was, which is counted from the corner of the window',
};

const physicalName =
  /^(?:(?:min-|max-)?(?:width|height)|top|right|bottom|left|(?:margin|padding|border|scroll-margin|scroll-padding)-(?:top|right|bottom|left)\b.*)$/;

/** The parts of a value between blanks; what stands in brackets stays together. */
function partsOf(value: string): string[] {
  return value.match(/(?:[^\s(]|\((?:[^()]|\([^()]*\))*\))+/g) ?? [];
}

function namesSide(name: string, value: string): boolean {
  if (physicalName.test(name) || /(?<![-\w])(?:left|right)(?![-\w])/.test(value)) return true;
  const parts = partsOf(value);
  if (name === 'border-radius') return parts.length > 1;
  if (parts.length === 4 && /^(?:margin|padding|inset|border-(?:width|color|style))$/.test(name)) {
    return parts[1] !== parts[3];
  }
  // What moves along a line moves the other way where lines run the other way.
  const moves =
    name === 'translate' ? !/^(?:0|none)\b/.test(value) : /translate(?:X|3d)?\(/.test(value);
  return moves && !value.includes('var(--way)');
}

/** `name: value` for each declaration that would be wrong where text runs from right to left. */
export function physicalSides(css: string): string[] {
  const plain = css.replace(/\/\*[\s\S]*?\*\//g, '');
  return [...plain.matchAll(/([\w-]+)\s*:\s*([^;{}]+)(?=[;}])/g)].flatMap((match) => {
    const [, name = '', written = ''] = match;
    const value = written.trim().replace(/\s+/g, ' ');
    return namesSide(name, value) ? [`${name}: ${value}`] : [];
  });
}
