/**
 * The script that gives the page `window.letterlockHost`. It runs before any script of the page,
 * takes the binding away from the global object and leaves nothing in frames.
 * Wire form of a message up: one letter, then text. `r` ready, `f` frame, `o` open a link.
 */

/** Frames that came before the page listens; more than this means it never will. */
const maxEarlyFrames = 1_000;

export interface BridgeNames {
  /** The binding's name, and the name under which the receiver waits to be fetched. */
  readonly binding: string;
  readonly receiver: string;
}

export function bridgeScript({ binding, receiver }: BridgeNames): string {
  return `(() => {
  const send = globalThis[${JSON.stringify(binding)}];
  delete globalThis[${JSON.stringify(binding)}];
  if (typeof send !== 'function' || window !== window.top) return;
  const listeners = [];
  let early = [];
  Object.defineProperty(globalThis, ${JSON.stringify(receiver)}, {
    configurable: true,
    value: (json) => {
      if (listeners.length > 0) for (const listener of listeners) listener(json);
      else if (early.length < ${maxEarlyFrames}) early.push(json);
    },
  });
  Object.defineProperty(globalThis, 'letterlockHost', {
    configurable: true,
    value: Object.freeze({
      postFrame: (json) => send('f' + json),
      onFrame: (listener) => {
        listeners.push(listener);
        const waiting = early;
        early = [];
        for (const json of waiting) listener(json);
      },
      openExternal: (url) => send('o' + url),
    }),
  });
  send('r');
})();`;
}

/** Takes the receiver out of the page's global object; evaluated once per document. */
export function takeReceiver({ receiver }: BridgeNames): string {
  const name = JSON.stringify(receiver);
  return `(() => { const take = globalThis[${name}]; delete globalThis[${name}]; return take; })()`;
}
