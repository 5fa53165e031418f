/**
 * The gallery: every screen in light and dark, wide and narrow, in the languages that differ most
 * (short words, long words, right to left), and a page that shows them side by side.
 */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCatalogue } from './catalogue.ts';
import type { Screen, Stage } from './gallery-screens.ts';
import type { Shot } from './shot.ts';

/** Languages of the gallery by the tag that the window is opened with. */
const tags = { en: 'en-GB', de: 'de-DE', ar: 'ar-EG' } as const;
const sizes = {
  wide: { width: 1_280, height: 800 },
  narrow: { width: 500, height: 800 },
} as const;
const themes = ['light', 'dark'] as const;

/** One picture of the gallery, as `scripts/shots.ts` takes it. */
export interface GalleryShot {
  readonly shot: Shot;
  readonly theme: 'light' | 'dark';
}

/** A message with whatever in the place of its values. */
function spoken(message: string): RegExp {
  const escaped = message.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  let depth = 0;
  let pattern = '';
  for (const letter of escaped) {
    if (letter === '{') {
      if (depth === 0) pattern += '.*';
      depth += 1;
    } else if (letter === '}') {
      depth -= 1;
    } else if (depth === 0) {
      pattern += letter;
    }
  }
  return new RegExp(`^${pattern}$`);
}

/**
 * Every picture of the gallery.
 *
 * @param screens what is shown
 * @param wanted languages to take; none means all
 */
export async function galleryShots(
  screens: readonly Screen[],
  wanted?: readonly string[],
): Promise<readonly GalleryShot[]> {
  const taken: GalleryShot[] = [];
  for (const [language, tag] of Object.entries(tags)) {
    if (wanted && !wanted.includes(language)) continue;
    const words = await readCatalogue(language);
    const say: Stage['say'] = (key) => spoken(words(key));
    for (const { name, query, act } of screens) {
      for (const [size, box] of Object.entries(sizes)) {
        const narrow = size === 'narrow';
        for (const theme of themes) {
          const shot: Shot = {
            name: `${name}--${language}-${size}`,
            lang: tag,
            scale: 1.5,
            ...box,
            ...(query === undefined ? {} : { query }),
            ...(act === undefined ? {} : { act: (page) => act({ page, narrow, say }) }),
          };
          taken.push({ shot, theme });
        }
      }
    }
  }
  return taken;
}

const page = (rows: string, links: string) => `<!doctype html>
<meta charset="utf-8" />
<title>Letterlock, every screen</title>
<style>
  body { margin: 0; background: #77756f; font: 13px/20px system-ui, sans-serif; color: #fff; }
  nav { position: sticky; inset-block-start: 0; padding: 8px 16px; background: #33322f; max-block-size: 84px; overflow: auto; }
  nav a { color: #fff; margin-inline-end: 12px; white-space: nowrap; }
  section { padding: 16px; scroll-margin-block-start: 100px; }
  h2 { margin: 0 0 8px; font-size: 17px; }
  .row { display: flex; gap: 8px; margin-block-end: 8px; align-items: flex-start; }
  .row span { flex: none; inline-size: 24px; }
  img { display: block; height: 400px; }
</style>
<nav>${links}</nav>
${rows}
`;

/** Writes `index.html` into `out`, of the pictures that lie in `out/gallery`. */
export async function writeIndex(out: string, screens: readonly Screen[]): Promise<void> {
  const files = new Set(await readdir(join(out, 'gallery')));
  const picture = (file: string) =>
    files.has(file)
      ? `<a href="gallery/${file}"><img loading="lazy" src="gallery/${file}" alt="${file}"></a>`
      : '';
  const rows = screens.map(({ name }) => {
    const lines = Object.keys(tags).map((language) => {
      const pictures = Object.keys(sizes).flatMap((size) =>
        themes.map((theme) => picture(`${name}--${language}-${size}-${theme}.png`)),
      );
      const line = pictures.join('');
      return line === '' ? '' : `<div class="row"><span>${language}</span>${line}</div>`;
    });
    return `<section id="${name}"><h2>${name}</h2>${lines.join('')}</section>`;
  });
  const links = screens.map(({ name }) => `<a href="#${name}">${name}</a>`).join('');
  await writeFile(join(out, 'index.html'), page(rows.join('\n'), links));
}
