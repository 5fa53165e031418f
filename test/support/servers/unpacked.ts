/**
 * Cyrus and Courier as `npm test` unpacks them from Debian's packages (scripts/setup-servers.mjs):
 * they cannot be installed beside Dovecot.
 */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isRoot } from './processes.ts';

/** The server's root folder, `usr/bin` and so on below it; undefined when it is not there. */
export function unpackedServer(name: 'cyrus-imapd' | 'courier-imap'): string | undefined {
  const ownCache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(isRoot() ? '/var/cache' : ownCache, 'letterlock-test-servers');
  if (!existsSync(folder)) return undefined;
  const found = readdirSync(folder).filter((entry) => entry.startsWith(`${name}_`));
  const last = found.sort().at(-1);
  return last === undefined ? undefined : join(folder, last);
}

/** Folders of `root` where libraries lie, as paths below it. */
export function libraryFolders(root: string): string[] {
  return ['usr/lib', 'lib', 'usr/lib/courier-authlib'].flatMap((folder) => {
    if (!existsSync(join(root, folder))) return [];
    const inside = readdirSync(join(root, folder)).filter((name) => name.endsWith('-linux-gnu'));
    return [folder, ...inside.map((name) => join(folder, name))];
  });
}
