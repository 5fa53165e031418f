/**
 * The master key under Electron's safeStorage. `basic_text` is no keyring but a password that is
 * the same everywhere, so it counts as none (Electron docs, safeStorage).
 */
import { join } from 'node:path';
import type { SafeStorage } from 'electron';
import { fileKeySource, type KeySource, protectedKeySource } from '../key-sources.ts';

/** The asynchronous part of `SafeStorage`; the synchronous one is deprecated. */
export type KeyService = Pick<
  SafeStorage,
  | 'isAsyncEncryptionAvailable'
  | 'encryptStringAsync'
  | 'decryptStringAsync'
  | 'getSelectedStorageBackend'
>;

/** Sources for a secret store in Electron, best first. Call after the app is ready. */
export async function electronKeySources(
  profileDir: string,
  platform: NodeJS.Platform,
  service: KeyService,
): Promise<KeySource[]> {
  const file = fileKeySource(profileDir);
  if (!(await service.isAsyncEncryptionAvailable())) return [file];
  if (platform === 'linux' && !isKeyring(service.getSelectedStorageBackend())) return [file];
  const protector = {
    protect: (text: string) => service.encryptStringAsync(text),
    unprotect: async (sealed: Uint8Array) =>
      (await service.decryptStringAsync(Buffer.from(sealed))).result,
  };
  return [protectedKeySource(5, join(profileDir, 'secret.electron'), protector), file];
}

function isKeyring(backend: ReturnType<KeyService['getSelectedStorageBackend']>): boolean {
  return backend !== 'basic_text' && backend !== 'unknown';
}
