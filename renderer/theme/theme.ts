/** Puts the chosen look on <html>: `data-theme`, `data-contrast`, `data-density`; follows the system when asked to. */
import type { Settings } from '../../app/contract/index.ts';

export type Contrast = 'system' | 'normal' | 'more';

/** @returns a function that ends following the system */
export function applyTheme(
  theme: Settings['theme'],
  root: HTMLElement,
  contrast: Contrast = 'system',
): () => void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const more = window.matchMedia('(prefers-contrast: more)');
  const follow = () => {
    root.dataset.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
    root.dataset.contrast = contrast === 'system' ? (more.matches ? 'more' : 'normal') : contrast;
  };
  follow();
  dark.addEventListener('change', follow);
  more.addEventListener('change', follow);
  return () => {
    dark.removeEventListener('change', follow);
    more.removeEventListener('change', follow);
  };
}

/** Sizes of type follow from it, in tokens.css. */
export function applyTextSize(textSize: Settings['textSize'], root: HTMLElement): void {
  root.dataset.textSize = textSize;
}

/** Row heights and paddings follow from it, in tokens.css. */
export function applyDensity(density: Settings['density'], root: HTMLElement): void {
  root.dataset.density = density;
}
