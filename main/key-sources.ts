/**
 * Where the one master key rests. The key never appears in a command line: programs get it on
 * their standard input and give it on their standard output.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type RunProgram, runProgram } from './run-program.ts';

export const masterKeyLength = 32;

export interface KeySource {
  /** One octet, kept with every sealed secret: which source its key came from. */
  readonly id: number;
  readonly storage: 'system' | 'file';
  /**
   * The key; undefined when there is none yet.
   * @throws Error when the source cannot be asked, which is not the same as "none yet"
   */
  load(): Promise<Uint8Array | undefined>;
  /** Keeps a first key. @throws Error when it cannot be kept */
  save(key: Uint8Array): Promise<void>;
}

/** A file only this user can read. */
export function fileKeySource(profileDir: string): KeySource {
  const path = join(profileDir, 'secret.key');
  return {
    id: 1,
    storage: 'file',
    load: async () => (existsSync(path) ? checkKey(readPrivate(path)) : undefined),
    save: async (key) => writeOnce(path, key),
  };
}

export interface KeyringOptions {
  readonly profileDir: string;
  readonly run?: RunProgram;
}

const service = 'org.letterlock.Letterlock';
/** A keyring may ask the person to unlock it first. */
const keyringTimeoutMs = 60_000;

/** The Secret Service of a Linux desktop by libsecret's `secret-tool`. */
export function secretServiceKeySource({
  profileDir,
  run = runProgram,
}: KeyringOptions): KeySource {
  const attributes = ['service', service, 'profile', profileId(profileDir)];
  return {
    id: 2,
    storage: 'system',
    load: async () => {
      const found = await run('secret-tool', ['lookup', ...attributes], {
        timeoutMs: keyringTimeoutMs,
      });
      if (found.code === 0 && found.stdout !== '') return decodeKey(found.stdout);
      // "Not there" is exit code 1 without a word; a keyring that fails says why.
      if (found.code === 1 && found.stdout === '' && found.stderr.trim() === '') return undefined;
      throw new Error('the keyring did not answer');
    },
    save: async (key) => {
      const kept = await run('secret-tool', ['store', '--label=Letterlock', ...attributes], {
        input: encodeKey(key),
        timeoutMs: keyringTimeoutMs,
      });
      if (kept.code !== 0) throw new Error('the keyring did not keep the key');
    },
  };
}

/** The macOS login keychain by `security`. `-i` reads its command, and with it the key, from stdin. */
export function keychainKeySource({ profileDir, run = runProgram }: KeyringOptions): KeySource {
  const account = profileId(profileDir);
  const program = '/usr/bin/security';
  return {
    id: 3,
    storage: 'system',
    load: async () => {
      const query = ['find-generic-password', '-s', service, '-a', account, '-w'];
      const found = await run(program, query, { timeoutMs: keyringTimeoutMs });
      if (found.code === 0) return decodeKey(found.stdout);
      // errSecItemNotFound as the program's exit code.
      if (found.code === 44) return undefined;
      throw new Error('the keychain did not answer');
    },
    save: async (key) => {
      const command = `add-generic-password -s ${service} -a ${account} -w ${encodeKey(key)}\n`;
      await run(program, ['-i'], { input: command, timeoutMs: keyringTimeoutMs });
    },
  };
}

/** What encrypts the key for a file: Windows' DPAPI, Electron's safeStorage. */
export interface KeyProtector {
  protect(text: string): Promise<Uint8Array>;
  unprotect(sealed: Uint8Array): Promise<string>;
}

/** A file that only the system can open for this user. */
export function protectedKeySource(id: number, path: string, protector: KeyProtector): KeySource {
  return {
    id,
    storage: 'system',
    load: async () =>
      existsSync(path) ? decodeKey(await protector.unprotect(readPrivate(path))) : undefined,
    save: async (key) => writeOnce(path, await protector.protect(encodeKey(key))),
  };
}

/** Windows' DPAPI for the current user, by PowerShell: base64 on stdin, base64 on stdout. */
export function dpapiProtector(run: RunProgram = runProgram): KeyProtector {
  const call = async (method: 'Protect' | 'Unprotect', bytes: Uint8Array): Promise<Uint8Array> => {
    const script = [
      "$ErrorActionPreference = 'Stop'",
      'Add-Type -AssemblyName System.Security',
      '$bytes = [Convert]::FromBase64String([Console]::In.ReadToEnd())',
      `$out = [Security.Cryptography.ProtectedData]::${method}($bytes, $null, 'CurrentUser')`,
      '[Console]::Out.Write([Convert]::ToBase64String($out))',
    ].join('; ');
    const parameters = ['-NoProfile', '-NonInteractive', '-Command', script];
    const result = await run('powershell.exe', parameters, {
      input: Buffer.from(bytes).toString('base64'),
      timeoutMs: keyringTimeoutMs,
    });
    if (result.code !== 0 || result.stdout === '') throw new Error('DPAPI did not answer');
    return Buffer.from(result.stdout, 'base64');
  };
  return {
    protect: (text) => call('Protect', Buffer.from(text)),
    unprotect: async (sealed) => Buffer.from(await call('Unprotect', sealed)).toString('utf8'),
  };
}

/** Names this profile in a keyring; not secret. Stays the same when the folder moves. */
function profileId(profileDir: string): string {
  const path = join(profileDir, 'profile.id');
  if (!existsSync(path)) writeOnce(path, Buffer.from(randomBytes(16).toString('hex')));
  const id = readFileSync(path, 'utf8');
  if (!/^[0-9a-f]{32}$/.test(id)) throw new Error('profile.id is damaged');
  return id;
}

function encodeKey(key: Uint8Array): string {
  return Buffer.from(key).toString('base64');
}

function decodeKey(text: string): Uint8Array {
  return checkKey(Buffer.from(text.trim(), 'base64'));
}

function checkKey(key: Uint8Array): Uint8Array {
  if (key.length !== masterKeyLength) throw new Error('the master key is damaged');
  return key;
}

/** Reads a file of ours and mends rights that have become too wide. */
function readPrivate(path: string): Uint8Array {
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  return readFileSync(path);
}

/** Whole or not at all, and never over an existing file. @throws Error `EEXIST` */
function writeOnce(path: string, bytes: Uint8Array): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } finally {
    unlinkSync(draft);
  }
}
