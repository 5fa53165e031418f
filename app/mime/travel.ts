/**
 * How a message travelled, out of its Received and Authentication-Results fields. Every server
 * writes on top of what it was given, so only the topmost fields are the receiving server's own;
 * whatever lies below the first field that another wrote may be invented. RFC 8601 §5, §7.1.
 */
import { type AuthenticationResult, parseAuthenticationResults } from './authentication-results.ts';
import { type HeaderField, headerFields } from './header-fields.ts';
import { isPrivateAddress, parseReceived, type ReceivedHop } from './received.ts';

export interface TravelHop extends ReceivedHop {
  /** Written by the person's own mail server: true as far as that server is. */
  readonly vouched: boolean;
  /** Since the hop before; undefined when a time is missing. Clocks differ: it may be negative. */
  readonly delaySeconds?: number;
}

export interface TravelResult extends AuthenticationResult {
  /** Who says so; empty when it did not say. */
  readonly server: string;
  /** True only where the receiving server wrote it: anything else may be the sender's own words. */
  readonly vouched: boolean;
}

export interface Travel {
  /** In the order of the journey: the first hop first. */
  readonly hops: readonly TravelHop[];
  readonly results: readonly TravelResult[];
}

const mostHops = 50;

/** @param ownHosts names of the person's own servers, as the account knows them */
export function readTravel(raw: Uint8Array, ownHosts: readonly string[]): Travel {
  const fields = headerFields(raw);
  const received = fields
    .map(({ name, value }, index) => ({ name, value, index }))
    .filter(({ name }) => name === 'received')
    .slice(0, mostHops)
    .map(({ value, index }) => ({ index, hop: parseReceived(value) }));
  const own = ownDomains(received[0]?.hop, ownHosts);
  const ownCount = countOwn(
    received.map(({ hop }) => hop),
    own,
  );
  const hops = received.map(({ hop }, index) => ({ ...hop, vouched: index < ownCount })).reverse();
  return {
    hops: hops.map((hop, index) => {
      const before = hops[index - 1]?.at;
      if (hop.at === undefined || before === undefined) return hop;
      return { ...hop, delaySeconds: Math.round((hop.at.getTime() - before.getTime()) / 1_000) };
    }),
    results: resultsOf(fields, {
      own,
      /** The field in which the message came in from outside. */
      border: ownCount === 0 ? 0 : (received[ownCount - 1]?.index ?? 0),
      borderHost: received[ownCount - 1]?.hop.by ?? '',
      /** The first field that another server wrote. */
      foreign: received[ownCount]?.index ?? fields.length,
    }),
  };
}

function ownDomains(top: ReceivedHop | undefined, ownHosts: readonly string[]): Set<string> {
  const hosts = top?.by === undefined ? ownHosts : [...ownHosts, top.by];
  return new Set(hosts.map(organisation).filter((name) => name !== ''));
}

/** From the top: fields of own servers, down to the one that took the message from outside. */
function countOwn(hops: readonly ReceivedHop[], own: ReadonlySet<string>): number {
  let count = 0;
  for (const hop of hops) {
    const isOwn =
      hop.by === undefined ? count > 0 : own.has(organisation(hop.by)) || isInner(hop.by);
    if (!isOwn) break;
    count += 1;
    if (cameFromOutside(hop, own)) break;
  }
  return count;
}

/** By the address, which the own server saw, and not by the name that the sender gave itself. */
function cameFromOutside(hop: ReceivedHop, own: ReadonlySet<string>): boolean {
  const { from, fromName, fromAddress } = hop;
  if (fromAddress === undefined) return from !== undefined && hop.encryption !== 'inside';
  if (isPrivateAddress(fromAddress)) return false;
  return fromName === undefined || !own.has(organisation(fromName));
}

/** A machine's own short name or address. */
function isInner(name: string): boolean {
  return !name.includes('.') || isPrivateAddress(name) || name.includes(':');
}

const secondLevels = /^(?:ac|co|com|edu|gov|gv|ltd|me|ne|net|nom|or|org)$/;

/** The part of a name that one organisation has; by a rule of thumb, stricter than it must be. */
export function organisation(name: string): string {
  const labels = name.toLowerCase().replace(/\.$/, '').split('.');
  const last = labels.at(-1) ?? '';
  const wide = last.length === 2 && secondLevels.test(labels.at(-2) ?? '');
  return labels.slice(wide ? -3 : -2).join('.');
}

interface Border {
  readonly own: ReadonlySet<string>;
  readonly border: number;
  readonly borderHost: string;
  readonly foreign: number;
}

/** These write their results under their own Received field, and take away what others wrote there. */
const writesBelow = new Set(['mx.google.com']);

function resultsOf(fields: readonly HeaderField[], where: Border): TravelResult[] {
  const found: TravelResult[] = [];
  for (const [index, { name, value }] of fields.entries()) {
    if (name !== 'authentication-results') continue;
    const { server, results } = parseAuthenticationResults(value);
    const isOwn = server !== '' && where.own.has(organisation(server));
    const above = index < where.border;
    const below = index < where.foreign && server === where.borderHost && writesBelow.has(server);
    const vouched = isOwn && (above || below);
    for (const result of results) found.push({ ...result, server, vouched });
  }
  return found.slice(0, 100);
}
