/** The head of an IMAP command: tag and verb, with what the first line says of its arguments. RFC 9051 §2.2.1. */
import type { Literal } from './literals.ts';
import { trailingLiteral } from './literals.ts';

export interface ImapCommand {
  readonly tag: string;
  /** Upper case; may be empty. */
  readonly verb: string;
  /** What follows the verb's space on the first line; octets as Latin-1. */
  readonly rest: string;
  /** For the backend: the line with CRLF. */
  readonly line: Buffer;
  /** Octets that come next, and then a further line of the same command. */
  readonly literal: Literal | undefined;
}

/** RFC 9051 §9 `tag`: ASTRING-CHAR without "+". */
const tagPattern = /^[\x21\x23\x24\x26\x27\x2c-\x5b\x5d-\x7a\x7c-\x7e]{1,64}$/;

/** @param raw with its LF or CRLF; undefined when no answer could name it */
export function parseImapCommand(raw: Buffer): ImapCommand | undefined {
  const text = raw.toString('latin1').replace(/\r?\n$/, '');
  if (/[\r\n\0]/.test(text)) return undefined;
  const [, tag = '', verb = '', rest = ''] = /^([^ ]*) ?([^ ]*) ?(.*)$/.exec(text) ?? [];
  if (!tagPattern.test(tag)) return undefined;
  return {
    tag,
    verb: verb.toUpperCase(),
    rest,
    line: Buffer.from(`${text}\r\n`, 'latin1'),
    literal: trailingLiteral(raw),
  };
}

/**
 * True when an ID command names no field that servers take from trusted proxies as the client's
 * address (`x-originating-ip` and its kin): the backend sees us, and might believe it.
 */
export function isHarmlessId(command: ImapCommand): boolean {
  return command.literal === undefined && !/["( ]x-|\\/i.test(command.rest);
}
