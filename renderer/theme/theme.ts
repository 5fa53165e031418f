/** Puts the chosen theme on <html data-theme>, following the system when asked to. */
import type { Settings } from '../../app/contract/index.ts';

/** @returns a function that ends following the system */
export function applyTheme(theme: Settings['theme'], root: HTMLElement): () => void {
  if (theme !== 'system') {
    root.dataset.theme = theme;
    return () => undefined;
  }
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const follow = () => {
    root.dataset.theme = dark.matches ? 'dark' : 'light';
  };
  follow();
  dark.addEventListener('change', follow);
  return () => dark.removeEventListener('change', follow);
}
