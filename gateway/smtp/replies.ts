/** Replies of an SMTP server: read whole, bounded, and written with our own line endings. RFC 5321 §4.2. */
import { limits } from '../../app/leg/limits.ts';
import type { BackendLink } from '../backend-link.ts';
import { sizes } from '../limits.ts';
import { SessionEnd } from '../session-end.ts';

export interface Reply {
  readonly code: number;
  /** Text of each line, without code, separator and line ending; octets as Latin-1. */
  readonly lines: readonly string[];
}

/** @throws SessionEnd when the backend is gone or sends anything else than a reply */
export async function readReply(backend: BackendLink): Promise<Reply> {
  const lines: string[] = [];
  let code: string | undefined;
  for (let octets = 0; ; ) {
    const raw = await backend.readLine(sizes.backendLine);
    octets += raw.length;
    const parts = /^([2-5][0-9]{2})([- ]?)([^\r\n]*)\r?\n$/.exec(raw.toString('latin1'));
    if (parts === null || octets > sizes.backendReply || lines.length >= limits.replyLines) {
      throw new SessionEnd('backend-protocol', { cut: true });
    }
    const [, lineCode = '', separator = '', text = ''] = parts;
    if (separator === '' && text !== '') throw new SessionEnd('backend-protocol', { cut: true });
    code ??= lineCode;
    if (lineCode !== code) throw new SessionEnd('backend-protocol', { cut: true });
    lines.push(text);
    if (separator !== '-') break;
  }
  // 221 and 421 close the connection (RFC 5321 §4.2.3): the end that follows is an orderly one.
  if (code === '221' || code === '421') backend.expectEnd();
  return { code: Number(code), lines };
}

/** As octets for the wire. */
export function encodeReply(reply: Reply): Buffer {
  const last = reply.lines.length - 1;
  const text = reply.lines
    .map((line, index) => `${reply.code}${index === last ? ' ' : '-'}${line}\r\n`)
    .join('');
  return Buffer.from(text, 'latin1');
}
