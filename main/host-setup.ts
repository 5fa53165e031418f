/**
 * What both hosts do before there is a window: options, profile, lock, log, secrets, engine.
 */
import type { EngineHost } from '../app/engine-types.ts';
import type { Logger } from '../app/log.ts';
import type { EngineLink } from './engine-link.ts';
import type { HostOptions } from './host-options.ts';
import type { KeySource } from './key-sources.ts';
import { appVersion } from './layout.ts';
import { createFileLogger, logFilePath } from './log.ts';
import { ProfileLock, prepareProfile } from './profile.ts';
import { openSecretStore } from './secret-store.ts';
import { startEngine } from './start-engine.ts';

export interface HeldProfile {
  readonly dir: string;
  readonly lock: ProfileLock;
  readonly logger: Logger;
}

/** Undefined when another Letterlock holds this profile. @throws StorageError */
export function holdProfile(dir: string): HeldProfile | undefined {
  prepareProfile(dir);
  const lock = ProfileLock.acquire(dir);
  return lock === undefined ? undefined : { dir, lock, logger: createFileLogger(dir) };
}

export interface EngineSetup {
  readonly profile: HeldProfile;
  readonly options: HostOptions;
  readonly kind: EngineHost['kind'];
  readonly capabilities: EngineHost['capabilities'];
  /** Best first. */
  readonly keySources: readonly KeySource[];
  readonly chooseSavePath: EngineHost['chooseSavePath'];
  readonly chooseFiles: NonNullable<EngineHost['chooseFiles']>;
  readonly eraseProfile: NonNullable<EngineHost['eraseProfile']>;
  /** Absent where the window shows them itself. */
  readonly notify?: NonNullable<EngineHost['notify']>;
  readonly setBadge?: NonNullable<EngineHost['setBadge']>;
  /** Absent where files cannot be dragged out. */
  readonly startDrag?: NonNullable<EngineHost['startDrag']>;
}

/** @throws RequestError `secret.unavailable` when there is no place for the master key */
export async function setUpEngine(setup: EngineSetup): Promise<EngineLink> {
  const { profile, options } = setup;
  const secrets = await openSecretStore(setup.keySources, profile.logger);
  const host: EngineHost = {
    version: appVersion,
    kind: setup.kind,
    capabilities: setup.capabilities,
    secretStorage: secrets.storage,
    sealSecret: (secret) => secrets.sealSecret(secret),
    openSecret: (sealed) => secrets.openSecret(sealed),
    chooseSavePath: setup.chooseSavePath,
    chooseFiles: setup.chooseFiles,
    eraseProfile: setup.eraseProfile,
    ...(setup.notify === undefined ? {} : { notify: setup.notify }),
    ...(setup.setBadge === undefined ? {} : { setBadge: setup.setBadge }),
    ...(setup.startDrag === undefined ? {} : { startDrag: setup.startDrag }),
    logPath: logFilePath(profile.dir),
    logger: profile.logger,
  };
  return startEngine({
    profileDir: profile.dir,
    host,
    trustAnchors: options.trustAnchors,
    remoteLoopback: options.remoteLoopback,
    ...(options.dnsServers === undefined ? {} : { dnsServers: options.dnsServers }),
  });
}

/** Longest wait for legs and databases to close. */
const stopTimeoutMs = 10_000;

/** Ends the engine and lets the profile go; never hangs, never throws. */
export async function tearDown(
  profile: HeldProfile,
  engine: EngineLink | undefined,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, stopTimeoutMs);
  });
  await Promise.race([engine?.stop().catch(() => undefined), late]);
  clearTimeout(timer);
  profile.logger.log('info', 'host-end', {});
  profile.lock.dispose();
}
