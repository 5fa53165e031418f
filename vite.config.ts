/**
 * Builds the renderer into dist/renderer: external hashed css and js, no inline script, relative
 * urls. Descriptions in the catalogues are for translators and are dropped from the bundle.
 */
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Keeps `message` only: descriptions would be a third of a catalogue's weight. */
export function slimLocales(): Plugin {
  return {
    name: 'letterlock-slim-locales',
    enforce: 'pre',
    transform(code, id) {
      if (!/assets\/locales\/[a-z-]+\.json$/i.test(id)) return null;
      const entries: Record<string, { message: string }> = JSON.parse(code);
      const slim = Object.fromEntries(
        Object.entries(entries).map(([key, { message }]) => [key, { message }]),
      );
      return { code: JSON.stringify(slim), map: null };
    },
  };
}

export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [slimLocales(), react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    modulePreload: { polyfill: false },
    // Fonts and pictures stay files: the app's CSP has no data: for fonts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2_500,
  },
});
