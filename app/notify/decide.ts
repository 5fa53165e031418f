/**
 * What a person is told of when mail came: nothing, up to three messages, or one line for all of
 * them. Pure; the clock and the state of the window come in. Shows nothing itself.
 */
import type { MailboxRole, MessageRow, Settings } from '../contract/index.ts';

/** A message that came, as the store knows it now: it may have been read elsewhere meanwhile. */
export interface Arrival {
  readonly row: MessageRow;
  /** Of the mailbox where it lies now. */
  readonly role: MailboxRole;
}

export interface NotifyFacts {
  /** Oldest first. */
  readonly arrivals: readonly Arrival[];
  readonly settings: Settings;
  readonly focused: boolean;
  /** Of all accounts, in lower case: what the person sent is no news to them. */
  readonly ownAddresses: ReadonlySet<string>;
  readonly now: Date;
}

export type Notice =
  | { readonly kind: 'message'; readonly row: MessageRow; readonly preview: boolean }
  | { readonly kind: 'summary'; readonly row: MessageRow; readonly count: number };

/** More at once become one line. */
export const mostAtOnce = 3;

export function decideNotices(facts: NotifyFacts): Notice[] {
  const { settings, focused, now } = facts;
  if (!settings.notifications || focused || isQuiet(settings, now)) return [];
  const rows = facts.arrivals.filter((arrival) => isNews(arrival, facts)).map(({ row }) => row);
  const newest = rows.at(-1);
  if (newest === undefined) return [];
  // Without a preview, three times "New mail" says less than one number.
  const together = settings.notificationPreview ? rows.length > mostAtOnce : rows.length > 1;
  if (together) return [{ kind: 'summary', row: newest, count: rows.length }];
  return rows.map((row) => ({ kind: 'message', row, preview: settings.notificationPreview }));
}

function isNews({ row, role }: Arrival, { settings, ownAddresses }: NotifyFacts): boolean {
  if (role !== 'inbox' || row.seen) return false;
  if (settings.mutedAccounts.includes(row.ref.accountId)) return false;
  // Keywords compare without case (RFC 9051 §2.3.2); `$Junk`: RFC 9051 §2.3.2.
  if (row.keywords?.some((keyword) => keyword.toLowerCase() === '$junk')) return false;
  return row.from === undefined || !ownAddresses.has(row.from.address.toLowerCase());
}

type QuietSettings = Pick<Settings, 'quietHours' | 'quietFrom' | 'quietTo' | 'quietDays'>;

/** By the clock on the wall. Quiet hours that end on the next day belong to the day they began on. */
export function isQuiet(settings: QuietSettings, now: Date): boolean {
  if (!settings.quietHours) return false;
  const from = minutesOf(settings.quietFrom);
  const to = minutesOf(settings.quietTo);
  const minute = now.getHours() * 60 + now.getMinutes();
  const today = settings.quietDays.includes(now.getDay());
  const yesterday = settings.quietDays.includes((now.getDay() + 6) % 7);
  if (from < to) return today && minute >= from && minute < to;
  return (today && minute >= from) || (yesterday && minute < to);
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}
