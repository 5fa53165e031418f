/** Dates and sizes as a person writes them, by locale; times are the computer's own zone. */

export interface DateWords {
  /** For a row: the time today, the weekday within the last six days, else the date. */
  row(iso: string): string;
  /** For a header: day, month, year and time. */
  full(iso: string): string;
  /** For the next days: weekday, day, month and time. */
  soon(iso: string): string;
  /** Day, month and the time to the second. */
  moment(iso: string): string;
  /** A day without the time. */
  day(iso: string): string;
}

const dayMs = 86_400_000;

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/**
 * @param now the present, so that "today" is decided anew at each call
 */
export function createDateWords(locale: string, now: () => Date = () => new Date()): DateWords {
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  // Everywhere as the times of rows: 08:00, but 8:00 AM.
  const hour = time.resolvedOptions().hour12 === true ? 'numeric' : '2-digit';
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });
  const monthDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const short = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'numeric',
    year: '2-digit',
  });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });
  const soon = new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour,
    minute: '2-digit',
  });
  const moment = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour,
    minute: '2-digit',
    second: '2-digit',
  });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long' });
  return {
    row(iso) {
      const date = new Date(iso);
      const present = now();
      // Rounded: a day with a clock change has 23 or 25 hours.
      const daysAgo = Math.round((startOfDay(present) - startOfDay(date)) / dayMs);
      if (daysAgo === 0) return time.format(date);
      if (daysAgo > 0 && daysAgo < 7) return weekday.format(date);
      return date.getFullYear() === present.getFullYear()
        ? monthDay.format(date)
        : short.format(date);
    },
    full: (iso) => full.format(new Date(iso)),
    soon: (iso) => soon.format(new Date(iso)),
    moment: (iso) => moment.format(new Date(iso)),
    day: (iso) => day.format(new Date(iso)),
  };
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** Decimal units, as file managers show them: 1 kB is 1,000 bytes. */
export function formatSize(locale: string, sizeBytes: number): string {
  let value = sizeBytes;
  let index = 0;
  while (value >= 999.5 && index < units.length - 1) {
    value /= 1_000;
    index += 1;
  }
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: units[index] ?? 'byte',
    unitDisplay: index === 0 ? 'long' : 'short',
    maximumFractionDigits: index === 0 || value >= 10 ? 0 : 1,
  }).format(value);
}
