/**
 * Finds an installed browser of the Chromium family. Only looks at known places; runs nothing.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export interface FindBrowserOptions {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True when the path is a program this user may run. */
  readonly isProgram?: (path: string) => boolean;
}

/** Programs looked for on PATH, in this order: distribution packages before snaps. */
const linuxNames = [
  'chromium',
  'google-chrome',
  'google-chrome-stable',
  'chromium-browser',
  'microsoft-edge',
  'microsoft-edge-stable',
  'brave-browser',
  'vivaldi-stable',
];

const macApps = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser', 'Vivaldi'];

const windowsPrograms = [
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Chromium', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
  ['BraveSoftware', 'Brave-Browser', 'Application', 'brave.exe'],
  ['Vivaldi', 'Application', 'vivaldi.exe'],
];

/**
 * Path of the browser to use. `LETTERLOCK_BROWSER` wins and is not replaced by another when it
 * does not exist; undefined when there is none.
 */
export function findBrowser(options: FindBrowserOptions): string | undefined {
  const isProgram = options.isProgram ?? isProgramOnDisk;
  const chosen = options.env.LETTERLOCK_BROWSER;
  if (chosen !== undefined && chosen !== '') {
    const paths = isAbsolute(chosen) ? [chosen] : onPath([chosen], options.env);
    return paths.find(isProgram);
  }
  return candidates(options).find(isProgram);
}

function candidates({ platform, env }: FindBrowserOptions): string[] {
  if (platform === 'darwin') {
    const folders = ['/Applications', join(env.HOME ?? '/', 'Applications')];
    return macApps.flatMap((app) =>
      folders.map((folder) => `${folder}/${app}.app/Contents/MacOS/${app}`),
    );
  }
  if (platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA];
    return windowsPrograms.flatMap((parts) =>
      folders.filter((folder) => folder !== undefined).map((folder) => join(folder, ...parts)),
    );
  }
  return onPath(linuxNames, env);
}

function onPath(names: readonly string[], env: FindBrowserOptions['env']): string[] {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function isProgramOnDisk(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
