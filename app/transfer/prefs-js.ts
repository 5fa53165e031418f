/**
 * Mozilla's text files, read as data: `prefs.js` is a script by its looks, and nothing in it is
 * ever run; `profiles.ini` is an ini file. Lines that are nothing we know are passed by.
 */

export type PrefValue = string | number | boolean;
export type Prefs = ReadonlyMap<string, PrefValue>;

const line =
  /^\s*user_pref\(\s*"((?:[^"\\]|\\.)*)"\s*,\s*(?:"((?:[^"\\]|\\.)*)"|(-?\d{1,15})|(true|false))\s*\)\s*;?\s*$/;

/** The last line of a name counts, as in Mozilla's own reader. */
export function parsePrefs(text: string): Prefs {
  const prefs = new Map<string, PrefValue>();
  for (const each of text.split(/\r?\n/)) {
    const match = line.exec(each);
    if (match === null) continue;
    const [, name = '', string, number, boolean] = match;
    const value =
      string !== undefined
        ? unescapeString(string)
        : number !== undefined
          ? Number(number)
          : boolean === 'true';
    prefs.set(unescapeString(name), value);
  }
  return prefs;
}

function unescapeString(text: string): string {
  const known: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.))/gi,
    (_whole, byte: string | undefined, unit: string | undefined, other: string | undefined) => {
      const code = byte ?? unit;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      return known[other ?? ''] ?? other ?? '';
    },
  );
}

/** Sections in order, each with its keys as they are spelled. */
export function parseIni(text: string): { name: string; values: ReadonlyMap<string, string> }[] {
  const sections: { name: string; values: Map<string, string> }[] = [];
  for (const each of text.split(/\r?\n/)) {
    const section = /^\s*\[(.*)\]\s*$/.exec(each);
    if (section !== null) {
      sections.push({ name: section[1] ?? '', values: new Map() });
      continue;
    }
    const pair = /^\s*([^=;#\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(each);
    if (pair !== null) sections.at(-1)?.values.set(pair[1] ?? '', pair[2] ?? '');
  }
  return sections;
}
