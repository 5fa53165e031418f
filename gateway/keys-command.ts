/** `letterlock-gateway keys …`: what an administrator does with the keys. docs/gateway.md, keys. */
import { readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fingerprintWords } from '../app/leg/fingerprint.ts';
import type { KeysCommand } from './arguments.ts';
import { encodeBackup, maxBackupOctets, openBackup } from './backup.ts';
import { ConfigError } from './config.ts';
import { announceSuccessor, cancelSuccessor, switchIdentity } from './identity-rotation.ts';
import { noKeys, readKeys, restoreKeys, type StoredKeys, updateKeys } from './key-store.ts';
import { describeKeys, minute, viewOf, wordLines } from './keys-view.ts';
import { readPassphrase } from './passphrase.ts';
import { hasCode, syncFolder, writeNewFile } from './private-file.ts';

/** How long a successor is announced when no date is given. */
const announceMs = 14 * 86_400_000;

/**
 * @returns what to print
 * @throws ConfigError with one line that says what is wrong; nothing has changed then
 */
export async function runKeysCommand(
  command: KeysCommand,
  stateDir: string,
  now: Date,
): Promise<string> {
  switch (command.command) {
    case 'keys-show':
      return show(stateDir, command.json, now);
    case 'keys-rotate':
      return rotate(stateDir, command, now);
    case 'keys-backup':
      return backUp(stateDir, command, now);
    case 'keys-restore':
      return restore(stateDir, command, now);
  }
}

async function show(stateDir: string, json: boolean, now: Date): Promise<string> {
  const view = viewOf(await needKeys(stateDir), now);
  return json ? JSON.stringify(view, undefined, 2) : describeKeys(view);
}

async function rotate(
  stateDir: string,
  { step, on }: Extract<KeysCommand, { command: 'keys-rotate' }>,
  now: Date,
): Promise<string> {
  if (step === 'cancel') {
    await updateKeys(stateDir, cancelSuccessor);
    return 'The announced identity is taken back. The identity stays as it is.';
  }
  if (step === 'now') {
    const { identity } = await updateKeys(stateDir, switchIdentity);
    return [
      'The identity has changed. Clients that knew the old one follow by themselves.',
      'Words to read out from now on:',
      ...wordLines(fingerprintWords(identity.publicKey)),
      ...afterRotation,
    ].join('\n');
  }
  const switchAt = on ?? new Date(now.getTime() + announceMs);
  if (switchAt <= now) throw new ConfigError('--on is in the past; --now switches at once');
  const { next } = await updateKeys(stateDir, (keys) => announceSuccessor(keys, now, switchAt));
  if (next === undefined) throw new Error('no successor');
  return [
    `The next identity is announced. It takes over on ${minute(switchAt.toISOString())}.`,
    'Words to read out from then on:',
    ...wordLines(fingerprintWords(next.identity.publicKey)),
    ...afterRotation,
  ].join('\n');
}

const afterRotation = [
  'A running gateway notices within a minute, or at once on SIGHUP.',
  'Make a new backup now: older ones do not hold the new identity.',
];

async function backUp(
  stateDir: string,
  { to, passphraseFile }: Extract<KeysCommand, { command: 'keys-backup' }>,
  now: Date,
): Promise<string> {
  const keys = await needKeys(stateDir);
  const passphrase = await readPassphrase({ file: passphraseFile, isNew: true });
  const text = await encodeBackup(keys, passphrase, now);
  try {
    await writeNewFile(to, text);
    await syncFolder(dirname(to));
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) {
      throw new ConfigError(`${to} is there already and stays as it is`, { cause });
    }
    await unlink(to).catch(() => undefined);
    throw new ConfigError(`${to} cannot be written${code(cause)}`, { cause });
  }
  return [
    `Written to ${to}, encrypted with the passphrase. It opens nothing without it.`,
    'It is the backup of the identity with these words:',
    ...wordLines(fingerprintWords(keys.identity.publicKey)),
  ].join('\n');
}

async function restore(
  stateDir: string,
  { from, replace, passphraseFile }: Extract<KeysCommand, { command: 'keys-restore' }>,
  now: Date,
): Promise<string> {
  const text = await readBackupFile(from);
  const passphrase = await readPassphrase({ file: passphraseFile, isNew: false });
  const keys = await openBackup(from, text, passphrase);
  const aside = await restoreKeys(stateDir, keys, { replace, now });
  return [
    'Restored the identity with these words:',
    ...wordLines(fingerprintWords(keys.identity.publicKey)),
    ...(aside === undefined ? [] : [`The keys that were there are kept in ${aside}.`]),
    'A running gateway notices within a minute, or at once on SIGHUP.',
  ].join('\n');
}

async function readBackupFile(path: string): Promise<string> {
  let octets: Buffer;
  try {
    octets = await readFile(path);
  } catch (cause) {
    throw new ConfigError(`${path} cannot be read${code(cause)}`, { cause });
  }
  if (octets.length > maxBackupOctets) throw new ConfigError(`${path} is not a backup: too large`);
  return octets.toString('utf8');
}

async function needKeys(stateDir: string): Promise<StoredKeys> {
  const keys = await readKeys(stateDir);
  if (keys === undefined) throw noKeys(stateDir);
  return keys;
}

function code(error: unknown): string {
  return hasCode(error) ? ` (${error.code})` : '';
}
