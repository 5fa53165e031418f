/**
 * Invitations: what a calendar part says, as facts that the window can put into words. Reads only:
 * nothing is added to a calendar and nobody is answered. RFC 5545, RFC 5546; the parser is ical.js.
 */
import type ICAL from 'ical.js';
import type { AddressDto, InviteDto, InviteRepeatDto, InviteTimeDto } from '../contract/index.ts';
import { plainAddress } from './parse-message.ts';
import { oneLine } from './plain-words.ts';

const mostOctets = 1024 * 1024;
const mostEvents = 10;
const mostAttendees = 200;

export function isCalendar(mimeType: string): boolean {
  return mimeType === 'text/calendar' || mimeType === 'application/ics';
}

/** The events of one calendar part; empty when it cannot be read. Never throws. */
export async function readInvites(bytes: Uint8Array): Promise<InviteDto[]> {
  if (bytes.length > mostOctets) return [];
  const text = new TextDecoder().decode(bytes);
  // Not needed for most messages, so it is not loaded for them.
  const { default: library } = await import('ical.js');
  try {
    const calendar = new library.Component(library.parse(text));
    const events = calendar.getAllSubcomponents('vevent').slice(0, mostEvents);
    const method = String(calendar.getFirstPropertyValue('method') ?? '');
    // An exception of a series comes with the series: it is no invitation of its own.
    const masters = events.filter((event) => !event.hasProperty('recurrence-id'));
    return (masters.length > 0 ? masters : events).map((event) => inviteOf(event, method));
  } catch {
    return [];
  }
}

function inviteOf(event: ICAL.Component, method: string): InviteDto {
  const text = (name: string) => {
    const value = event.getFirstPropertyValue(name);
    return typeof value === 'string' ? value : '';
  };
  const start = timeOf(event.getFirstProperty('dtstart'));
  const end = timeOf(event.getFirstProperty('dtend')) ?? endByDuration(event, start);
  const organizer = event.getFirstProperty('organizer');
  const repeat = repeatOf(event);
  return {
    kind: kindOf(method),
    summary: oneLine(text('summary'), 1_000),
    description: text('description').slice(0, 20_000).toWellFormed(),
    location: oneLine(text('location'), 1_000),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(repeat === undefined ? {} : { repeat }),
    ...(organizer === null ? {} : { organizer: personOf(organizer) }),
    attendees: event
      .getAllProperties('attendee')
      .slice(0, mostAttendees)
      .map((one) => ({ ...personOf(one), answer: answerOf(one) })),
    cancelled: method.toUpperCase() === 'CANCEL' || text('status').toUpperCase() === 'CANCELLED',
  };
}

function kindOf(method: string): InviteDto['kind'] {
  switch (method.toUpperCase()) {
    case 'REQUEST':
      return 'request';
    case 'CANCEL':
      return 'cancel';
    case 'REPLY':
      return 'reply';
    case 'PUBLISH':
    case '':
      return 'publish';
    default:
      return 'other';
  }
}

function parameter(property: ICAL.Property, name: string): string {
  const value = property.getParameter(name);
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

function personOf(property: ICAL.Property): AddressDto {
  const address = String(property.getFirstValue() ?? '').replace(/^mailto:/i, '');
  return plainAddress(parameter(property, 'cn'), address);
}

function answerOf(property: ICAL.Property): InviteDto['attendees'][number]['answer'] {
  const said = parameter(property, 'partstat').toLowerCase();
  return said === 'accepted' || said === 'declined' || said === 'tentative' ? said : 'none';
}

function isTime(value: unknown): value is ICAL.Time {
  return typeof value === 'object' && value !== null && 'isDate' in value && 'zone' in value;
}

function timeOf(property: ICAL.Property | null): InviteTimeDto | undefined {
  const value = property?.getFirstValue();
  if (property === null || !isTime(value)) return undefined;
  const { year, month, day, hour, minute, second } = value;
  if (year < 1900 || year > 9_999) return undefined;
  const pad = (number: number) => String(number).padStart(2, '0');
  const date = `${year}-${pad(month)}-${pad(day)}`;
  if (value.isDate) return { value: date, isDay: true, floating: false };
  const zone = parameter(property, 'tzid');
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  // A name that everybody knows counts more than rules that came along with it.
  const known = zone === '' ? undefined : instantIn(wall, zone);
  const floating = zone === '' && value.zone.tzid === 'floating';
  const instant = known ?? (floating ? wall : value.toUnixTime() * 1_000);
  return { value: new Date(instant).toISOString(), isDay: false, floating };
}

function endByDuration(
  event: ICAL.Component,
  start: InviteTimeDto | undefined,
): InviteTimeDto | undefined {
  const duration: unknown = event.getFirstPropertyValue('duration');
  if (start === undefined || typeof duration !== 'object' || duration === null) return undefined;
  if (!('toSeconds' in duration) || typeof duration.toSeconds !== 'function') return undefined;
  const seconds = Number(duration.toSeconds());
  const end = new Date(new Date(start.value).getTime() + seconds * 1_000);
  if (Number.isNaN(end.getTime()) || end.getUTCFullYear() > 9_999) return undefined;
  return { ...start, value: start.isDay ? end.toISOString().slice(0, 10) : end.toISOString() };
}

/**
 * The instant at which clocks in a zone show this time. Two rounds, since the first guess may lie
 * on the other side of a clock change.
 * @param wall the time as if it were UTC (ms)
 * @returns undefined for zones that this computer does not know
 */
function instantIn(wall: number, timeZone: string): number | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    const shown = (instant: number) => {
      const parts = Object.fromEntries(
        format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
      );
      const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
      return Date.UTC(year, month - 1, day, hour, minute, second);
    };
    const first = wall - (shown(wall) - wall);
    return first - (shown(first) - wall);
  } catch {
    return undefined;
  }
}

const frequencies = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' } as const;
const weekdayNames = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

function repeatOf(event: ICAL.Component): InviteRepeatDto | undefined {
  const rule: unknown = event.getFirstPropertyValue('rrule');
  if (typeof rule !== 'object' || rule === null || !('toJSON' in rule)) return undefined;
  if (typeof rule.toJSON !== 'function') return undefined;
  const facts: Record<string, unknown> = { ...rule.toJSON() };
  const freq = String(facts.freq);
  const every = Object.entries(frequencies).find(([name]) => name === freq)?.[1];
  if (every === undefined) return undefined;
  const days = [facts.byday ?? []].flat().map(String);
  const weekdays = days.map((day) => weekdayNames.indexOf(day)).filter((day) => day >= 0);
  const others = Object.keys(facts).filter((name) => name.startsWith('by') && name !== 'byday');
  const until = String(facts.until ?? '').slice(0, 10);
  const count = Number(facts.count ?? 0);
  const interval = Number(facts.interval ?? 1);
  return {
    every,
    interval: Number.isInteger(interval) && interval > 0 && interval <= 1_000 ? interval : 1,
    weekdays: [...new Set(weekdays)].sort(),
    ...(Number.isInteger(count) && count > 0 ? { count } : {}),
    ...(/^\d{4}-\d\d-\d\d$/.test(until) ? { until } : {}),
    more:
      others.length > 0 ||
      weekdays.length < days.length ||
      event.getAllProperties('rrule').length > 1 ||
      (every !== 'week' && days.length > 0),
  };
}
