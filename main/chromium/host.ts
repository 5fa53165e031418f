/**
 * The Chromium host, put together: browser, guarded window, assets, frames to and from an engine.
 * Knows nothing of profiles, arguments or signals; `main.ts` does.
 */
import { mkdirSync } from 'node:fs';
import type { Logger } from '../../app/log.ts';
import { createAssets } from '../assets.ts';
import type { EngineLink } from '../engine-link.ts';
import { AppWindow } from './app-window.ts';
import { Browser } from './browser.ts';
import { placeFlags } from './window-place.ts';

export interface ChromiumHostOptions {
  readonly browserPath: string;
  /** Folder of the browser's own files; made when missing, 0700. */
  readonly userDataDir: string;
  readonly rendererDir: string;
  readonly isRoot: boolean;
  readonly engine: EngineLink;
  readonly logger: Logger;
  openExternal(url: string): void;
}

export type HostEnd = 'closed' | 'crashed';

export interface ChromiumHost {
  /** Resolves when the window or the browser is gone; the browser has ended by then. */
  readonly ended: Promise<HostEnd>;
  focus(): void;
  /** The browser's file dialog. Nothing when the person gave up. */
  chooseFiles(what: 'files' | 'folder'): Promise<string[]>;
  /** Closes the window and the browser. */
  close(): Promise<void>;
}

/** @throws BrowserStartError when the browser does not come up */
export async function startChromiumHost(options: ChromiumHostOptions): Promise<ChromiumHost> {
  const { engine, logger } = options;
  const assets = createAssets({
    rendererDir: options.rendererDir,
    readPart: (url) => engine.readPart(url),
  });
  mkdirSync(options.userDataDir, { recursive: true, mode: 0o700 });
  const browser = new Browser({ ...options, extraFlags: placeFlags(options.userDataDir) });
  const end = Promise.withResolvers<HostEnd>();
  void browser.exited().then(() => end.resolve('closed'));
  browser.cdp.onClose(() => end.resolve('closed'));
  try {
    await browser.ready();
    const window = new AppWindow({
      cdp: browser.cdp,
      assets,
      logger,
      onFrame: (json) => engine.postFrame(json),
      onOpenExternal: options.openExternal,
      onClosed: (reason) => end.resolve(reason),
    });
    await window.guard();
    engine.onFrame((json) => window.deliver(json));
    await browser.openWindow(window.opened());
    logger.log('info', 'window-open', {});
    return {
      ended: end.promise.then(async (reason) => {
        await browser.close();
        return reason;
      }),
      focus: () => window.focus(),
      chooseFiles: (what) => window.chooseFiles(what),
      close: () => browser.close(),
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
