/**
 * Log lines of the gateway: `time level event key=value …`, one line each whatever a peer sends.
 * The only file here that writes to the terminal.
 */
import type { LogFields, Logger, LogLevel } from '../app/log.ts';

const plain = /^[A-Za-z0-9_.:/@+-]+$/;

/** Anything but plain words is quoted and escaped, so that no value can begin a line of its own. */
function encodeValue(value: string | number | boolean): string {
  const text = String(value);
  if (plain.test(text)) return text;
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function formatLine(now: Date, level: LogLevel, event: string, fields: LogFields): string {
  const pairs = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeValue(value)}`],
  );
  return [now.toISOString(), level, event, ...pairs].join(' ');
}

/** To standard output, as service managers want it. */
export const terminalLogger: Logger = {
  log: (level, event, fields = {}) => {
    if (level !== 'debug') console.log(formatLine(new Date(), level, event, fields));
  },
};

/** One line for the person at the terminal. */
export function complain(text: string): void {
  console.error(`letterlock-gateway: ${text}`);
}

/** A question to the person at the terminal; the cursor stays on its line. */
export function promptFor(text: string): void {
  process.stderr.write(text);
}

/** Output that was asked for. */
export function print(text: string): void {
  console.log(text);
}
