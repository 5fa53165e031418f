/**
 * Where an attachment goes when no dialog asks: the person's Downloads folder, under a name that
 * is not taken. The name is already safe when it comes here; it is made safe again all the same.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, parse } from 'node:path';

export interface DownloadsPlace {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
}

/** The Downloads folder (xdg-user-dirs on Linux, else `Downloads` in the home folder). */
export function downloadsDir(place: DownloadsPlace): string {
  const home = place.home ?? homedir();
  if (place.platform === 'linux') {
    const named = place.env.XDG_DOWNLOAD_DIR ?? fromUserDirs(place, home);
    if (named !== undefined && isAbsolute(named)) return named;
  }
  return join(home, 'Downloads');
}

/** One line of user-dirs.dirs: `XDG_DOWNLOAD_DIR="$HOME/Downloads"`. */
function fromUserDirs(place: DownloadsPlace, home: string): string | undefined {
  const config = place.env.XDG_CONFIG_HOME ?? join(home, '.config');
  let text: string;
  try {
    text = readFileSync(join(config, 'user-dirs.dirs'), 'utf8');
  } catch {
    return undefined;
  }
  const value = /^XDG_DOWNLOAD_DIR="([^"\n]*)"/m.exec(text)?.[1];
  return value?.replace(/^\$HOME(?=\/|$)/, home);
}

/** Characters that mean something to a file system, and those that cannot be seen. */
const unsafe = /[\p{Cc}\p{Cf}/\\:*?"<>|]/gu;
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
/** Bytes of a file name on most file systems, less room for ` (99)`. */
const maxNameBytes = 240;

/** A bare file name: no path, no hidden file, no device, no trailing dot or space. */
export function safeFileName(name: string): string {
  const bare = name
    .normalize('NFC')
    .replace(unsafe, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  const kept = reserved.test(bare) ? `_${bare}` : bare;
  return shorten(kept === '' ? 'attachment' : kept);
}

function shorten(name: string): string {
  if (Buffer.byteLength(name) <= maxNameBytes) return name;
  const { name: stem, ext } = parse(name);
  const keptExt = Buffer.byteLength(ext) <= 20 ? ext : '';
  let cut = [...stem];
  while (Buffer.byteLength(cut.join('')) > maxNameBytes - Buffer.byteLength(keptExt)) {
    cut = cut.slice(0, -1);
  }
  return cut.join('') + keptExt;
}

/** A path in `dir` that does not exist yet: `name.pdf`, `name (2).pdf`, … */
export function freePath(dir: string, fileName: string): string {
  mkdirSync(dir, { recursive: true });
  const safe = safeFileName(fileName);
  const { name, ext } = parse(safe);
  for (let count = 1; count < 10_000; count += 1) {
    const path = join(dir, count === 1 ? safe : `${name} (${count})${ext}`);
    if (!existsSync(path)) return path;
  }
  throw new Error('no free name in the Downloads folder');
}
