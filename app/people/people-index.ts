/**
 * Counts whom the mail is from and to, a few messages at a time, until none is left; and again
 * when mail came. What was there before this was is counted alike, the latest first.
 */
import type { AddressDto } from '../contract/index.ts';
import type { Disposable } from '../disposable.ts';
import { describeError, type Logger } from '../log.ts';
import { addressKey } from '../mime/build-address.ts';
import type { PeopleSource, PeopleTable, Sighting } from '../store/people-table.ts';
import { personWords } from './person-words.ts';

export interface PeopleIndexOptions {
  readonly table: PeopleTable;
  readonly logger: Logger;
  /** Addresses that the person writes from. */
  readonly ownAddresses: () => readonly string[];
  readonly now?: () => number;
  /** Between two steps (ms). */
  readonly pauseMs?: number;
}

/** A few milliseconds of work: other answers wait no longer. */
const messagesAtOnce = 50;
const usualPauseMs = 20;
/** After this long, a message counts half. */
const halfLifeMs = 120 * 86_400_000;
/** Nobody is asked to write to these. */
const machine =
  /^(?:.*[._-])?(?:no-?reply|do-?not-?reply|nicht-?antworten|bounces?|mailer-daemon|postmaster|notifications?|newsletters?|alerts?|auto-?(?:mail|reply))(?:[._+-].*)?$|[=]|[\da-f]{24}/i;

export class PeopleIndex implements Disposable {
  readonly #options: PeopleIndexOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: PeopleIndexOptions) {
    this.#options = options;
  }

  /** Something may have come. */
  wake(): void {
    if (this.#stopped || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#go();
    }, this.#options.pauseMs ?? usualPauseMs);
  }

  dispose(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** @returns whether more is left */
  step(): boolean {
    const { table, ownAddresses, now = Date.now } = this.#options;
    const sources = table.uncounted(messagesAtOnce);
    if (sources.length === 0) return false;
    const own = new Set(ownAddresses().map(addressKey));
    const sightings = sources.flatMap((source) => sightingsIn(source, own, now()));
    table.count(
      sources.map(({ rowId }) => rowId),
      sightings,
    );
    return sources.length === messagesAtOnce;
  }

  #go(): void {
    try {
      if (this.step()) this.wake();
    } catch (error) {
      // Suggestions are a convenience: the next mail that comes tries again.
      this.#options.logger.log('warn', 'people.count', { error: describeError(error) });
    }
  }
}

function sightingsIn(
  source: PeopleSource,
  own: ReadonlySet<string>,
  now: number,
): readonly Sighting[] {
  const { accountId, role, from } = source;
  if (accountId === '' || role === 'drafts' || role === 'trash') return [];
  const at = Math.min(source.at, now);
  const see = (person: AddressDto, tier: Sighting['tier'], lowers: boolean): Sighting[] => {
    const key = addressKey(person.address);
    if (!/^[^@\s]+@[^@\s]+$/.test(person.address)) return [];
    const words = personWords([person.name], [person.address]);
    const weight = at / halfLifeMs;
    return [{ accountId, addressKey: key, person, words, at, tier, lowers, weight }];
  };
  if (role === 'sent' || (from !== undefined && own.has(addressKey(from.address)))) {
    return source.to.flatMap((person) => see(person, 2, false));
  }
  if (from === undefined) return [];
  if (role === 'junk') return see(from, 0, true);
  return see(from, isMachine(from.address) ? 0 : 1, false);
}

function isMachine(address: string): boolean {
  return machine.test(address.slice(0, address.lastIndexOf('@')));
}
