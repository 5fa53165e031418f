import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../renderer/', import.meta.url));
const css = readFileSync(`${folder}theme/tokens.css`, 'utf8');

type Look = 'light' | 'dark' | 'light, more contrast' | 'dark, more contrast';
const looks: readonly Look[] = ['light', 'dark', 'light, more contrast', 'dark, more contrast'];

/** Custom properties of one block, by name without the dashes. */
function colorsIn(selector: string): [string, string][] {
  const block = css.split(`${selector} {`)[1]?.split('\n}')[0] ?? '';
  return [...block.matchAll(/--color-([\w-]+):\s*(#[0-9a-f]{6})/gi)].map((match) => [
    match[1] ?? '',
    match[2] ?? '',
  ]);
}

/** As the cascade gives them: more contrast is written over the theme's own. */
function colorsOf(look: Look): Map<string, string> {
  const light = colorsIn('[data-theme="light"]');
  const dark = colorsIn('\n:root[data-theme="dark"]');
  const more = colorsIn('\n:root[data-contrast="more"]');
  const moreDark = colorsIn('\n:root[data-contrast="more"][data-theme="dark"]');
  switch (look) {
    case 'light':
      return new Map(light);
    case 'dark':
      return new Map([...light, ...dark]);
    case 'light, more contrast':
      return new Map([...light, ...more]);
    case 'dark, more contrast':
      return new Map([...light, ...dark, ...more, ...moreDark]);
  }
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
  ink: [
    ...surfaces,
    'field',
    'accent-selected',
    'accent-quiet',
    'hover',
    'hover-list',
    'pressed',
    'raised-hover',
    'raised-pressed',
    'mark',
  ],
  'ink-soft': [
    ...surfaces,
    'harm-soft',
    'caution-soft',
    'held-soft',
    'accent-selected',
    'accent-quiet',
    'pressed',
    'hover',
    'hover-list',
  ],
  muted: [...surfaces, 'accent-selected', 'accent-quiet', 'hover', 'hover-list', 'raised-hover'],
  faint: ['field'],
  accent: [...surfaces, 'accent-soft'],
  link: ['paper'],
  quote: ['paper'],
  unread: ['list', 'hover-list', 'accent-selected'],
  held: ['desk', 'raised', 'hover', 'raised-hover'],
  caution: ['desk', 'raised', 'paper', 'caution-soft', 'hover', 'raised-hover'],
  harm: ['desk', 'raised', 'paper', 'harm-soft', 'accent-selected', 'hover', 'raised-hover'],
  'on-primary': ['primary', 'primary-hover'],
};

for (const look of looks) {
  // AA, and AAA where more contrast was asked for. WCAG 2.2 §1.4.3, §1.4.6
  const least = look.includes('more') ? 7 : 4.5;
  test(`text has at least ${least} : 1 on every surface it stands on, ${look}`, () => {
    const colors = colorsOf(look);
    const failing: string[] = [];
    for (const [text, places] of Object.entries(texts)) {
      for (const place of places) {
        const [front, back] = [colors.get(text), colors.get(place)];
        assert.ok(front && back, `${text} on ${place}`);
        const ratio = contrast(front, back);
        if (ratio < least) failing.push(`${text} on ${place}: ${ratio.toFixed(2)}`);
      }
    }
    assert.deepEqual(failing, []);
  });

  test(`controls and focus have at least 3 : 1, ${look}`, () => {
    const colors = colorsOf(look);
    const failing: string[] = [];
    for (const [front, back] of [
      ['control-line', 'raised'],
      ['control-line', 'field'],
      ['focus', 'desk'],
      ['focus', 'list'],
      ['focus', 'paper'],
      ['focus', 'raised'],
      ['flag', 'list'],
      ['flag', 'accent-selected'],
      ['flag', 'hover-list'],
      ['unread', 'accent-selected'],
    ] as const) {
      const ratio = contrast(colors.get(front) ?? '', colors.get(back) ?? '');
      if (ratio < 3) failing.push(`${front} on ${back}: ${ratio.toFixed(2)}`);
    }
    assert.deepEqual(failing, []);
  });
}

test('light and dark name the same colours, and more contrast names no others', () => {
  const light = [...new Map(colorsIn('[data-theme="light"]')).keys()].sort();
  const dark = [...new Map(colorsIn('\n:root[data-theme="dark"]')).keys()].sort();
  assert.deepEqual(light, dark);
  for (const block of ['[data-contrast="more"]', '[data-contrast="more"][data-theme="dark"]']) {
    const names = colorsIn(`\n:root${block}`).map(([name]) => name);
    assert.ok(names.length > 30, block);
    assert.deepEqual(
      names.filter((name) => !light.includes(name)),
      [],
    );
  }
});

test('sizes and spaces stand on the 4 px grid, lines of text too', () => {
  const steps = [
    ...css.matchAll(/--((?:space|line|row|control|bar)-[\w-]+):\s*(?:calc\()?(\d+)px/g),
  ];
  assert.ok(steps.length > 15);
  for (const [, name = '', value = ''] of steps) assert.equal(Number(value) % 4, 0, name);
});

test('every size of type and every line of text follows the text size', () => {
  const sizes = [...css.matchAll(/--(?:text|line)-(?!scale)[\w-]+:\s*(.*);/g)].map(
    ([, one]) => one,
  );
  assert.ok(sizes.length >= 10);
  for (const size of sizes) assert.match(size ?? '', /^calc\(\d+px \* var\(--text-scale\)\)$/);
  for (const name of ['small', 'large', 'largest']) {
    assert.match(css, new RegExp(`data-text-size="${name}"\\] {\\s+--text-scale: [01]\\.\\d+;`));
  }
});

test('motion takes 120 to 180 ms, and none where less of it is asked for', () => {
  const times = [...css.matchAll(/--motion(?:-fast)?:\s*(\d+)ms/g)].map((match) => match[1]);
  assert.deepEqual(times, ['120', '180', '0', '0']);
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
