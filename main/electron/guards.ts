/**
 * What every window and session of Electron is denied: navigation, new windows, permissions,
 * devices, downloads, any request but the app's own. Types only from Electron, so that tests can
 * stand in for it. Source: Electron's security checklist, items 4, 5, 12 to 17.
 */
import type { Session, WebContents } from 'electron';
import { ownPath } from './origin.ts';

/** The parts of `Session` that are guarded. */
export type GuardedSession = Pick<
  Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setDisplayMediaRequestHandler'
  | 'setSpellCheckerEnabled'
> & {
  on(event: 'will-download', listener: (event: { preventDefault(): void }) => void): unknown;
  readonly webRequest: Pick<Session['webRequest'], 'onBeforeRequest'>;
};

export function guardSession(session: GuardedSession): void {
  session.setPermissionRequestHandler((_contents, permission, callback) => {
    callback(isAllowedPermission(permission));
  });
  session.setPermissionCheckHandler((_contents, permission) => isAllowedPermission(permission));
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback({}));
  // Dictionaries would come from a server of the browser's maker.
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event) => event.preventDefault());
  session.webRequest.onBeforeRequest((details, callback) => {
    callback({ cancel: ownPath(details.url) === undefined });
  });
}

/** Copying text after a click; everything else is denied. */
function isAllowedPermission(permission: string): boolean {
  return permission === 'clipboard-sanitized-write';
}

/** A navigation that can be stopped; the last two only for frames. */
interface Navigation {
  preventDefault(): void;
  readonly url?: string;
  readonly isMainFrame?: boolean;
}

/** The parts of `WebContents` that are guarded. */
export type GuardedContents = Pick<WebContents, 'setWindowOpenHandler'> & {
  on(event: GuardedEvent, listener: (event: Navigation) => void): unknown;
};

const guardedEvents = [
  'will-navigate',
  'will-redirect',
  'will-frame-navigate',
  'will-attach-webview',
] as const;
export type GuardedEvent = (typeof guardedEvents)[number];

const messageFramePath = '/message-frame.html';

/**
 * The host's own `loadURL` raises none of these events; a page, a link or a frame does. The one
 * thing a page may load this way is the empty message frame.
 */
export function guardContents(contents: GuardedContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  for (const name of guardedEvents) {
    contents.on(name, (event) => {
      if (name !== 'will-frame-navigate' || !isMessageFrame(event)) event.preventDefault();
    });
  }
}

function isMessageFrame({ url, isMainFrame }: Navigation): boolean {
  return isMainFrame === false && url !== undefined && ownPath(url) === messageFramePath;
}
