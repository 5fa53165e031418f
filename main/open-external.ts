/**
 * Links that leave the app, for both hosts: only http, https and mailto, never through a shell.
 */
import { spawn } from 'node:child_process';

/** Longest link handed on, in characters. */
const maxLength = 8_192;
const schemes = new Set(['http:', 'https:', 'mailto:']);

/** The link in its normal form, or undefined when it must not leave the app. */
export function allowedExternalUrl(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > maxLength) return undefined;
  const url = URL.parse(text);
  if (url === null || !schemes.has(url.protocol)) return undefined;
  if (url.protocol !== 'mailto:' && url.hostname === '') return undefined;
  // `user@` before a host makes a link look like another site's.
  url.username = '';
  url.password = '';
  return url.href;
}

/** Program and arguments that open an allowed link on this platform. */
export function openCommand(platform: NodeJS.Platform, url: string): [string, string[]] {
  if (platform === 'darwin') return ['open', [url]];
  // rundll32 takes the link as one argument; cmd's `start` would read & and % in it.
  if (platform === 'win32') return ['rundll32.exe', ['url.dll,FileProtocolHandler', url]];
  return ['xdg-open', [url]];
}

/** Hands a link to the system's own program. Refused links and missing programs are dropped. */
export function openExternal(text: unknown, platform: NodeJS.Platform = process.platform): boolean {
  const url = allowedExternalUrl(text);
  if (url === undefined) return false;
  const [program, parameters] = openCommand(platform, url);
  const child = spawn(program, parameters, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
  return true;
}
