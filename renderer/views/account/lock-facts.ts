/** What the lock sheet says once instead of twice, and what it leaves for its details. Pure. */
import type { LegDetailDto, WireError } from '../../../app/contract/index.ts';

export type LegKey = NonNullable<LegDetailDto['key']>;
type Tls = NonNullable<LegDetailDto['tls']>;
export type InterceptorDto = NonNullable<Tls['interceptor']>;

/** One key and the services that are sealed with it. */
export interface KeyGroup {
  readonly key: LegKey;
  readonly services: readonly LegDetailDto['service'][];
}

const vouching: readonly LegKey['vouchedBy'][] = ['first-use', 'tls', 'fingerprint'];

/** Legs with the same key share one group; what it claims is the weaker of what they may claim. */
export function groupKeys(legs: readonly LegDetailDto[]): KeyGroup[] {
  const groups: KeyGroup[] = [];
  for (const { key, service } of legs) {
    if (key === undefined) continue;
    const index = groups.findIndex((group) => group.key.identity === key.identity);
    const known = groups[index];
    if (known === undefined) groups.push({ key, services: [service] });
    else groups[index] = { key: weaker(known.key, key), services: [...known.services, service] };
  }
  return groups;
}

function weaker(a: LegKey, b: LegKey): LegKey {
  const less = vouching.indexOf(a.vouchedBy) <= vouching.indexOf(b.vouchedBy) ? a : b;
  return {
    ...less,
    suite: isPostQuantum(a.suite) ? b.suite : a.suite,
    firstSeenAt: a.firstSeenAt > b.firstSeenAt ? a.firstSeenAt : b.firstSeenAt,
  };
}

/** True for suites that also hold against a recording that is opened by a later quantum computer. */
export function isPostQuantum(suite: string): boolean {
  return suite.includes('mlkem768');
}

const told = ['host', 'words', 'pinnedWords', 'identity', 'reason', 'interceptor'];

/** The error of both legs when a person would read the same twice. */
export function sharedError(legs: readonly LegDetailDto[]): WireError | undefined {
  const [first, second] = legs.map((leg) => leg.error);
  if (first === undefined || second === undefined || first.code !== second.code) return undefined;
  return told.every((name) => first.params[name] === second.params[name]) ? first : undefined;
}

/** Who reads a leg that is not confirmed because of it. */
export function readerOf(legs: readonly LegDetailDto[]): InterceptorDto | undefined {
  return legs.find((leg) => leg.level === 'unconfirmed' && leg.tls?.interceptor !== undefined)?.tls
    ?.interceptor;
}
