/**
 * What the command line and the environment may set, for both hosts.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

export interface HostOptions {
  /** As given by `--profile`. */
  readonly profile: string | undefined;
  /** PEM certificates of `LETTERLOCK_EXTRA_CA`, trusted beside the system's. */
  readonly trustAnchors: readonly string[];
  /** `host:port` list of `LETTERLOCK_DNS`. */
  readonly dnsServers: readonly string[] | undefined;
  /** `LETTERLOCK_REMOTE_LOOPBACK=1`: pictures of messages may come from this computer; for tests. */
  readonly remoteLoopback: boolean;
}

export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** @throws OptionError in one plain line */
export function readHostOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): HostOptions {
  return {
    profile: readProfile(args),
    trustAnchors: readAnchors(env.LETTERLOCK_EXTRA_CA),
    dnsServers: readServers(env.LETTERLOCK_DNS),
    remoteLoopback: env.LETTERLOCK_REMOTE_LOOPBACK === '1',
  };
}

function readProfile(args: readonly string[]): string | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { profile: { type: 'string' }, host: { type: 'string' } },
      strict: true,
    });
    return values.profile;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

const pem = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

function readAnchors(path: string | undefined): readonly string[] {
  if (path === undefined || path === '') return [];
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new OptionError(`LETTERLOCK_EXTRA_CA: cannot read ${path}`);
  }
  const anchors = text.match(pem) ?? [];
  if (anchors.length === 0) throw new OptionError(`LETTERLOCK_EXTRA_CA: no certificate in ${path}`);
  return anchors;
}

function readServers(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  return text.split(',').map((server) => server.trim());
}
