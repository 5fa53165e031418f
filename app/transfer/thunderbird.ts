/**
 * What a Thunderbird on this computer has set up: accounts, and where mail lies that is on no
 * server. Passwords (logins.json, key4.db) are not opened.
 */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { type FoundServer, limits, type ThunderbirdProfile } from '../contract/index.ts';
import { RequestError } from '../errors.ts';
import { plainAddress } from '../mime/parse-message.ts';
import { plainName } from '../mime/plain-words.ts';
import { transferLimits } from './limits.ts';
import { type Prefs, parseIni, parsePrefs } from './prefs-js.ts';

export interface ThunderbirdPlaces {
  readonly platform?: NodeJS.Platform;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
}

type ThunderbirdAccount = ThunderbirdProfile['accounts'][number];
type LocalFolders = Omit<ThunderbirdProfile['localFolders'][number], 'sourceId'>;
/** A profile before the places of its mail have names. */
export type FoundProfile = Omit<ThunderbirdProfile, 'localFolders'> & {
  readonly localFolders: LocalFolders[];
};

const most = 100;

/** Folders that may hold `profiles.ini`, by system and by way of packaging. */
export function thunderbirdRoots(places: ThunderbirdPlaces = {}): string[] {
  const { platform = process.platform, env = process.env, home = homedir() } = places;
  if (platform === 'win32') {
    return [join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Thunderbird')];
  }
  if (platform === 'darwin') return [join(home, 'Library', 'Thunderbird')];
  return [
    join(home, '.thunderbird'),
    join(home, 'snap', 'thunderbird', 'common', '.thunderbird'),
    join(home, '.var', 'app', 'org.mozilla.Thunderbird', '.thunderbird'),
    join(home, '.icedove'),
  ];
}

/**
 * @param path a profile, or a folder with `profiles.ini`; without it the usual places are tried
 * @throws RequestError `transfer.source-unreadable` when `path` is given and holds no profile
 */
export async function findThunderbird(
  path?: string,
  places: ThunderbirdPlaces = {},
): Promise<FoundProfile[]> {
  const profiles: FoundProfile[] = [];
  for (const root of path === undefined ? thunderbirdRoots(places) : [path]) {
    for (const { dir, name } of await profileFolders(root)) {
      const profile = await readProfile(dir, name);
      if (profile !== undefined) profiles.push(profile);
    }
  }
  if (path !== undefined && profiles.length === 0) {
    throw new RequestError('transfer.source-unreadable', { path });
  }
  return profiles.slice(0, 20);
}

async function profileFolders(root: string): Promise<{ dir: string; name: string }[]> {
  const ini = await textOf(join(root, 'profiles.ini'));
  if (ini === undefined) return [{ dir: root, name: basename(root) }];
  return parseIni(ini)
    .filter(({ name }) => /^Profile\d+$/.test(name))
    .flatMap(({ values }) => {
      const path = values.get('Path');
      if (path === undefined || path === '') return [];
      const dir = values.get('IsRelative') === '1' ? join(root, path) : path;
      return isAbsolute(dir) ? [{ dir, name: values.get('Name') ?? basename(dir) }] : [];
    });
}

async function readProfile(dir: string, name: string): Promise<FoundProfile | undefined> {
  const text = await textOf(join(dir, 'prefs.js'));
  if (text === undefined) return undefined;
  const prefs = parsePrefs(text);
  const accounts: ThunderbirdAccount[] = [];
  const localFolders: LocalFolders[] = [];
  for (const key of listPref(prefs, 'mail.accountmanager.accounts')) {
    const server = stringPref(prefs, `mail.account.${key}.server`);
    if (server === undefined) continue;
    const type = stringPref(prefs, `mail.server.${server}.type`);
    if (type === 'imap') {
      const account = readAccount(prefs, key, server);
      if (account !== undefined) accounts.push(account);
    } else if (type === 'none' || type === 'pop3') {
      const path = await mailFolder(prefs, server, dir);
      if (path !== undefined) {
        localFolders.push({ name: serverName(prefs, server), kind: type, path });
      }
    }
  }
  return {
    name: plainName(name, limits.nameLength),
    path: dir,
    accounts: accounts.slice(0, most),
    localFolders: localFolders.slice(0, most),
  };
}

function readAccount(prefs: Prefs, key: string, server: string): ThunderbirdAccount | undefined {
  const imap = readServer(prefs, `mail.server.${server}`, 'imap');
  if (imap === undefined) return undefined;
  const ids = listPref(prefs, `mail.account.${key}.identities`);
  const identities = ids.flatMap((id) => {
    const address = stringPref(prefs, `mail.identity.${id}.useremail`);
    const fullName = stringPref(prefs, `mail.identity.${id}.fullName`) ?? '';
    return address === undefined ? [] : [plainAddress(fullName, address)];
  });
  const smtp =
    ids
      .map((id) => stringPref(prefs, `mail.identity.${id}.smtpServer`))
      .find((each) => each !== undefined) ?? stringPref(prefs, 'mail.smtp.defaultserver');
  const submission =
    smtp === undefined ? undefined : readServer(prefs, `mail.smtpserver.${smtp}`, 'submission');
  return {
    name: serverName(prefs, server),
    imap,
    ...(submission === undefined ? {} : { submission }),
    identities: identities.slice(0, most),
  };
}

function serverName(prefs: Prefs, server: string): string {
  const name = stringPref(prefs, `mail.server.${server}.name`);
  const host = stringPref(prefs, `mail.server.${server}.hostname`);
  return plainName(name ?? host ?? server, limits.nameLength);
}

/** `nsMsgSocketType`: 0 plain, 1 STARTTLS if it is there (gone since), 2 STARTTLS, 3 TLS. */
const socketTypes = ['clear', 'starttls', 'starttls', 'tls'] as const;
/** `nsMsgAuthMethod`. */
const oauth2 = 10;

function readServer(
  prefs: Prefs,
  prefix: string,
  service: 'imap' | 'submission',
): FoundServer | undefined {
  const read = (name: string) => stringPref(prefs, `${prefix}.${name}`);
  const imap = service === 'imap';
  // `real…` names are what is used where they differ from those the account was made with.
  const host = (imap ? read('realhostname') : undefined) ?? read('hostname');
  const userName = imap ? (read('realuserName') ?? read('userName')) : read('username');
  const socketType = prefs.get(`${prefix}.${imap ? 'socketType' : 'try_ssl'}`);
  const security = typeof socketType === 'number' ? (socketTypes[socketType] ?? 'clear') : 'clear';
  const usual = imap ? { tls: 993, other: 143 } : { tls: 465, other: 587 };
  const port = prefs.get(`${prefix}.port`);
  if (host === undefined || host.trim() === '' || host.length > 253) return undefined;
  return {
    host: plainName(host, 253),
    port: isPort(port) ? port : security === 'tls' ? usual.tls : usual.other,
    transport: security === 'tls' ? 'implicit-tls' : 'clear',
    security,
    userName: plainName(userName ?? '', limits.addressLength),
    oauth: prefs.get(`${prefix}.authMethod`) === oauth2,
  };
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && value >= 1 && value <= 65_535;
}

/** Undefined when there is no such folder. */
async function mailFolder(
  prefs: Prefs,
  server: string,
  profile: string,
): Promise<string | undefined> {
  const relative = stringPref(prefs, `mail.server.${server}.directory-rel`);
  const absolute = stringPref(prefs, `mail.server.${server}.directory`);
  const candidates = [
    // The relative one first: a profile that was copied from elsewhere keeps it right.
    ...(relative?.startsWith('[ProfD]') ? [join(profile, relative.slice('[ProfD]'.length))] : []),
    ...(absolute !== undefined && isAbsolute(absolute) ? [absolute] : []),
  ];
  for (const path of candidates) {
    if (await isFolder(path)) return path;
  }
  return undefined;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

function listPref(prefs: Prefs, name: string): string[] {
  const names = (stringPref(prefs, name) ?? '').split(',').map((each) => each.trim());
  return [...new Set(names.filter((each) => each !== ''))];
}

function stringPref(prefs: Prefs, name: string): string | undefined {
  const value = prefs.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Undefined when it is not there, cannot be read, or is no file of this kind by its size. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    return size > transferLimits.prefsSizeBytes ? undefined : await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
