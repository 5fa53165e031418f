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
