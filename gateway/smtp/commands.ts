/** A line of an SMTP client, taken apart as far as the gateway must know it. RFC 5321 §4.1. */
import { sizes } from '../limits.ts';

export interface SmtpCommand {
  /** Upper case. */
  readonly verb: string;
  /** What follows the verb's space, without the line ending; octets as Latin-1. */
  readonly rest: string;
  /** For the backend: the same command with a CRLF. */
  readonly line: Buffer;
}

export type CommandFault = 'too-long' | 'not-text';

/** Verbs whose lines may be long: AUTH (RFC 4954 §4) and ours. */
const longVerbs = new Set(['AUTH', 'XSEAL']);

/** @param raw with its LF or CRLF */
export function parseSmtpCommand(raw: Buffer): SmtpCommand | CommandFault {
  const text = raw.toString('latin1').replace(/\r?\n$/, '');
  // A CR inside could end the line for one server and not for another; a NUL likewise.
  if (/[\r\n\0]/.test(text)) return 'not-text';
  const verb = (/^[^ ]*/.exec(text)?.[0] ?? '').toUpperCase();
  if (raw.length > sizes.commandLine && !longVerbs.has(verb)) return 'too-long';
  return {
    verb,
    rest: text.slice(verb.length + 1),
    line: Buffer.from(`${text}\r\n`, 'latin1'),
  };
}

/** @returns the chunk's octet count (RFC 3030 §2); undefined when malformed */
export function parseBdat(rest: string): number | undefined {
  const parts = /^(\d{1,15})( LAST)? *$/i.exec(rest);
  return parts === null ? undefined : Number(parts[1]);
}
