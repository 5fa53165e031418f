/**
 * What the lock of an account says, from what is known of its two legs. Pure; no clock, no I/O.
 * Not a decision whether a leg may be used: that is app/policy. Spec: docs/lock.md.
 */
import type { LockState } from '../contract/index.ts';
import { type Level, worseLevel } from '../leg/types.ts';

/** One leg as the lock sees it. `level` counts only while the leg is up. */
export interface LegView {
  readonly host: string;
  readonly state: 'connecting' | 'offline' | 'up' | 'stopped';
  readonly level?: Level | undefined;
}

export interface LockView {
  readonly state: LockState;
  /** Host of the leg that the state speaks of. */
  readonly host: string;
}

/** Worst first: a claim needs both legs, so anything unknown outweighs any level. */
const order = ['stopped', 'offline', 'connecting'] as const;

/**
 * The worse of the two legs wins; a level is claimed only when every leg is up.
 * @param legs the account's legs, IMAP first; on a tie the first one's host is named
 */
export function lockState(legs: readonly LegView[]): LockView {
  for (const state of order) {
    const leg = legs.find((candidate) => effectiveState(candidate) === state);
    if (leg) return { state, host: leg.host };
  }
  let worst: { level: Level; host: string } | undefined;
  for (const leg of legs) {
    if (leg.level === undefined) continue;
    if (worst === undefined) worst = { level: leg.level, host: leg.host };
    else if (worseLevel(worst.level, leg.level) !== worst.level) {
      worst = { level: leg.level, host: leg.host };
    }
  }
  return worst ? { state: worst.level, host: worst.host } : { state: 'connecting', host: '' };
}

/** A leg that is up without a level claims nothing. */
function effectiveState(leg: LegView): LegView['state'] {
  return leg.state === 'up' && leg.level === undefined ? 'connecting' : leg.state;
}
