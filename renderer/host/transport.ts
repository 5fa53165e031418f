/** How frames leave and reach the window. Both hosts inject the same two functions. */
export interface Transport {
  post(json: string): void;
  onFrame(listener: (json: string) => void): void;
  /** Opens an http or https address outside, when the host can. */
  readonly openExternal: ((url: string) => void) | undefined;
}

/**
 * Takes the injected object and deletes the global, so that nothing else in the window holds it.
 * @returns undefined when the page was opened outside a host
 */
export function takeHostTransport(target: Window): Transport | undefined {
  const host = target.letterlockHost;
  // One host defines it so that a plain delete would throw: there it stays, and nothing is lost.
  Reflect.deleteProperty(target, 'letterlockHost');
  if (host === undefined) return undefined;
  const open = host.openExternal?.bind(host);
  return {
    post: (json) => host.postFrame(json),
    onFrame: (listener) => host.onFrame(listener),
    openExternal: open,
  };
}
