/** Times that a person may mean by "later", by the clock on the wall. */
import { CalendarDateTime, getLocalTimeZone } from '@internationalized/date';

const morningHour = 8;
const monday = 1;

/** Tomorrow at eight, and the next Monday at eight that is not tomorrow. */
export function laterTimes(now: Date): { readonly tomorrow: Date; readonly monday: Date } {
  const morning = (days: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, morningHour);
  let days = 2;
  while (morning(days).getDay() !== monday) days += 1;
  return { tomorrow: morning(1), monday: morning(days) };
}

/** What the field for a day and a time takes: the computer's own zone, to the minute. */
export function wallTime(date: Date): CalendarDateTime {
  return new CalendarDateTime(
    date.getFullYear(),
    date.getMonth() + 1,
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
  );
}

/** Undefined for a time that is incomplete or not in the future. */
export function futureTime(value: CalendarDateTime | null, now: Date): Date | undefined {
  const date = value?.toDate(getLocalTimeZone());
  return date === undefined || date <= now ? undefined : date;
}
