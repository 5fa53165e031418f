/**
 * The only code with Electron's reach in the window's process: three functions over one channel.
 * Bundled as CommonJS, since sandboxed preloads are.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { channel } from './origin.ts';

contextBridge.exposeInMainWorld('letterlockHost', {
  postFrame: (json: string): void => ipcRenderer.send(channel, 'frame', String(json)),
  onFrame: (listener: (json: string) => void): void => {
    // The event object stays here: it would carry the sender.
    ipcRenderer.on(channel, (_event, json) => listener(String(json)));
  },
  openExternal: (url: string): void => ipcRenderer.send(channel, 'open', String(url)),
});
