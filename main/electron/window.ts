/**
 * The one window of the Electron host and its closed-off session.
 */
import { app, BrowserWindow, type Session, session } from 'electron';
import type { Logger } from '../../app/log.ts';
import type { Assets } from '../assets.ts';
import { guardContents, guardSession } from './guards.ts';
import { appScheme, appUrl } from './origin.ts';
import { protocolHandler } from './protocol.ts';

export interface AppWindowOptions {
  readonly assets: Assets;
  readonly preloadPath: string;
  readonly logger: Logger;
}

/** In memory: the browser's side of the app keeps nothing on disk. */
function closedSession(assets: Assets): Session {
  const own = session.fromPartition('letterlock', { cache: false });
  guardSession(own);
  own.protocol.handle(appScheme, protocolHandler(assets));
  return own;
}

/** Makes the window without showing the app yet: `open` does, once frames can flow. */
export function createAppWindow(options: AppWindowOptions): {
  window: BrowserWindow;
  open(): void;
} {
  // Whatever contents ever come to be, they are denied the same things.
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  const window = new BrowserWindow({
    title: 'Letterlock',
    width: 1200,
    height: 800,
    minWidth: 480,
    minHeight: 400,
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      session: closedSession(options.assets),
      preload: options.preloadPath,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  window.once('ready-to-show', () => window.show());
  reloadOnce(window, options.logger);
  return { window, open: () => void window.loadURL(appUrl) };
}

function reloadOnce(window: BrowserWindow, logger: Logger): void {
  let crashes = 0;
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return;
    crashes += 1;
    logger.log('error', 'page-crashed', { times: crashes, reason: details.reason });
    if (crashes > 1) app.quit();
    else void window.loadURL(appUrl);
  });
}
