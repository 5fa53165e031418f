/**
 * The app's own origin in Electron, and the one channel between window and host.
 * A scheme of our own: nothing on a network or disk has it.
 */
export const channel = 'letterlock';
export const appScheme = 'letterlock';
export const appOrigin = `${appScheme}://app`;
export const appUrl = `${appOrigin}/`;

/** The path of one of the app's own addresses, undecoded; undefined for every other address. */
export function ownPath(address: string): string | undefined {
  const url = URL.parse(address);
  if (url === null || url.protocol !== `${appScheme}:` || url.host !== 'app') return undefined;
  if (url.username !== '' || url.password !== '' || url.search !== '') return undefined;
  return url.pathname;
}
