/**
 * Letterlock in Electron. Composition root of this host; everything that decides is elsewhere.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  app,
  type BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeImage,
  type OpenDialogOptions,
  powerMonitor,
  protocol,
  safeStorage,
  shell,
  Tray,
} from 'electron';
import { describeError } from '../../app/log.ts';
import { createAssets } from '../assets.ts';
import type { EngineLink } from '../engine-link.ts';
import { readHostOptions } from '../host-options.ts';
import { type HeldProfile, holdProfile, setUpEngine, tearDown } from '../host-setup.ts';
import { rendererDir } from '../layout.ts';
import { allowedExternalUrl } from '../open-external.ts';
import { eraseProfile, profileDir, requestFocus } from '../profile.ts';
import { downloadsDir, safeFileName } from '../save-path.ts';
import { dragOut } from './drag-out.ts';
import { forwardFrames, frameListener, tellResume } from './frames.ts';
import { Notices, tellClicked } from './notices.ts';
import { appScheme, channel } from './origin.ts';
import { electronKeySources } from './secrets.ts';
import { trayIcon16, trayIcon32 } from './tray-icon.ts';
import { createAppWindow } from './window.ts';

const { platform, env } = process;
const options = readHostOptions(ownArguments(), env);
const dir = profileDir(options.profile, { platform, env });

app.enableSandbox();
// Should a request ever pass the session's guard: no name and no address resolves.
app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
app.commandLine.appendSwitch('disable-quic');
app.commandLine.appendSwitch('disable-background-networking');
app.setPath('userData', join(dir, 'electron'));
protocol.registerSchemesAsPrivileged([
  { scheme: appScheme, privileges: { standard: true, secure: true, codeCache: true } },
]);

/** Only ours: Electron and the system add their own switches, and `.` while developing. */
function ownArguments(): string[] {
  const at = process.argv.indexOf('--profile');
  const value = process.argv[at + 1];
  return at === -1 || value === undefined ? [] : ['--profile', value];
}

async function run(profile: HeldProfile): Promise<void> {
  let window: BrowserWindow | undefined;
  const end: End = { erases: false };
  const show = () => {
    if (window !== undefined) showWindow(window);
  };
  const notices = new Notices({
    create: (shown) => new Notification(shown),
    onClick: (notificationId) => {
      show();
      tellClicked(engine, notificationId);
    },
  });
  const engine: EngineLink = await setUpEngine({
    profile,
    options,
    kind: 'electron',
    capabilities: [
      'saveDialog',
      'openDialog',
      'tray',
      'dragOut',
      ...(Notification.isSupported() ? (['notifications'] as const) : []),
      ...(platform === 'win32' ? [] : (['badge'] as const)),
    ],
    keySources: await electronKeySources(dir, platform, safeStorage),
    chooseSavePath: (name) => chooseSavePath(window, name),
    chooseFiles: (what) => chooseFiles(window, what),
    notify: async (notification) => notices.show(notification),
    setBadge: async (count) => void app.setBadgeCount(count),
    startDrag: (path) =>
      dragOut(
        {
          iconOf: (file) => app.getFileIcon(file),
          plainIcon: appIcon(),
          start: (item) => {
            if (window?.isDestroyed() === false) window.webContents.startDrag(item);
          },
        },
        path,
      ),
    eraseProfile: async () => {
      end.erases = true;
      app.quit();
    },
  });
  quitCleanly(profile, engine, end);
  const assets = createAssets({ rendererDir, readPart: (url) => engine.readPart(url) });
  const preloadPath = fileURLToPath(new URL('./preload.cjs', import.meta.url));
  const made = createAppWindow({ assets, preloadPath, logger: profile.logger });
  window = made.window;
  const frames = { window: made.window, engine, openExternal: openAllowed };
  ipcMain.on(channel, frameListener(frames));
  forwardFrames(frames);
  tellResume(powerMonitor, engine);
  profile.lock.onFocusRequest(() => showWindow(made.window));
  app.on('second-instance', () => showWindow(made.window));
  createTray(show);
  made.open();
}

/** What is still to be done when everything is closed. */
interface End {
  erases: boolean;
}

/** Stays until the program ends: without a reference, it would be collected. */
let tray: Tray | undefined;

function appIcon(): Electron.NativeImage {
  const icon = nativeImage.createFromBuffer(Buffer.from(trayIcon16, 'base64'));
  icon.addRepresentation({ scaleFactor: 2, buffer: Buffer.from(trayIcon32, 'base64') });
  return icon;
}

/** A click shows the window; there is nothing else to do there. */
function createTray(show: () => void): void {
  const icon = appIcon();
  // macOS colours it as its bar needs it.
  icon.setTemplateImage(true);
  tray = new Tray(icon);
  tray.setToolTip('Letterlock');
  tray.on('click', show);
}

function openAllowed(url: string): void {
  const allowed = allowedExternalUrl(url);
  if (allowed !== undefined) void shell.openExternal(allowed);
}

function showWindow(window: BrowserWindow): void {
  if (window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

async function chooseSavePath(
  window: BrowserWindow | undefined,
  fileName: string,
): Promise<string | undefined> {
  const defaultPath = join(downloadsDir({ platform, env }), safeFileName(fileName));
  const answer = await (window === undefined || window.isDestroyed()
    ? dialog.showSaveDialog({ defaultPath })
    : dialog.showSaveDialog(window, { defaultPath }));
  return answer.canceled ? undefined : answer.filePath;
}

async function chooseFiles(
  window: BrowserWindow | undefined,
  what: 'files' | 'folder',
): Promise<string[]> {
  const options: OpenDialogOptions = {
    properties: what === 'files' ? ['openFile', 'multiSelections'] : ['openDirectory'],
  };
  const answer = await (window === undefined || window.isDestroyed()
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options));
  return answer.canceled ? [] : answer.filePaths;
}

/** Holds the end of the program back until legs and databases are closed. */
function quitCleanly(profile: HeldProfile, engine: EngineLink, end: End): void {
  let done = false;
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', (event) => {
    if (done) return;
    event.preventDefault();
    void tearDown(profile, engine)
      .then(() => {
        if (end.erases) eraseProfile(profile.dir);
      })
      // Electron's own files may be held until it has ended; all else is gone by then.
      .catch((error: unknown) => dialog.showErrorBox('Letterlock', describeError(error)))
      .finally(() => {
        done = true;
        app.quit();
      });
  });
}

/** macOS needs a menu for copy and paste; elsewhere the window has none. */
function setMenu(): void {
  const menu = Menu.buildFromTemplate([
    { role: 'appMenu' },
    { role: 'editMenu' },
    { role: 'windowMenu' },
  ]);
  Menu.setApplicationMenu(platform === 'darwin' ? menu : null);
}

async function start(): Promise<void> {
  if (!app.requestSingleInstanceLock()) return app.quit();
  await app.whenReady();
  setMenu();
  const profile = holdProfile(dir);
  if (profile === undefined) {
    // The other host has it open.
    requestFocus(dir);
    return app.quit();
  }
  try {
    await run(profile);
  } catch (error) {
    profile.logger.log('error', 'host-failed', { problem: describeError(error) });
    dialog.showErrorBox('Letterlock could not start', describeError(error));
    app.exit(1);
  }
}

void start();
