/**
 * The browser's own file dialog, opened by the host in a world of its own: the page's scripts see
 * neither the field nor the files, so that a path can only come from the person's choice. The
 * browser tells the path of a file it gave to a page (CDP `DOM.getFileInfo`).
 */
import { dirname, sep } from 'node:path';
import { type CdpConnection, isRecord } from './cdp.ts';

export interface PickerPlace {
  readonly cdp: CdpConnection;
  readonly sessionId: string;
  readonly frameId: string;
}

/** Files of one choice that are taken; of a folder, one file is enough to know where it is. */
const mostFiles = 200;

/** Resolves with nothing when the dialog was closed. A folder without any file cannot be told. */
export async function pickFiles(place: PickerPlace, what: 'files' | 'folder'): Promise<string[]> {
  const { cdp, sessionId, frameId } = place;
  const world = await cdp.send(
    'Page.createIsolatedWorld',
    { frameId, worldName: 'letterlock-files' },
    sessionId,
  );
  const opened = await cdp.send(
    'Runtime.evaluate',
    {
      expression: pickerScript(what),
      contextId: world.executionContextId,
      // A dialog opens only after a gesture; the person's was in the window, a moment ago.
      userGesture: true,
      awaitPromise: true,
      objectGroup: 'files',
    },
    sessionId,
  );
  try {
    const paths = await readPaths(place, opened.result);
    return what === 'folder' ? paths.slice(0, 1) : paths;
  } finally {
    cdp
      .send('Runtime.releaseObjectGroup', { objectGroup: 'files' }, sessionId)
      .catch(() => undefined);
  }
}

function pickerScript(what: 'files' | 'folder'): string {
  return `new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.webkitdirectory = ${what === 'folder'};
    input.addEventListener('change', () => resolve([...input.files].slice(0, ${mostFiles})));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  })`;
}

/** Absolute paths of a list of files; of the folder instead, where they came by one. */
async function readPaths({ cdp, sessionId }: PickerPlace, list: unknown): Promise<string[]> {
  if (!isRecord(list) || typeof list.objectId !== 'string') return [];
  const { result } = await cdp.send(
    'Runtime.getProperties',
    { objectId: list.objectId, ownProperties: true },
    sessionId,
  );
  const paths: string[] = [];
  for (const property of Array.isArray(result) ? result : []) {
    const file =
      isRecord(property) && /^\d+$/.test(String(property.name)) ? property.value : undefined;
    if (!isRecord(file) || typeof file.objectId !== 'string') continue;
    const { path } = await cdp.send('DOM.getFileInfo', { objectId: file.objectId }, sessionId);
    if (typeof path !== 'string' || path === '') continue;
    paths.push(folderOf(path, await relativePath({ cdp, sessionId }, file.objectId)));
  }
  return [...new Set(paths)];
}

async function relativePath(
  { cdp, sessionId }: Pick<PickerPlace, 'cdp' | 'sessionId'>,
  objectId: string,
): Promise<string> {
  const functionDeclaration = 'function () { return this.webkitRelativePath; }';
  const call = { objectId, functionDeclaration, returnByValue: true };
  const { result } = await cdp.send('Runtime.callFunctionOn', call, sessionId);
  return isRecord(result) && typeof result.value === 'string' ? result.value : '';
}

/** `/a/b/Mail/cur/1` that came as `Mail/cur/1` is in the chosen folder `/a/b/Mail`. */
export function folderOf(path: string, relative: string): string {
  const parts = relative.split('/').length;
  if (relative === '' || !path.split(sep).join('/').endsWith(relative)) return path;
  let folder = path;
  for (let step = 1; step < parts; step += 1) folder = dirname(folder);
  return folder;
}
