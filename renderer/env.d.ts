/** Ambient types of the renderer: style sheets as modules, and what a host injects. */
declare module '*.module.css' {
  const classes: { readonly [name: string]: string };
  export default classes;
}
declare module '*.css';

/** Injected by both hosts before the first script runs; taken and deleted at start. */
interface LetterlockHost {
  postFrame(json: string): void;
  onFrame(listener: (json: string) => void): void;
  /** Opens an http or https address in the system's browser, when the host can. */
  openExternal?(url: string): void;
}

interface Window {
  letterlockHost?: LetterlockHost;
}

/** pdf.js' worker, run in the window's own thread. It exports one thing that only the library uses. */
declare module 'pdfjs-dist/build/pdf.worker.min.mjs';
