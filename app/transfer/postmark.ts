/**
 * The line that begins a message in an mbox: `From sender date` (RFC 4155 appendix A), in the
 * shapes in which programs really write it.
 */
import { validDate } from '../mime/parse-message.ts';

export interface Postmark {
  /** `-` from Thunderbird, whose date says when the message was put into the file. */
  readonly sender: string;
  readonly date?: Date;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const zone = String.raw`(?:\s+(?:[A-Z]{1,5}|[+-]\d{4}))?`;
const asctime = new RegExp(
  String.raw`^From (.*?)\s*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\s+(${months.join('|')})\s+(\d{1,2})\s+(\d{1,2}):(\d\d)(?::(\d\d))?${zone}\s+(\d{4})(\s+[+-]\d{4})?(?:\s+[A-Z]{1,5})?(?:\s+remote from .*)?\s*$`,
);
/** Some programs put a date as in a header there. */
const headerDate =
  /^From (\S*)\s+((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\s+\d{1,2}\s+[A-Z][a-z]{2}\s+\d{4}\s+\d{1,2}:\d\d(?::\d\d)?(?:\s+(?:[+-]\d{4}|[A-Z]{1,5}))?)\s*$/;
/** `From `, `From -`, `From a@b`: a separator when a header field follows. */
const bare = /^From(?:\s*|\s+-\s*|\s+[^\s@]*@\S*\s*)$/;

/** A line with a date in it, or undefined. The date is taken as UTC (RFC 4155) unless it says more. */
export function parsePostmark(line: string): Postmark | undefined {
  const plain = asctime.exec(line);
  if (plain !== null) return withDate(plain[1] ?? '', dateOf(plain));
  const other = headerDate.exec(line);
  if (other !== null) return withDate(other[1] ?? '', validDate(other[2] ?? ''));
  return undefined;
}

export function isBarePostmark(line: string): boolean {
  return bare.test(line);
}

function withDate(sender: string, date: Date | undefined): Postmark {
  return date === undefined ? { sender } : { sender, date };
}

function dateOf(match: RegExpExecArray): Date | undefined {
  const [, , month = '', day, hour, minute, second = '0', year, offset = ''] = match;
  const time = Date.UTC(
    Number(year),
    months.indexOf(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return validDate(new Date(time - offsetMs(offset.trim())));
}

function offsetMs(offset: string): number {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3, 5));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** `Sun Jan  3 01:02:03 2021`, in UTC. */
export function toAsctime(date: Date): string {
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const time = date.toISOString().slice(11, 19);
  return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${day} ${time} ${date.getUTCFullYear()}`;
}
