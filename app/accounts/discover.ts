/** Server names for an address: known providers, SRV records, TCP guesses. Signatures first; body follows. */
import type { MethodOutput } from '../contract/index.ts';
import { InternalError } from '../errors.ts';

export interface DiscoverOptions {
  /** `host:port` of DNS servers; the system's when absent. */
  readonly dnsServers?: readonly string[];
}

/** @throws RequestError address.invalid */
export function discover(
  _address: string,
  _options: DiscoverOptions = {},
): Promise<MethodOutput<'account.discover'>> {
  throw new InternalError('pending');
}
