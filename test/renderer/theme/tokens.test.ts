import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../renderer/', import.meta.url));
const css = readFileSync(`${folder}theme/tokens.css`, 'utf8');

/** Custom properties of one theme, by name without the dashes. */
function colorsOf(theme: 'light' | 'dark'): Map<string, string> {
  const block = css.split(`[data-theme="${theme}"] {`)[1]?.split('\n}')[0] ?? '';
  return new Map(
    [...block.matchAll(/--color-([\w-]+):\s*(#[0-9a-f]{6})/gi)].map((match) => [
      match[1] ?? '',
      match[2] ?? '',
    ]),
  );
}

/** Relative luminance (WCAG 2.2). */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

const surfaces = 'desk list paper raised'.split(' ');
const texts: Readonly<Record<string, readonly string[]>> = {
  ink: [...surfaces, 'field', 'accent-selected', 'hover', 'pressed', 'mark'],
  'ink-soft': [...surfaces, 'harm-soft', 'caution-soft', 'accent-selected', 'pressed', 'hover'],
  muted: [...surfaces, 'accent-selected', 'accent-quiet', 'hover', 'hover-list'],
  faint: ['field'],
  accent: [...surfaces, 'accent-soft'],
  link: ['paper'],
  quote: ['paper'],
  unread: ['list', 'hover-list', 'accent-selected'],
  held: ['desk', 'raised', 'hover'],
  caution: ['desk', 'raised', 'paper', 'caution-soft', 'hover'],
  harm: ['desk', 'raised', 'paper', 'harm-soft', 'accent-selected', 'hover'],
  'on-primary': ['primary', 'primary-hover'],
};

for (const theme of ['light', 'dark'] as const) {
  test(`text has at least 4.5 : 1 on every surface it stands on, ${theme}`, () => {
    const colors = colorsOf(theme);
    const failing: string[] = [];
    for (const [text, places] of Object.entries(texts)) {
      for (const place of places) {
        const [front, back] = [colors.get(text), colors.get(place)];
        assert.ok(front && back, `${text} on ${place}`);
        const ratio = contrast(front, back);
        if (ratio < 4.5) failing.push(`${text} on ${place}: ${ratio.toFixed(2)}`);
      }
    }
    assert.deepEqual(failing, []);
  });

  test(`controls and focus have at least 3 : 1, ${theme}`, () => {
    const colors = colorsOf(theme);
    for (const [front, back] of [
      ['control-line', 'raised'],
      ['focus', 'desk'],
      ['focus', 'list'],
      ['focus', 'paper'],
      ['flag', 'list'],
      ['flag', 'accent-selected'],
    ] as const) {
      const ratio = contrast(colors.get(front) ?? '', colors.get(back) ?? '');
      assert.ok(ratio >= 3, `${front} on ${back}: ${ratio.toFixed(2)}`);
    }
  });
}

test('light and dark name the same colours', () => {
  assert.deepEqual([...colorsOf('light').keys()].sort(), [...colorsOf('dark').keys()].sort());
});

test('no style sheet but the tokens names a colour or a side', () => {
  const sheets = globSync('**/*.css', { cwd: folder }).filter(
    (name) => !name.endsWith('tokens.css'),
  );
  assert.ok(sheets.length > 20);
  for (const name of sheets) {
    const text = readFileSync(folder + name, 'utf8');
    assert.doesNotMatch(text, /#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i, name);
    assert.doesNotMatch(text, /(?:margin|padding|border)-(?:left|right|top|bottom)\b/, name);
    assert.doesNotMatch(text, /!important/, name);
  }
});
