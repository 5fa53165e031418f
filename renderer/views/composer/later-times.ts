/** Times that a person may mean by "later", by the clock on the wall. */

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

/** What an `<input type="datetime-local">` takes: `2026-05-03T08:00`, in the computer's own zone. */
export function toLocalField(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Undefined for a time that is incomplete or not in the future. */
export function fromLocalField(value: string, now: Date): Date | undefined {
  // Anything less would be guessed at.
  if (!/^\d{4,6}-\d\d-\d\dT\d\d:\d\d/.test(value)) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) || date <= now ? undefined : date;
}
