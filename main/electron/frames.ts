/**
 * Frames over Electron's one channel. Each message is taken only from the main frame of our own
 * window, showing our own address (security checklist, item 17).
 */
import { maxFrameLength } from '../../app/contract/frames.ts';
import type { EngineLink } from '../engine-link.ts';
import { appUrl, channel } from './origin.ts';

/** What is looked at of the frame that sent a message. */
export interface SenderFrame {
  readonly url: string;
  readonly origin: string;
}

export interface FrameWindow {
  readonly webContents: {
    readonly mainFrame: SenderFrame;
    send(channel: string, json: string): void;
    isDestroyed(): boolean;
  };
}

export interface FrameMessageEvent {
  readonly senderFrame: SenderFrame | null;
}

export interface FrameChannelOptions {
  readonly window: FrameWindow;
  readonly engine: EngineLink;
  openExternal(url: string): void;
}

/** True for the main frame of this window while it shows the app. */
export function isOwnFrame(frame: SenderFrame | null, window: FrameWindow): boolean {
  if (frame === null || window.webContents.isDestroyed()) return false;
  return frame === window.webContents.mainFrame && withoutFragment(frame.url) === appUrl;
}

function withoutFragment(url: string): string {
  return url.replace(/#.*$/s, '');
}

/** The listener for `ipcMain.on(channel)`. Drops whatever is not a frame or a link from our page. */
export function frameListener(
  options: FrameChannelOptions,
): (event: FrameMessageEvent, kind: unknown, text: unknown) => void {
  return (event, kind, text) => {
    if (!isOwnFrame(event.senderFrame, options.window)) return;
    if (typeof text !== 'string' || text.length > maxFrameLength) return;
    if (kind === 'frame') options.engine.postFrame(text);
    else if (kind === 'open') options.openExternal(text);
  };
}

/** Passes the engine's frames to the window for as long as it lives. */
export function forwardFrames({ window, engine }: FrameChannelOptions): void {
  engine.onFrame((json) => {
    if (!window.webContents.isDestroyed()) window.webContents.send(channel, json);
  });
}

/** The parts of Electron's `powerMonitor` that are listened to. */
export interface PowerEvents {
  on(event: 'resume', listener: () => void): unknown;
}

/** Has the engine prove its connections as soon as the computer woke. */
export function tellResume(power: PowerEvents, engine: Pick<EngineLink, 'postFrame'>): void {
  // The answer meets no call of the window: its ids begin elsewhere.
  const call = { kind: 'call', id: 1, method: 'network.changed', input: {} };
  power.on('resume', () => engine.postFrame(JSON.stringify(call)));
}
